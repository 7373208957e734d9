//! What a drawing is of: network, picture, layer and query, in words and in a file's name.

use lambdascope_core::nn::lambda_layer::Mask;
use lambdascope_core::nn::trace::LambdaTrace;

use crate::figures::figure::Figure;
use crate::figures::grid::{Grid, Scale};
use crate::read::query::Query;

/// A layer and a query with the setting that they were computed in.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The layer.
    pub layer: &'a LambdaTrace,
    /// The query.
    pub query: Query,
    /// Network and picture, for people.
    pub setting: &'a str,
}

impl Subject<'_> {
    /// A drawing of something that belongs to this query. `word` names its file, `title` stands over it, `what` begins its
    /// caption.
    pub fn figure(
        &self,
        word: &str,
        [title, what]: [&str; 2],
        axes: [&'static str; 2],
        grid: Grid,
        scale: Scale,
    ) -> Figure {
        let Query { y, x, head, .. } = self.query;
        let layer = &self.layer.name;
        Figure {
            name: format!("{word}_{layer}_h{head}_{y}.{x}"),
            title: title.to_owned(),
            caption: format!("{what}: {}, {layer}, head {head}, query {y},{x}", self.setting),
            axes,
            grid,
            scale,
            ring: None,
            window: None,
        }
    }

    /// A drawing of something that belongs to the context: to all queries, in a masked layer to this one.
    pub fn context_figure(
        &self,
        word: &str,
        title: [&str; 2],
        axes: [&'static str; 2],
        grid: Grid,
        scale: Scale,
    ) -> Figure {
        let figure = self.figure(word, title, axes, grid, scale);
        if self.layer.mask != Mask::None {
            return figure;
        }
        let layer = &self.layer.name;
        Figure {
            name: format!("{word}_{layer}"),
            caption: format!("{}: {}, {layer}", title[1], self.setting),
            ..figure
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn what_all_queries_share_names_none() {
        for (kind, layer) in fixture::every_kind() {
            let query = Query { y: 2, x: 3, head: 1, u: 0 };
            let subject = Subject { layer: &layer, query, setting: "a network, a picture" };
            let draw = || (Grid::new(vec![1.0], 1), Scale::Signed(1.0));
            let ((grid, scale), (same, _)) = (draw(), draw());
            let own = subject.figure("word", ["title", "What"], ["row", "column"], grid, scale);
            assert_eq!(own.caption, "What: a network, a picture, stages.5.1, head 1, query 2,3");
            assert_eq!(own.name, "word_stages.5.1_h1_2.3");
            let shared = subject.context_figure("word", ["title", "What"], ["row", "column"], same, scale);
            assert_eq!(shared.caption.contains("query"), layer.mask != Mask::None, "{kind}");
            assert_eq!(shared.name == own.name, layer.mask != Mask::None, "{kind}");
        }
    }
}
