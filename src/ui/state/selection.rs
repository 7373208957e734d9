//! What is looked at: the place on screen and what is read out of the answer there.

use std::sync::Arc;

use leptos::prelude::*;

use crate::page::place::Place;
use crate::ui::state::motion::Motion;
use lambdascope_core::answer::Answer;
use lambdascope_core::nn::trace::LayerTrace;
use lambdascope_explain::read::query::Query;
use lambdascope_explain::read::reading::Reading;
use lambdascope_explain::read::scale;
use lambdascope_explain::read::scale::Coverage;
use lambdascope_explain::read::softmax_attention::AttentionReading;

/// The place and what is read there. All of it follows the query together, see [`Selection::follow`].
#[derive(Clone, Copy)]
pub struct Selection {
    /// The pinned place.
    pub place: Memo<Option<Place>>,
    /// The place on screen: the pinned one, with the hovered query where there is one.
    pub shown: Memo<Option<Place>>,
    /// What is shown of a lambda layer.
    pub reading: Memo<Option<Arc<Reading>>>,
    /// The reading of the query that this one is compared with, where there is one.
    pub other: Memo<Option<Arc<Reading>>>,
    /// What is shown of an attention layer.
    pub attention: Memo<Option<Arc<AttentionReading>>>,
    /// Whether the layer on screen is an attention layer.
    pub is_attention: Memo<bool>,
    /// The limit that the maps share, `None` where each has its own; 0 before the first answer.
    pub shared_limit: Memo<Option<f32>>,
}

/// What a selection depends on, to be set.
#[derive(Clone, Copy)]
pub struct Choices {
    /// The answer on screen.
    pub answer: RwSignal<Option<Arc<Answer>>>,
    /// The pinned place.
    pub pinned: RwSignal<Option<Place>>,
    /// The query under the pointer, `[y, x]`.
    pub hovered: RwSignal<Option<[usize; 2]>>,
    /// The query that the one on screen is compared with, `[y, x]`.
    pub compared: RwSignal<Option<[usize; 2]>>,
    /// What the scale covers.
    pub coverage: RwSignal<Coverage>,
    /// The limit of [`Coverage::Fixed`].
    pub fixed_limit: RwSignal<f32>,
}

impl Selection {
    /// What follows from the choices.
    pub fn new(choices: Choices) -> Self {
        let Choices { answer, pinned, hovered, compared, .. } = choices;
        let place = Memo::new(move |_| pinned.get());
        let shown = Memo::new(move |_| {
            place.get().map(|place| match hovered.get() {
                Some(query) => at(place, query),
                None => place,
            })
        });
        // Of this one's layer, head and u, wherever in the picture it is.
        let other_place = Memo::new(move |_| Some(at(place.get()?, compared.get()?)));
        let reading_at = move |place: Place| {
            let answer = answer.get()?;
            Some(Arc::new(Reading::of(layer_at(&answer, place)?.as_lambda()?, place.query)))
        };
        let attention = Memo::new(move |_| {
            let (answer, place) = (answer.get()?, shown.get()?);
            Some(Arc::new(AttentionReading::of(layer_at(&answer, place)?.as_attention()?, place.query)))
        });
        let reading = Memo::new(move |_| shown.get().and_then(reading_at));
        let other = Memo::new(move |_| other_place.get().and_then(reading_at));
        Self {
            place,
            shown,
            reading,
            other,
            attention,
            is_attention: Memo::new(move |_| attention.read().is_some()),
            shared_limit: shared_limit(choices, place, [reading, other]),
        }
    }

    /// The selection as a part of the page shows it: as long as `is_seen` or the query rests; in between that of the last
    /// such moment.
    pub fn follow(self, motion: Motion, is_seen: Signal<bool>) -> Self {
        // A field that did not follow would lag behind the others in silence, so every one is named.
        let Self { place, shown, reading, other, attention, is_attention, shared_limit } = self;
        Self {
            place: motion.follow(is_seen, move || place.get()),
            shown: motion.follow(is_seen, move || shown.get()),
            reading: motion.follow(is_seen, move || reading.get()),
            other: motion.follow(is_seen, move || other.get()),
            attention: motion.follow(is_seen, move || attention.get()),
            is_attention: motion.follow(is_seen, move || is_attention.get()),
            shared_limit: motion.follow(is_seen, move || shared_limit.get()),
        }
    }
}

/// The limit that the maps share, `None` where each has its own. `readings` are those on screen.
fn shared_limit(
    Choices { answer, coverage, fixed_limit, .. }: Choices,
    place: Memo<Option<Place>>,
    [reading, other]: [Memo<Option<Arc<Reading>>>; 2],
) -> Memo<Option<f32>> {
    // By itself, since it looks at every query of a layer and does not change with the query.
    let wide = Memo::new(move |_| {
        let (answer, layer, head) = (answer.get()?, place.read().as_ref()?.layer, place.read().as_ref()?.query.head);
        let layer = answer.trace.layers.get(layer)?.as_lambda()?;
        match coverage.get() {
            Coverage::Map | Coverage::Query => None,
            Coverage::Fixed => Some(fixed_limit.get()),
            Coverage::Head => Some(scale::head_limit(layer, head)),
            Coverage::Layer => Some(scale::layer_limit(layer)),
        }
    });
    Memo::new(move |_| {
        if coverage.get() == Coverage::Map {
            return None;
        }
        let limit = |reading: &Option<Arc<Reading>>| reading.as_ref().map(|own| scale::query_limit(&own.attention));
        // Maps that are compared share their scale.
        let of_query = || limit(&reading.read()).map(|own| own.max(limit(&other.read()).unwrap_or(0.0)));
        Some(wide.get().or_else(of_query).unwrap_or(0.0))
    })
}

/// A place with another query position.
fn at(place: Place, [y, x]: [usize; 2]) -> Place {
    Place { query: Query { y, x, ..place.query }, ..place }
}

/// The layer of a place, where the answer has that layer and the layer that query.
pub fn layer_at(answer: &Answer, Place { layer, query }: Place) -> Option<&LayerTrace> {
    let layer = answer.trace.layers.get(layer)?;
    let [height, width] = layer.map();
    (query.y < height && query.x < width && query.head < layer.heads()).then_some(layer)
}
