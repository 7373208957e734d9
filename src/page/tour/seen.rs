//! What a stop can see of the page, and what it remembers of it from when the visitor arrived.

use std::sync::Arc;

use crate::page::address::ViewParameters;
use crate::page::place::Place;
use crate::page::what_if::Changes;
use lambdascope_core::answer::Prediction;
use lambdascope_core::backend::Backend;
use lambdascope_core::cost::report::Report;
use lambdascope_core::nn::trace::LambdaTrace;
use lambdascope_explain::read::reading::Reading;

/// The page as it stands.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    /// The layer and the query.
    pub place: Option<Place>,
    /// What the views keep.
    pub parameters: &'a ViewParameters,
    /// The lambda layer on screen; none of an attention layer or before the first answer.
    pub layer: Option<&'a LambdaTrace>,
    /// The query in it, read.
    pub reading: Option<&'a Reading>,
    /// What the network runs on.
    pub backend: Backend,
    /// The laboratory's sweep, as far as it has come.
    pub report: Option<&'a Report>,
    /// Whether it has come to its end.
    pub is_measured: bool,
    /// What the network says of the picture.
    pub before: &'a [Prediction],
    /// What the changed network says, once it has said it.
    pub after: Option<&'a [Prediction]>,
    /// What is changed.
    pub changes: &'a Changes,
}

/// The page as it was when the visitor came to a stop, or to another layer or picture since.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mark {
    /// The layer and the query.
    pub place: Option<Place>,
    /// The query, read.
    pub reading: Option<Arc<Reading>>,
}

impl Seen<'_> {
    /// What a view keeps under a key, if that makes sense to who asks.
    pub fn parameter<T: std::str::FromStr>(&self, key: &str) -> Option<T> {
        self.parameters.get(key)?.parse().ok()
    }

    /// How many cells the query has been moved, along the axis that it was moved further, within the marked layer.
    pub fn moved(&self, mark: &Mark) -> usize {
        let (Some(now), Some(then)) = (self.place, mark.place) else { return 0 };
        if now.layer != then.layer {
            return 0;
        }
        now.query.y.abs_diff(then.query.y).max(now.query.x.abs_diff(then.query.x))
    }
}
