//! λᶜ as the sum that it is: one outer product k̄_m v_mᵀ a context position (with an intra-depth, the sum of its u outer
//! products), added one after the other. Every state is a function of how many were added.

use lambdascope_core::nn::trace::LambdaTrace;
use lambdascope_core::tensor::max_abs;
use lambdascope_core::text;
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::figures::figure::Figure;
use crate::figures::grid::{Grid, Scale};
use crate::figures::subject::{Dependence, Subject};
use crate::read::lambda::{content_lambda, normalised_keys};
use crate::read::query::{Query, dot, sees};
use crate::views::anatomy::{KEY_CHANNEL, VALUE_CHANNEL};

/// What an address says where all outer products are added.
pub const WHOLE: &str = "all";

/// The order in which positions are added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum By {
    /// Row by row.
    #[default]
    Reading,
    /// The largest ‖k̄_m v_mᵀ‖ first.
    Strength,
}

impl By {
    /// Its name in the address.
    pub fn id(self) -> &'static str {
        self.into()
    }
}

/// The sum, ready to be walked through.
#[derive(Clone, Debug, PartialEq)]
pub struct Build {
    /// The context positions that the query sees, in the order in which they are added.
    pub order: Vec<usize>,
    /// By what they are ordered.
    by: By,
    /// ‖k̄_m v_mᵀ‖ of every context position.
    pub strengths: Vec<f32>,
    /// k̄, `[m, u · k]`.
    keys: Vec<f32>,
    /// λᶜ as the layer used it, `[k, v]`.
    whole: Vec<f32>,
    /// The largest value in any outer product.
    largest: f32,
}

/// The sum after some of its terms.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Terms added.
    pub added: usize,
    /// The position added last, `[y, x]`; none at the start.
    pub position: Option<[usize; 2]>,
    /// ‖k̄_m v_mᵀ‖ of that position.
    pub strength: f32,
    /// What share of Σ ‖k̄_m v_mᵀ‖ was added.
    pub share: f32,
    /// k̄_m of the query's u, `[k, 1]`.
    pub key: Figure,
    /// v_mᵀ of the query's u, `[1, v]`.
    pub value: Figure,
    /// The position's outer product, `[k, v]`; zeros at the start.
    pub outer: Figure,
    /// The sum so far, `[k, v]`, on the scale of λᶜ.
    pub sum: Figure,
    /// The largest |sum − λᶜ|.
    pub difference: f32,
    /// The largest |λᶜ|, which the difference is measured against.
    pub scale: f32,
}

impl Build {
    /// The sum for a query; without a mask it is the same for all. Empty where the layer adds no content lambda.
    pub fn of(layer: &LambdaTrace, query: Query, by: By) -> Self {
        let n = query.n(layer);
        let keys = normalised_keys(layer, n).into_owned();
        let row = layer.dims.intra * layer.dims.key_depth;
        let positions = 0..layer.dims.positions();
        let strengths: Vec<f32> =
            positions.clone().map(|m| strength(layer, &keys[m * row..(m + 1) * row], m)).collect();
        let mut order: Vec<usize> = positions.filter(|m| layer.content && sees(layer, n, *m)).collect();
        if by == By::Strength {
            order.sort_by(|a, b| strengths[*b].total_cmp(&strengths[*a]));
        }
        let largest = order.iter().map(|m| max_abs(&outer(layer, &keys, *m))).fold(0.0, f32::max);
        let whole = content_lambda(layer, query).data().to_vec();
        Self { order, by, strengths, keys, whole, largest }
    }

