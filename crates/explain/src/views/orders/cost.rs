//! What the two orders of the product cost for one layer: multiplications, and the bytes of what stands between the two
//! multiplications. Every total comes with the formula that gives it.

use bytemuck::Zeroable;

use lambdascope_core::kernels::lambda_apply::Params;
use lambdascope_core::kernels::lambda_order::Order;
use lambdascope_core::nn::mask::Mask;
use lambdascope_core::nn::trace::{AttentionTrace, LambdaDims, LambdaTrace, LayerTrace};

use crate::read::query::{Query, reach, sees};
use lambdascope_core::text::grouped;

/// Bytes of a number.
const F32: u64 = 4;

/// A sum of products, with a name for every factor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Formula {
    terms: Vec<Vec<(&'static str, u64)>>,
}

impl Formula {
    fn of(terms: impl IntoIterator<Item = Vec<(&'static str, u64)>>) -> Self {
        // An intra-depth of 1 is left out, as the paper does; so is a term without any pair.
        let shown = |terms: Vec<(&'static str, u64)>| -> Vec<_> {
            terms.into_iter().filter(|factor| *factor != ("u", 1)).collect()
        };
        let terms = terms.into_iter().map(shown).filter(|term| term.iter().all(|(_, number)| *number > 0));
        Self { terms: terms.collect() }
    }

    /// In letters: `m·k·v + h·k·v`.
    pub fn symbols(&self) -> String {
        self.write(|(symbol, _)| (*symbol).to_owned())
    }

    /// In numbers: `256·16·16 + 4·16·16`.
    pub fn numbers(&self) -> String {
        self.write(|(_, number)| grouped(*number))
    }

    /// Its value.
    pub fn total(&self) -> u64 {
        self.terms.iter().map(|term| term.iter().map(|(_, number)| number).product::<u64>()).sum()
    }

    fn write(&self, factor: impl Fn(&(&'static str, u64)) -> String) -> String {
        let product = |term: &Vec<_>| term.iter().map(&factor).collect::<Vec<_>>().join("·");
        if self.terms.is_empty() {
            return "0".to_owned();
        }
        self.terms.iter().map(product).collect::<Vec<_>>().join(" + ")
    }
}

/// How much of the picture is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// One query, all its heads.
    One,
    /// Every query of one picture.
    All,
    /// Every query of so many pictures.
    Batch(u64),
}

/// The pairs of queries and context positions that have to be multiplied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pairs {
    queries: u64,
    /// Pairs with a content term; `None` where all queries share one λᶜ.
    content: Option<u64>,
    /// Context positions that the shared λᶜ sums over.
    shared: u64,
    /// Pairs with a position embedding.
    position: u64,
    /// Pairs with any of them.
    weights: u64,
}

impl Pairs {
    fn of(layer: &LambdaTrace, query: Query) -> Self {
        let m = layer.dims.positions();
        let n = query.n(layer);
        let [rows, columns] = reach(layer, query);
        if layer.mask == Mask::None {
            let m = if layer.content { m as u64 } else { 0 };
            let position = (rows.len() * columns.len()) as u64;
            return Self { queries: 1, content: None, shared: m, position, weights: m.max(position) };
        }
        let seen = (0..m).filter(|m| sees(layer, n, *m)).count() as u64;
        let width = layer.dims.context_width;
        let near = rows.flat_map(|y| columns.clone().map(move |x| y * width + x));
        let position = near.filter(|m| sees(layer, n, *m)).count() as u64;
        let content = if layer.content { seen } else { 0 };
        Self { queries: 1, content: Some(content), shared: 0, position, weights: content.max(position) }
    }

    /// Of every query of the layer.
    fn all(layer: &LambdaTrace) -> Self {
        let queries = (0..layer.dims.queries()).map(|n| Query {
            y: n / layer.dims.width,
            x: n % layer.dims.width,
            ..Query::default()
        });
        let of_each = queries.map(|query| Self::of(layer, query));
        of_each
            .reduce(|sum, own| Self {
                queries: sum.queries + own.queries,
                content: sum.content.zip(own.content).map(|(a, b)| a + b),
                shared: own.shared,
                position: sum.position + own.position,
                weights: sum.weights + own.weights,
            })
            .unwrap_or(Self { queries: 0, content: None, shared: 0, position: 0, weights: 0 })
    }
}

/// What one layer costs in both orders.
#[derive(Clone, Debug, PartialEq)]
pub struct Costs {
    dims: LambdaDims,
    one: Pairs,
    all: Pairs,
    /// Context positions that a row of weights has: all, or the window's where nothing but positions is added.
    row: u64,
}

impl Costs {
    /// The costs of a layer and of one of its queries.
    pub fn of(layer: &LambdaTrace, query: Query) -> Self {
        let one = Pairs::of(layer, query);
        Self { dims: layer.dims.clone(), one, all: Pairs::all(layer), row: layer.dims.positions() as u64 }
    }

