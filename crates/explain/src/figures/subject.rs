//! What a drawing is of: network, picture, layer and place, in words and in a file's name.

use std::fmt::Write;

use lambdascope_core::nn::mask::Mask;
use lambdascope_core::nn::trace::{LambdaTrace, LayerTrace};
use lambdascope_core::text;

use crate::figures::figure::Figure;
use crate::figures::grid::{Grid, Scale};
use crate::read::query::Query;

/// A query of a layer of a network, by their names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Subject {
    /// Network and picture, for people. A file's name does not have them.
    pub setting: String,
    /// The layer's name, such as `stages.1.1`.
    pub layer: String,
    /// u of the layer. Which of them it is is said only where there is more than one.
    pub intra: usize,
    /// Position, head and u.
    pub query: Query,
}

/// Which of its subject's indices a quantity depends on. What it does not depend on is left out of its caption and of its
/// file's name, so that what is shared is called the same wherever it was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dependence {
    /// On the head.
    pub head: bool,
    /// On the query's position.
    pub query: bool,
    /// On u.
    pub intra: bool,
}

impl Dependence {
    /// On the layer alone.
    pub const LAYER: Self = Self { head: false, query: false, intra: false };
    /// On everything, as a_nmu does.
    pub const ALL: Self = Self { head: true, query: true, intra: true };
    /// On head and query, with all u summed up, as q_n and y_n do.
    pub const HEAD_AND_QUERY: Self = Self { intra: false, ..Self::ALL };

    /// k̄: each u has its own; a mask normalises them anew for every query.
    pub fn of_normalised_keys(layer: &LambdaTrace) -> Self {
        Self { intra: true, ..Self::of_content_lambda(layer) }
    }

    /// λᶜ: the sum over all u, the same for all heads; a mask makes one for every query.
    pub fn of_content_lambda(layer: &LambdaTrace) -> Self {
        Self { query: layer.mask != Mask::None, ..Self::LAYER }
    }

    /// λᵖ_n: the sum over all u, the same for all heads; the bias alone where there are no position embeddings.
    pub fn of_position_lambda(layer: &LambdaTrace) -> Self {
        Self { query: layer.dims.window != [0, 0], ..Self::LAYER }
    }

    /// λ_n = λᶜ + λᵖ_n.
    pub fn of_lambda(layer: &LambdaTrace) -> Self {
        let parts = [Self::of_content_lambda(layer), Self::of_position_lambda(layer)];
        Self { query: parts.iter().any(|part| part.query), ..Self::LAYER }
    }
}

impl Subject {
    /// A query of a layer of a run.
    pub fn of(layer: &LayerTrace, query: Query, setting: &str) -> Self {
        let intra = layer.as_lambda().map_or(1, |layer| layer.dims.intra);
        Self { setting: setting.to_owned(), layer: layer.name().to_owned(), intra, query }
    }

    /// A query of a lambda layer of a run.
    pub fn of_lambda(layer: &LambdaTrace, query: Query, setting: &str) -> Self {
        Self { setting: setting.to_owned(), layer: layer.name.clone(), intra: layer.dims.intra, query }
    }

    /// The same of another head.
    #[must_use]
    pub fn with_head(&self, head: usize) -> Self {
        Self { query: Query { head, ..self.query }, ..self.clone() }
    }

    /// A file's name for a quantity that `word` names: `kernel_stages.1.1_h0_8.8`, with an intra-depth
    /// `kernel_stages.1.1_h0_u1_8.8`.
    pub fn file(&self, word: &str, on: Dependence) -> String {
        let Query { y, x, head, u } = self.query;
        let mut name = format!("{word}_{}", self.layer);
        // Writing to a String cannot fail.
        if on.head {
            let _ = write!(name, "_h{head}");
        }
        if on.intra && self.intra > 1 {
            let _ = write!(name, "_u{u}");
        }
        if on.query {
            let _ = write!(name, "_{y}.{x}");
        }
        name
    }

    /// The subject in words, as far as a quantity depends on it: `LambdaResNet mini, church, stages.1.1, u = 1 of 4, head 0,
    /// query at row 8, column 8`.
    pub fn words(&self, on: Dependence) -> String {
        let Query { head, u, .. } = self.query;
        let mut words = format!("{}, {}", self.setting, self.layer);
        // Writing to a String cannot fail.
        if on.intra && self.intra > 1 {
            let _ = write!(words, ", u = {u} of {}", self.intra);
        }
        if on.head {
            let _ = write!(words, ", head {head}");
        }
        if on.query {
            let _ = write!(words, ", query at {}", text::cell(self.query.cell()));
        }
        words
    }

    /// A quantity's caption: what it is, then the subject.
    pub fn caption(&self, what: &str, on: Dependence) -> String {
        format!("{what}: {}", self.words(on))
    }

    /// A drawing of a quantity without marks. `word` names its file, `title` stands over it, `what` begins its caption.
    pub fn figure(
        &self,
        on: Dependence,
        word: &str,
        [title, what]: [&str; 2],
        axes: [&'static str; 2],
        grid: Grid,
        scale: Scale,
    ) -> Figure {
        Figure {
            name: self.file(word, on),
            title: title.to_owned(),
            caption: self.caption(what, on),
            axes,
            grid,
            scale,
            ring: None,
            window: None,
        }
    }
}

/// A name, such as a label's or a network's, as a part of a file's name.
pub fn file_part(name: &str) -> String {
    name.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn names_say_what_is_needed_and_no_more() {
        let query = Query { y: 8, x: 3, head: 1, u: 2 };
        let one = Subject { setting: "mini, church".into(), layer: "stages.1.1".into(), intra: 1, query };
        assert_eq!(one.file("kernel", Dependence::ALL), "kernel_stages.1.1_h1_8.3");
        assert_eq!(one.words(Dependence::ALL), "mini, church, stages.1.1, head 1, query at row 8, column 3");
        let many = Subject { intra: 4, ..one };
        let of_u = Dependence { intra: true, ..Dependence::LAYER };
        assert_eq!(
            [many.file("kernel", Dependence::ALL), many.file("E", of_u)],
            ["kernel_stages.1.1_h1_u2_8.3", "E_stages.1.1_u2"]
        );
        assert_eq!(many.words(of_u), "mini, church, stages.1.1, u = 2 of 4");
        assert_eq!(many.caption("Bias", Dependence::LAYER), "Bias: mini, church, stages.1.1");
    }

    #[test]
    fn what_all_queries_share_names_none() {
        for (kind, layer) in fixture::every_kind() {
            let query = Query { y: 2, x: 3, head: 1, u: 0 };
            let subject = Subject::of_lambda(&layer, query, "a network, a picture");
            let [own, shared] = [Dependence::HEAD_AND_QUERY, Dependence::of_content_lambda(&layer)].map(|on| {
                let (grid, scale) = (Grid::new(vec![1.0], 1), Scale::Signed(1.0));
                subject.figure(on, "word", ["title", "What"], ["row", "column"], grid, scale)
            });
            assert_eq!(own.caption, "What: a network, a picture, stages.5.1, head 1, query at row 2, column 3");
            assert_eq!(own.name, "word_stages.5.1_h1_2.3");
            assert_eq!(shared.caption.contains("query"), layer.mask != Mask::None, "{kind}");
            assert_eq!(shared.name.ends_with("_2.3"), layer.mask != Mask::None, "{kind}");
        }
    }
}