    /// The sum after its first `added` terms, all of them where there are fewer.
    pub fn step(&self, layer: &LambdaTrace, subject: &Subject, added: usize) -> Step {
        let [k, v] = [layer.dims.key_depth, layer.dims.value_depth];
        let added = added.min(self.order.len());
        let mut sum = vec![0.0f64; k * v];
        for m in &self.order[..added] {
            add_outer(layer, &self.keys, *m, |cell, term| sum[cell] += f64::from(term));
        }
        let sum: Vec<f32> = sum.into_iter().map(|value| value as f32).collect();
        let last = added.checked_sub(1).map(|at| self.order[at]);
        let total: f32 = self.order.iter().map(|m| self.strengths[*m]).sum();
        let so_far: f32 = self.order[..added].iter().map(|m| self.strengths[*m]).sum();
        let u = subject.query.u;
        let row = layer.dims.intra * k;
        let of_last = |rows: &[f32], row: usize, from: usize, count: usize| {
            last.map_or_else(|| vec![0.0; count], |m| rows[m * row + from..][..count].to_vec())
        };
        let key = of_last(&self.keys, row, u * k, k);
        let value = of_last(layer.value.data(), layer.dims.intra * v, u * v, v);
        let place = |m: usize| [m / layer.dims.context_width, m % layer.dims.context_width];
        let at = last.map_or_else(String::new, |m| format!(" of the position at {}", text::cell(place(m))));
        let word_at =
            |word: &str| last.map_or_else(|| word.to_owned(), |m| format!("{word}_m{}.{}", place(m)[0], place(m)[1]));
        let on_keys = Dependence::of_normalised_keys(layer);
        let matrix = |word: &str, title: &str, what: &str, values, limit| {
            let (on, grid) = (Dependence::of_content_lambda(layer), Grid::new(values, v));
            subject.figure(on, word, [title, what], [KEY_CHANNEL, VALUE_CHANNEL], grid, Scale::Signed(limit))
        };
        let (by_word, by_words) = match self.by {
            By::Reading => ("", ""),
            By::Strength => ("_by_strength", ", the strongest first"),
        };
        let difference = sum.iter().zip(&self.whole).fold(0.0f32, |worst, (a, b)| worst.max((a - b).abs()));
        let key_scale = Scale::Positive(max_abs(&key));
        let value_scale = Scale::Signed(max_abs(&value));
        let outer = last.map_or_else(|| vec![0.0; k * v], |m| outer(layer, &self.keys, m));
        Step {
            added,
            position: last.map(place),
            strength: last.map_or(0.0, |m| self.strengths[m]),
            share: if total > 0.0 { so_far / total } else { 0.0 },
            key: subject.figure(
                on_keys,
                &word_at("key"),
                ["its key", &format!("Softmaxed key{at}")],
                [KEY_CHANNEL, "column"],
                Grid::new(key, 1),
                key_scale,
            ),
            value: subject.figure(
                Dependence { intra: true, ..Dependence::LAYER },
                &word_at("value"),
                ["its value", &format!("Value{at}")],
                ["row", VALUE_CHANNEL],
                Grid::new(value, v),
                value_scale,
            ),
            outer: matrix(
                &word_at("outer_product"),
                "outer product",
                &format!("Outer product{at}"),
                outer,
                self.largest,
            ),
            sum: matrix(
                &format!("sum_{added}{by_word}"),
                "sum so far",
                &format!("Sum of {added} of {} outer products{by_words}", self.order.len()),
                sum,
                max_abs(&self.whole),
            ),
            difference,
            scale: max_abs(&self.whole),
        }
    }

    /// After how many terms a context position has been added; `None` where it never is.
    pub fn step_of(&self, layer: &LambdaTrace, [y, x]: [usize; 2]) -> Option<usize> {
        let m = y * layer.dims.context_width + x;
        self.order.iter().position(|added| *added == m).map(|at| at + 1)
    }

    /// The positions not yet added, as an SVG path in cells.
    pub fn waiting(&self, width: usize, added: usize) -> String {
        let cell = |m: &usize| format!("M{} {}h1v1h-1z", m % width.max(1), m / width.max(1));
        self.order[added.min(self.order.len())..].iter().map(cell).collect()
    }
}

/// Calls `add(cell, term)` with every product in Σ_u k̄_mu v_muᵀ, cells row-major in `[k, v]`.
fn add_outer(layer: &LambdaTrace, keys: &[f32], m: usize, mut add: impl FnMut(usize, f32)) {
    let [k, v] = [layer.dims.key_depth, layer.dims.value_depth];
    let row = layer.dims.intra * k;
    let keys = keys[m * row..(m + 1) * row].chunks_exact(k);
    for (keys, values) in keys.zip(layer.value.row(m).chunks_exact(v)) {
        for (i, key) in keys.iter().enumerate() {
            for (j, value) in values.iter().enumerate() {
                add(i * v + j, key * value);
            }
        }
    }
}

/// Σ_u k̄_mu v_muᵀ, `[k, v]`.
fn outer(layer: &LambdaTrace, keys: &[f32], m: usize) -> Vec<f32> {
    let mut outer = vec![0.0; layer.dims.key_depth * layer.dims.value_depth];
    add_outer(layer, keys, m, |cell, term| outer[cell] += term);
    outer
}