    /// Multiplications of 'summarise, then apply': λᶜ once a picture, λᵖ_n for every query, then every head's query.
    pub fn summarise(&self, asked: Asked) -> Formula {
        let (pairs, batch) = self.asked(asked);
        let [h, k, v, u] = self.letters();
        let content = match pairs.content {
            Some(pairs) => ("S", pairs),
            None => ("m", pairs.shared),
        };
        let position = if asked == Asked::One { "p" } else { "P" };
        let mut applied = vec![h, k, v];
        if asked != Asked::One {
            applied.insert(0, ("n", pairs.queries));
        }
        let terms = [vec![content, k, v, u], vec![(position, pairs.position), k, v, u], applied];
        Formula::of(terms.map(|term| batched(batch, term)))
    }

    /// Multiplications of 'compare, then sum': every head's weights first, then the weighted values.
    pub fn compare(&self, asked: Asked) -> Formula {
        let (pairs, batch) = self.asked(asked);
        let [h, k, v, u] = self.letters();
        let full = self.row * pairs.queries;
        let weights = if pairs.weights == full {
            if asked == Asked::One { vec![("m", self.row)] } else { vec![("n", pairs.queries), ("m", self.row)] }
        } else {
            vec![(if asked == Asked::One { "s" } else { "S" }, pairs.weights)]
        };
        let with = |other| [weights.clone(), vec![h, other, u]].concat();
        Formula::of([with(k), with(v)].map(|term| batched(batch, term)))
    }

    /// Bytes of the lambdas: one for each query, for all its heads.
    pub fn lambda_bytes(&self, asked: Asked) -> Formula {
        let (pairs, batch) = self.asked(asked);
        let [_, k, v, _] = self.letters();
        let mut term = vec![k, v, ("4", F32)];
        if asked != Asked::One {
            term.insert(0, ("n", pairs.queries));
        }
        Formula::of([batched(batch, term)])
    }

    /// Bytes of the weights: a row over the context for each query, head and u.
    pub fn weight_bytes(&self, asked: Asked) -> Formula {
        let (pairs, batch) = self.asked(asked);
        let [h, _, _, u] = self.letters();
        let mut term = vec![("m", self.row), h, u, ("4", F32)];
        if asked != Asked::One {
            term.insert(0, ("n", pairs.queries));
        }
        Formula::of([batched(batch, term)])
    }

    /// Bytes of the position embeddings, which both orders read and every picture of a batch shares.
    pub fn embedding_bytes(&self) -> u64 {
        let [_, k, _, u] = self.letters();
        (self.dims.window[0] * self.dims.window[1]) as u64 * k.1 * u.1 * F32
    }

    /// Pairs with a position embedding, of all queries.
    pub fn position_pairs(&self) -> u64 {
        self.all.position
    }

    fn asked(&self, asked: Asked) -> (Pairs, Option<u64>) {
        match asked {
            Asked::One => (self.one, None),
            Asked::All => (self.all, None),
            Asked::Batch(pictures) => (self.all, Some(pictures)),
        }
    }

