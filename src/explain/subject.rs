//! What a drawing is of: network, picture, layer and query, in words and in a file's name.

use crate::nn::trace::LambdaTrace;

use super::figure::Figure;
use super::grid::{Grid, Scale};
use super::implicit_attention::Query;

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
}