/// ‖Σ_u k̄_u v_uᵀ‖, the root of the sum of squares: ‖k̄‖·‖v‖ for one u, in general √Σ_uu' (k̄_u·k̄_u')(v_u·v_u').
fn strength(layer: &LambdaTrace, keys: &[f32], m: usize) -> f32 {
    let [k, v] = [layer.dims.key_depth, layer.dims.value_depth];
    let pairs: Vec<(&[f32], &[f32])> = keys.chunks_exact(k).zip(layer.value.row(m).chunks_exact(v)).collect();
    let squares = pairs.iter().flat_map(|a| pairs.iter().map(|b| dot(a.0, b.0) * dot(a.1, b.1)));
    squares.sum::<f32>().max(0.0).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    const QUERY: Query = Query { y: 2, x: 3, head: 0, u: 0 };

    #[test]
    fn the_whole_sum_is_the_content_lambda_in_either_order() {
        for (kind, layer) in fixture::every_kind() {
            let subject = Subject::of_lambda(&layer, QUERY, "test");
            for by in By::VARIANTS.iter().copied() {
                let build = Build::of(&layer, QUERY, by);
                let seen = (0..layer.dims.positions()).filter(|m| sees(&layer, QUERY.n(&layer), *m)).count();
                assert_eq!(build.order.len(), if layer.content { seen } else { 0 }, "{kind}");
                let end = build.step(&layer, &subject, usize::MAX);
                assert!(end.difference < 1e-6, "{kind} {by:?}: {}", end.difference);
                assert_eq!(end.sum.grid.rows, layer.dims.key_depth);
                if layer.content {
                    assert!((end.share - 1.0).abs() < 1e-5, "{kind}");
                    let before = build.step(&layer, &subject, seen - 1);
                    assert!(before.difference > end.difference, "{kind}: the last term counts");
                }
            }
        }
    }

    #[test]
    fn a_step_adds_one_outer_product() {
        for (kind, layer) in fixture::every_kind().into_iter().filter(|(_, layer)| layer.content) {
            let subject = Subject::of_lambda(&layer, QUERY, "test");
            let build = Build::of(&layer, QUERY, By::Strength);
            for t in 1..=build.order.len() {
                let (before, after) = (build.step(&layer, &subject, t - 1), build.step(&layer, &subject, t));
                let cells = before.sum.grid.values.iter().zip(&after.sum.grid.values).zip(&after.outer.grid.values);
                for ((before, after), term) in cells {
                    assert!((after - before - term).abs() < 1e-6, "{kind} {t}");
                }
                let norm = after.outer.grid.values.iter().map(|value| value * value).sum::<f32>().sqrt();
                assert!((norm - after.strength).abs() < 1e-6, "{kind} {t}: {norm} and {}", after.strength);
                assert_eq!(after.outer.grid.clipped(after.outer.scale), 0, "{kind} {t}");
                assert_eq!(build.step_of(&layer, after.position.unwrap()), Some(t), "{kind}");
            }
            let strengths: Vec<f32> = build.order.iter().map(|m| build.strengths[*m]).collect();
            assert!(strengths.is_sorted_by(|a, b| a >= b), "{kind}");
        }
    }

    #[test]
    fn nothing_is_added_at_the_start() {
        let layer = fixture::layer(3, 4);
        let subject = Subject::of_lambda(&layer, Query::default(), "test");
        let build = Build::of(&layer, Query::default(), By::Reading);
        let start = build.step(&layer, &subject, 0);
        assert_eq!((start.position, start.share, start.sum.grid.largest()), (None, 0.0, 0.0));
        assert_eq!(start.difference, start.scale);
        assert_eq!(build.order, (0..12).collect::<Vec<_>>());
        assert_eq!(build.waiting(4, 10), "M2 2h1v1h-1zM3 2h1v1h-1z");
    }

    #[test]
    fn a_key_and_a_value_give_their_outer_product() {
        let layer = fixture::layer(3, 4);
        let subject = Subject::of_lambda(&layer, Query::default(), "test");
        let step = Build::of(&layer, Query::default(), By::Reading).step(&layer, &subject, 7);
        assert_eq!(step.position, Some([1, 2]));
        for i in 0..3 {
            for j in 0..4 {
                let product = step.key.grid.at([i, 0]).unwrap() * step.value.grid.at([0, j]).unwrap();
                assert_eq!(step.outer.grid.at([i, j]), Some(product));
            }
        }
    }

    #[test]
    fn orders_are_found_by_their_ids() {
        assert!(By::VARIANTS.iter().all(|by| by.id().parse() == Ok(*by)));
        assert!("size".parse::<By>().is_err());
    }
}