    fn letters(&self) -> [(&'static str, u64); 4] {
        let dims = &self.dims;
        [("h", dims.heads), ("k", dims.key_depth), ("v", dims.value_depth), ("u", dims.intra)]
            .map(|(letter, number)| (letter, number as u64))
    }
}

fn batched(batch: Option<u64>, term: Vec<(&'static str, u64)>) -> Vec<(&'static str, u64)> {
    batch.map(|pictures| ("b", pictures)).into_iter().chain(term).collect()
}

/// The order that this project's kernels multiply the position part in, and their multiplications for the whole layer, λᶜ
/// included; `None` for a masked layer, which has a kernel of its own.
pub fn engine(layer: &LambdaTrace) -> Option<(Order, u64)> {
    if layer.mask != Mask::None {
        return None;
    }
    let dims = &layer.dims;
    let [height, width, context_height, context_width, heads, key_depth, value_depth, intra] = [
        dims.height,
        dims.width,
        dims.context_height,
        dims.context_width,
        dims.heads,
        dims.key_depth,
        dims.value_depth,
        dims.intra,
    ]
    .map(|size| size as u32);
    let params = Params {
        height,
        width,
        context_height,
        context_width,
        heads,
        key_depth,
        value_depth,
        intra,
        window_height: dims.window[0] as u32,
        window_width: dims.window[1] as u32,
        origin_y: dims.origin[0] as u32,
        origin_x: dims.origin[1] as u32,
        content: u32::from(layer.content),
        ..Params::zeroed()
    };
    let order = Order::cheaper(&params);
    let content = if layer.content {
        [dims.positions(), dims.intra, dims.key_depth, dims.value_depth].into_iter().map(|size| size as u64).product()
    } else {
        0
    };
    Some((order, order.macs(&params) + content))
}

/// What a layer's aggregation costs by its definition, all queries of one picture: multiplications, and the bytes of what
/// stands between queries and values. A lambda layer's are those of 'summarise, then apply', and its lambdas; an attention
/// layer compares every query with every key and holds a weight for each pair.
pub fn by_definition(layer: &LayerTrace) -> [Formula; 2] {
    match layer {
        LayerTrace::Lambda(layer) => {
            let costs = Costs::of(layer, Query::default());
            [costs.summarise(Asked::All), costs.lambda_bytes(Asked::All)]
        }
        LayerTrace::Attention(AttentionTrace { dims, .. }) => {
            let positions = dims.positions() as u64;
            let pairs = || vec![("n", positions), ("m", positions), ("h", dims.heads as u64)];
            let with = |letter, depth: usize| [pairs(), vec![(letter, depth as u64)]].concat();
            [
                Formula::of([with("k", dims.key_depth), with("v", dims.value_depth)]),
                Formula::of([[pairs(), vec![("4", F32)]].concat()]),
            ]
        }
    }
}

/// Map sides of the curves.
pub const SIDES: std::ops::RangeInclusive<usize> = 4..=64;

/// One quantity of both orders over square maps of growing side, all queries of one picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Curves {
    /// 'Summarise, then apply', one a side of [`SIDES`].
    pub summarise: Vec<u64>,
    /// 'Compare, then sum'.
    pub compare: Vec<u64>,
}

impl Curves {
    /// The first side from which summarising costs no more, however large the map grows; `None` if there is none.
    pub fn crossing(&self) -> Option<usize> {
        let dearer = self.summarise.iter().zip(&self.compare).rposition(|(summarise, compare)| summarise > compare);
        let first = dearer.map_or(0, |at| at + 1);
        SIDES.clone().nth(first)
    }

    /// Both values at a side.
    pub fn at(&self, side: usize) -> Option<[u64; 2]> {
        let at = side.checked_sub(*SIDES.start())?;
        Some([*self.summarise.get(at)?, *self.compare.get(at)?])
    }

