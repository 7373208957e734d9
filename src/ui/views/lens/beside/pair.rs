//! What is shown of the two networks, as signals: their maps, and the cell under the pointer in either.

use std::sync::Arc;

use leptos::prelude::*;

use crate::page::networks;
use crate::page::networks::Running;
use crate::page::place::{Place, scaled};
use crate::ui::engine::beside::answer;
use crate::ui::state::State;
use crate::ui::state::selection::layer_at;
use lambdascope_core::answer::Answer;
use lambdascope_core::nn::trace::LayerTrace;
use lambdascope_explain::figures::figure::Figure;
use lambdascope_explain::read::measures::Weights;
use lambdascope_explain::views::networks::{Compared, Row, Side, costs};

/// The two networks at the place on screen.
#[derive(Clone, Copy)]
pub struct Pair {
    state: State,
    /// The weights of the network on screen.
    weights: Memo<Option<Arc<Weights>>>,
    /// Those of the other.
    others: Memo<Option<Arc<Weights>>>,
    /// The map of the network on screen.
    pub own: Memo<Option<Arc<Figure>>>,
    /// The map of the other.
    pub other: Memo<Option<Arc<Figure>>>,
    /// Which layers they are, as places in the traces.
    layers: Memo<Option<[usize; 2]>>,
    /// What the networks are called.
    pub titles: [Memo<String>; 2],
    /// What is said of either layer.
    words: [Memo<Option<String>>; 2],
    /// The cell of the other's map under the pointer, or that lies under the pointer's in the first one's.
    pub pointed: RwSignal<Option<[usize; 2]>>,
}

impl Pair {
    /// The place on screen in both. Whatever is here of the second network belongs to what it saw itself.
    pub fn of(state: State) -> Self {
        let place = state.selection.shown;
        let other_place = Memo::new(move |_| {
            let (place, own, other) = (place.get()?, state.answer.get()?, answer(state)?);
            Some(place.in_network(&own.trace, &other.trace))
        });
        let own_answer = move || state.answer.get();
        let other_answer = move || answer(state);
        let weights = Memo::new(move |_| weights_at(own_answer()?.as_ref(), place.get()?));
        let others = Memo::new(move |_| weights_at(other_answer()?.as_ref(), other_place.get()?));
        let titles = titles(state);
        let picture = Memo::new(move |_| state.answered.read().as_ref().map(|picture| picture.name().to_owned()));
        let drawn = move |answer: Option<Arc<Answer>>, place: Option<Place>, title: String, weights: &Weights| {
            let (answer, place, picture) = (answer?, place?, picture.get()?);
            let layer = layer_at(&answer, place)?;
            let side = Side { network: &title, picture: &picture, layer, query: place.query };
            Some(Arc::new(side.figure(weights)))
        };
        let said = move |answer: Option<Arc<Answer>>, place: Option<Place>| {
            let (answer, place) = (answer?, place?);
            let side = Side { network: "", picture: "", layer: layer_at(&answer, place)?, query: place.query };
            Some(side.what())
        };
        let pair = Self {
            state,
            weights,
            others,
            layers: Memo::new(move |_| Some([place.get()?.layer, other_place.get()?.layer])),
            titles,
            own: Memo::new(move |_| drawn(own_answer(), place.get(), titles[0].get(), weights.get()?.as_ref())),
            other: Memo::new(move |_| {
                drawn(other_answer(), other_place.get(), titles[1].get(), others.get()?.as_ref())
            }),
            words: [
                Memo::new(move |_| said(own_answer(), state.selection.place.get())),
                Memo::new(move |_| said(other_answer(), other_place.get())),
            ],
            pointed: RwSignal::new(None),
        };
        pair.link();
        pair
    }

    /// The numbers, once both networks have answered. Tracks both.
    pub fn compared(self) -> Option<Compared> {
        let (own, other) = (self.weights.get()?, self.others.get()?);
        Some(Compared::of([&own, &other]))
    }