    /// The least and the greatest of all values.
    pub fn range(&self) -> [u64; 2] {
        let all = || self.summarise.iter().chain(&self.compare).copied();
        [all().min().unwrap_or(1).max(1), all().max().unwrap_or(1).max(1)]
    }
}

/// Multiplications and bytes over growing maps with this layer's h, k, v, u and kind of position; queries and context on
/// maps of the same side, without a mask.
pub fn curves(layer: &LambdaTrace) -> [Curves; 2] {
    let costs: Vec<Costs> = SIDES.map(|side| Costs::on_square(layer, side)).collect();
    let each = |count: fn(&Costs, Asked) -> Formula| costs.iter().map(|cost| count(cost, Asked::All).total()).collect();
    [
        Curves { summarise: each(Costs::summarise), compare: each(Costs::compare) },
        Curves { summarise: each(Costs::lambda_bytes), compare: each(Costs::weight_bytes) },
    ]
}

/// Whether a layer's table covers every offset of its map.
pub fn is_global(dims: &LambdaDims) -> bool {
    dims.window == [dims.height + dims.context_height - 1, dims.width + dims.context_width - 1]
}

impl Costs {
    fn on_square(layer: &LambdaTrace, side: usize) -> Self {
        let [window, origin] = if is_global(&layer.dims) {
            [[2 * side - 1; 2], [side - 1; 2]]
        } else {
            [layer.dims.window, layer.dims.origin]
        };
        // Pairs along one axis: the window around each place, clipped at the map's ends.
        let along = |axis: usize| -> u64 {
            let reach = |at: usize| {
                let end = (at + window[axis]).saturating_sub(origin[axis]).min(side);
                end - at.saturating_sub(origin[axis]).min(end)
            };
            (0..side).map(|at| reach(at) as u64).sum()
        };
        let (m, position) = ((side * side) as u64, along(0) * along(1));
        let shared = if layer.content { m } else { 0 };
        let weights = (shared * m).max(position);
        let all = Pairs { queries: m, content: None, shared, position, weights };
        let dims = LambdaDims {
            height: side,
            width: side,
            context_height: side,
            context_width: side,
            window,
            origin,
            ..layer.dims.clone()
        };
        Self { dims, one: all, all, row: m }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn multiplications_are_those_of_loops() {
        for (kind, layer) in fixture::every_kind() {
            let dims = &layer.dims;
            let [h, k, v, u] = [dims.heads, dims.key_depth, dims.value_depth, dims.intra].map(|size| size as u64);
            let (mut summarise, mut compare) = (0, 0);
            for n in 0..dims.queries() {
                let query = Query { y: n / dims.width, x: n % dims.width, ..Query::default() };
                let [rows, columns] = reach(&layer, query);
                let (mut own_summarise, mut own_compare) = (0, 0);
                for m in (0..dims.positions()).filter(|m| sees(&layer, n, *m)) {
                    let (y, x) = (m / dims.context_width, m % dims.context_width);
                    let near = rows.contains(&y) && columns.contains(&x);
                    // λᶜ is the first query's work where all share it.
                    let content = layer.content && (n == 0 || layer.mask != Mask::None);
                    own_summarise += (u64::from(near) + u64::from(content)) * k * v * u;
                    own_compare += u64::from(near || layer.content) * h * (k + v) * u;
                }
                own_summarise += h * k * v;
                if n == 0 {
                    let costs = Costs::of(&layer, query);
                    assert_eq!(costs.summarise(Asked::One).total(), own_summarise, "{kind}");
                    assert_eq!(costs.compare(Asked::One).total(), own_compare, "{kind}");
                }
                summarise += own_summarise;
                compare += own_compare;
            }
            let costs = Costs::of(&layer, Query::default());
            assert_eq!(costs.summarise(Asked::All).total(), summarise, "{kind}");
            assert_eq!(costs.compare(Asked::All).total(), compare, "{kind}");
            assert_eq!(costs.compare(Asked::Batch(8)).total(), 8 * compare, "{kind}");
        }
    }

    #[test]
    fn formulas_say_what_is_counted() {
        let layer = fixture::layer(5, 6);
        let costs = Costs::of(&layer, Query { y: 2, x: 3, ..Query::default() });
        let one = costs.summarise(Asked::One);
        assert_eq!(one.symbols(), "m·k·v + p·k·v + h·k·v");
        assert_eq!(one.numbers(), "30·3·4 + 25·3·4 + 2·3·4");
        assert_eq!(costs.compare(Asked::All).symbols(), "n·m·h·k + n·m·h·v");
        assert_eq!(costs.lambda_bytes(Asked::Batch(2)).numbers(), "2·30·3·4·4");
        assert_eq!(costs.weight_bytes(Asked::One).numbers(), "30·2·4");
        assert_eq!(costs.embedding_bytes(), 25 * 3 * 4);
    }

    #[test]
    fn the_engine_counts_as_its_kernels_do() {
        let layer = fixture::layer(5, 6);
        let costs = Costs::of(&layer, Query::default());
        let (order, macs) = engine(&layer).unwrap();
        let position = costs.position_pairs();
        // k·v = 12 is less than h·(k + v) = 14.
        assert_eq!((order, macs), (Order::LambdaFirst, position * 12 + 30 * 2 * 12 + 30 * 12));
        assert_eq!(costs.summarise(Asked::All).total(), macs);
        for (kind, layer) in fixture::every_kind() {
            assert_eq!(engine(&layer).is_none(), layer.mask != Mask::None, "{kind}");
        }
    }

    #[test]
    fn curves_pass_through_the_layers_own_size() {
        for layer in [fixture::layer(5, 5), fixture::layer(9, 9)] {
            let costs = Costs::of(&layer, Query::default());
            let [multiplications, bytes] = curves(&layer);
            let totals = |summarise: Formula, compare: Formula| Some([summarise.total(), compare.total()]);
            let side = layer.dims.height;
            assert_eq!(multiplications.at(side), totals(costs.summarise(Asked::All), costs.compare(Asked::All)));
            assert_eq!(bytes.at(side), totals(costs.lambda_bytes(Asked::All), costs.weight_bytes(Asked::All)));
            assert_eq!(bytes.at(3), None);
        }
    }

    #[test]
    fn lambdas_take_fewer_bytes_from_where_the_map_outgrows_k_v_over_h() {
        let layer = fixture::layer(6, 6);
        let [multiplications, bytes] = curves(&layer);
        // k·v / h = 6 positions: every map here has more.
        assert_eq!(bytes.crossing(), Some(4));
        let side = multiplications.crossing().unwrap();
        let [summarise, compare] = multiplications.at(side).unwrap();
        assert!(summarise <= compare);
        let never = Curves { summarise: vec![2; 61], compare: vec![1; 61] };
        assert_eq!(never.crossing(), None);
    }
}