    /// Reads something of both sides, once both networks have answered.
    pub fn with_sides<T>(self, read: impl FnOnce([&Side<'_>; 2]) -> T) -> Option<T> {
        let state = self.state;
        let (own, other) = (state.answer.get()?, answer(state)?);
        let place = state.selection.shown.get()?;
        let places = [place, place.in_network(&own.trace, &other.trace)];
        let titles = self.titles.map(|title| title.get());
        let picture = state.answered.read().as_ref().map(|picture| picture.name().to_owned()).unwrap_or_default();
        let layers = [layer_at(&own, places[0])?, layer_at(&other, places[1])?];
        let side =
            |at: usize| Side { network: &titles[at], picture: &picture, layer: layers[at], query: places[at].query };
        Some(read([&side(0), &side(1)]))
    }

    /// What the layers' aggregations cost; it does not change with the query.
    pub fn costs(self) -> Option<[Row; 2]> {
        let (own, other) = (self.state.answer.get()?, answer(self.state)?);
        let [one, two] = self.layers.get()?;
        Some(costs([own.trace.layers.get(one)?, other.trace.layers.get(two)?]))
    }

    /// The symbol of a side's weights.
    pub fn symbol(self, side: usize) -> AnyView {
        let is_softmax = Memo::new(move |_| {
            self.with_sides(|sides| matches!(sides[side].layer, LayerTrace::Attention(_))).unwrap_or(side == 1)
        });
        view! {
            {move || if is_softmax.get() { "w" } else { "a" }}
            <sub>"nm"</sub>
        }
        .into_any()
    }

    /// What a side's weights are.
    pub fn note(self, side: usize) -> AnyView {
        let (state, words) = (self.state, self.words[side]);
        let loading = move || {
            let loading = state.beside.loading.get().filter(|_| side == 1)?;
            Some(loading.text(&networks::title(&loading.source, state.networks.offers.read().as_ref())))
        };
        let said = move || words.get().or_else(loading).unwrap_or_else(|| "\u{a0}".to_owned());
        view! { <p class="panel-note" data-testid=format!("beside-note-{side}")>{said}</p> }.into_any()
    }

    /// Lets the pointer in one map show the same part of the picture in the other. Of maps of different sizes a cell of the
    /// coarser one is that in which the finer one's middle lies; there and back is where it was.
    fn link(self) {
        let (own, other) = (self.state.pointed, self.pointed);
        let sizes = move || Some([self.weights.read().as_ref()?.size, self.others.read().as_ref()?.size]);
        let follow =
            move |cell: Option<[usize; 2]>, beside: RwSignal<Option<[usize; 2]>>, [from, to]: [[usize; 2]; 2]| {
                let lies = |cell: [usize; 2], from: [usize; 2], to: [usize; 2]| {
                    [0, 1].map(|axis| scaled(cell[axis], from[axis], to[axis]))
                };
                let before = beside.get_untracked();
                let after = cell.map(|cell| lies(cell, from, to));
                let agrees =
                    before == after || before.zip(cell).is_some_and(|(before, cell)| lies(before, to, from) == cell);
                if !agrees {
                    beside.set(after);
                }
            };
        Effect::new(move |_| {
            let cell = own.get();
            if let Some([from, to]) = untrack(sizes) {
                follow(cell, other, [from, to]);
            }
        });
        Effect::new(move |_| {
            let cell = other.get();
            if let Some([to, from]) = untrack(sizes) {
                follow(cell, own, [from, to]);
            }
        });
    }
}

/// What the two networks are called, the second as soon as it is chosen.
pub fn titles(state: State) -> [Memo<String>; 2] {
    let called = |running: &Option<Running>| running.as_ref().map(|own| own.card.title.clone());
    let chosen = move || {
        let chosen = state.beside.chosen.get();
        chosen.map(|source| networks::title(&source, state.networks.offers.read().as_ref())).unwrap_or_default()
    };
    [
        Memo::new(move |_| called(&state.networks.running.read()).unwrap_or_default()),
        Memo::new(move |_| called(&state.beside.running.read()).unwrap_or_else(chosen)),
    ]
}

fn weights_at(answer: &Answer, place: Place) -> Option<Arc<Weights>> {
    layer_at(answer, place).map(|layer| Arc::new(Weights::of(layer, place.query)))
}
