//! All that can change on the page, as one bundle of signals, and what follows from it.

use std::sync::Arc;

use leptos::prelude::*;

use super::browser;
use super::link::Link;
use super::motion::Motion;
use super::network_signals::NetworkSignals;
use super::shader::ShaderSignals;
use super::what_if::WhatIfSignals;
use crate::page::address::{Address, ViewParameters};
use crate::page::networks::nothing_inside;
use crate::page::place::Place;
use crate::page::samples::Sample;
use crate::page::view::View;
use lambdascope_core::answer::Answer;
use lambdascope_core::backend::BackendReport;
use lambdascope_core::nn::trace::{LambdaTrace, LayerTrace};
use lambdascope_core::tensor::max_abs;
use lambdascope_explain::figures::colour::Theme;
use lambdascope_explain::figures::display::Display;
use lambdascope_explain::read::query::Query;
use lambdascope_explain::read::reading::{MapKind, Reading};
use lambdascope_explain::read::scale;
use lambdascope_explain::read::scale::Coverage;
use lambdascope_explain::read::softmax_attention::AttentionReading;
use lambdascope_protocol::LoadStep;

/// How far the engine is.
#[derive(Clone, Debug, PartialEq)]
pub enum Phase {
    /// The worker has not spoken yet.
    Starting,
    /// Weights arrive, shaders compile.
    Loading { step: LoadStep, done: u64, total: u64 },
    /// Pictures can be sent.
    Ready,
    /// Nothing will run; a sentence with the cause and the next step.
    Failed(String),
}

/// A picture that the visitor chose.
#[derive(Clone, Debug, PartialEq)]
pub enum PictureChoice {
    /// A sample, by its id.
    Sample(String),
    /// The visitor's own, with a name to call it by and the file's bytes.
    Own { name: String, bytes: Arc<Vec<u8>> },
}

impl PictureChoice {
    /// What to call it.
    pub fn name(&self) -> &str {
        match self {
            Self::Sample(id) => id,
            Self::Own { name, .. } => name,
        }
    }
}

/// The picture that the engine was asked about last.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// The request's id.
    pub id: u64,
    pub picture: Option<PictureChoice>,
    /// When, in milliseconds since the page was opened.
    pub at: f64,
}

/// What the visitor wants to see by: the system's colour scheme or one of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThemeChoice {
    System,
    Always(Theme),
}

/// The page's signals. Copies all share them.
#[derive(Clone, Copy)]
pub struct State {
    pub link: StoredValue<Option<Link>, LocalStorage>,
    pub asked: StoredValue<Asked>,
    /// Whether the GPU was left waiting for, so that the engine keeps away from it.
    pub gpu_hangs: StoredValue<bool>,
    pub phase: RwSignal<Phase>,
    pub networks: NetworkSignals,
    /// The load whose network the engine runs.
    pub engine_load: RwSignal<u64>,
    pub report: RwSignal<Option<BackendReport>>,
    pub notice: RwSignal<Option<String>>,
    /// What is to be said of the address that the page was opened with.
    pub address_notice: RwSignal<Option<String>>,
    pub samples: RwSignal<Vec<Sample>>,
    /// The picture that was chosen last.
    pub picture: RwSignal<Option<PictureChoice>>,
    /// The picture that the answer on screen belongs to.
    pub answered: RwSignal<Option<PictureChoice>>,
    /// Why the last picture could not be used.
    pub problem: RwSignal<Option<String>>,
    /// Whether an answer is awaited.
    pub busy: RwSignal<bool>,
    pub answer: RwSignal<Option<Arc<Answer>>>,
    /// Whether the answer on screen was computed ahead, and the engine's own is still to come.
    pub precomputed: Memo<bool>,
    /// Milliseconds from sending the picture to drawing its answer.
    pub round_trip: RwSignal<f64>,
    /// The pinned place, to be set; what is shown of it reads `place`.
    pub pinned: RwSignal<Option<Place>>,
    /// The pinned place.
    pub place: Memo<Option<Place>>,
    /// The query under the pointer, `[y, x]`, shown in place of the pinned one.
    pub hovered: RwSignal<Option<[usize; 2]>>,
    /// The cell under the pointer in one of the maps, `[y, x]`.
    pub pointed: RwSignal<Option<[usize; 2]>>,
    /// The view on screen.
    pub view: RwSignal<View>,
    /// The query that the one on screen is compared with, `[y, x]`.
    pub compared: RwSignal<Option<[usize; 2]>>,
    pub coverage: RwSignal<Coverage>,
    /// The limit of [`Coverage::Fixed`].
    pub fixed_limit: RwSignal<f32>,
    pub display: RwSignal<Display>,
    /// What single views keep in the address.
    pub parameters: RwSignal<ViewParameters>,
    /// Whether the query is on the move.
    pub motion: Motion,
    /// What is changed in the network and the picture, and what came of it.
    pub what_if: WhatIfSignals,
    /// The layer's shaders, their edits, and what came of them.
    pub shader: ShaderSignals,
    /// Whether the proof shows all of a head's outputs.
    pub all_numbers: RwSignal<bool>,
    pub theme_choice: RwSignal<ThemeChoice>,
    pub theme: Memo<Theme>,
    /// The place on screen: the pinned one, with the hovered query where there is one.
    pub shown: Memo<Option<Place>>,
    /// What the figures are of: the network and the picture.
    pub setting: Memo<String>,
    /// The reading of the query that this one is compared with, where there is one.
    pub other: Memo<Option<Arc<Reading>>>,
    /// What is shown of a lambda layer.
    pub reading: Memo<Option<Arc<Reading>>>,
    /// What is shown of an attention layer.
    pub attention: Memo<Option<Arc<AttentionReading>>>,
    /// Whether the layer on screen is an attention layer.
    pub is_attention: Memo<bool>,
    /// What stands in the place of the maps where the network on screen has no layer to look into.
    pub nothing_inside: Memo<Option<String>>,
    /// The limit that the maps share, `None` where each has its own; 0 before the first answer.
    pub shared_limit: Memo<Option<f32>>,
    /// What the address said when the page was opened, then what was written last.
    pub(super) address: StoredValue<Address>,
}

impl State {
    /// The state of a page that was just opened.
    pub fn new() -> Self {
        let answer = RwSignal::new(None::<Arc<Answer>>);
        let pinned = RwSignal::new(None::<Place>);
        let place = Memo::new(move |_| pinned.get());
        let hovered = RwSignal::new(None::<[usize; 2]>);
        let (address, address_notice) = browser::address();
        let parameters = RwSignal::new(address.parameters.clone());
        let coverage = RwSignal::new(address.coverage.unwrap_or_default());
        let fixed_limit = RwSignal::new(address.limit.unwrap_or(1.0));

        let shown = Memo::new(move |_| {
            place.get().map(|place| match hovered.get() {
                Some([y, x]) => Place { query: Query { y, x, ..place.query }, ..place },
                None => place,
            })
        });
        let reading = Memo::new(move |_| {
            let (answer, place) = (answer.get()?, shown.get()?);
            let layer = answer.trace.layers.get(place.layer).filter(|layer| contains(layer, place.query))?;
            Some(Arc::new(Reading::of(layer.as_lambda()?, place.query)))
        });
        let compared = RwSignal::new(address.pin);
        // Of this one's layer, head and u, wherever in the picture it is.
        let other_place = Memo::new(move |_| {
            let (place, [y, x]) = (place.get()?, compared.get()?);
            Some(Place { query: Query { y, x, ..place.query }, ..place })
        });
        let other = Memo::new(move |_| {
            let (answer, place) = (answer.get()?, other_place.get()?);
            let query = place.query;
            let layer = answer.trace.layers.get(place.layer).filter(|layer| contains(layer, query))?;
            Some(Arc::new(Reading::of(layer.as_lambda()?, query)))
        });
        let attention = Memo::new(move |_| {
            let (answer, place) = (answer.get()?, shown.get()?);
            let layer = answer.trace.layers.get(place.layer).filter(|layer| contains(layer, place.query))?;
            Some(Arc::new(AttentionReading::of(layer.as_attention()?, place.query)))
        });
        let is_attention = Memo::new(move |_| attention.read().is_some());
        let wide_limit = Memo::new(move |_| {
            let (answer, layer, head) =
                (answer.get()?, place.read().as_ref()?.layer, place.read().as_ref()?.query.head);
            let layer = answer.trace.layers.get(layer)?.as_lambda()?;
            match coverage.get() {
                Coverage::Map | Coverage::Query => None,
                Coverage::Fixed => Some(fixed_limit.get()),
                Coverage::Head => Some(scale::head_limit(layer, head)),
                Coverage::Layer => Some(scale::layer_limit(layer)),
            }
        });
        let shared_limit = Memo::new(move |_| {
            if coverage.get() == Coverage::Map {
                return None;
            }
            let limit = |reading: &Option<Arc<Reading>>| reading.as_ref().map(|own| scale::query_limit(&own.attention));
            // Maps that are compared share their scale.
            let of_query = || limit(&reading.read()).map(|own| own.max(limit(&other.read()).unwrap_or(0.0)));
            Some(wide_limit.get().or_else(of_query).unwrap_or(0.0))
        });

        let system = browser::system_theme();
        let theme_choice = RwSignal::new(match browser::stored(THEME_KEY).as_deref() {
            Some("light") => ThemeChoice::Always(Theme::Light),
            Some("dark") => ThemeChoice::Always(Theme::Dark),
            _ => ThemeChoice::System,
        });
        let theme = Memo::new(move |_| match theme_choice.get() {
            ThemeChoice::System => system.get(),
            ThemeChoice::Always(theme) => theme,
        });
        let networks = NetworkSignals::new(address.network.clone());
        let nothing_inside =
            Memo::new(move |_| networks.running.read().as_ref().and_then(|running| nothing_inside(&running.card)));
        let (answered, running) = (RwSignal::new(None::<PictureChoice>), networks.running);
        let setting = Memo::new(move |_| {
            let network = running.read().as_ref().map(|running| running.card.title.clone()).unwrap_or_default();
            let picture = answered.read().as_ref().map(|picture| picture.name().to_owned()).unwrap_or_default();
            format!("{network}, {picture}")
        });
        Self {
            link: StoredValue::new_local(None),
            asked: StoredValue::new(Asked::default()),
            gpu_hangs: StoredValue::new(false),
            phase: RwSignal::new(Phase::Starting),
            networks,
            engine_load: RwSignal::new(0),
            report: RwSignal::new(None),
            notice: RwSignal::new(None),
            address_notice: RwSignal::new(address_notice),
            samples: RwSignal::new(Vec::new()),
            picture: RwSignal::new(None),
            answered,
            problem: RwSignal::new(None),
            busy: RwSignal::new(false),
            answer,
            precomputed: Memo::new(move |_| answer.read().as_ref().is_some_and(|answer| answer.computed.is_none())),
            round_trip: RwSignal::new(0.0),
            pinned,
            place,
            hovered,
            pointed: RwSignal::new(None),
            view: RwSignal::new(address.view.unwrap_or_default()),
            compared,
            coverage,
            fixed_limit,
            display: RwSignal::new(address.display.unwrap_or_default()),
            parameters,
            motion: Motion::new(),
            what_if: WhatIfSignals::new(parameters),
            shader: ShaderSignals::new(),
            all_numbers: RwSignal::new(false),
            theme_choice,
            theme,
            shown,
            setting,
            other,
            reading,
            attention,
            is_attention,
            nothing_inside,
            shared_limit,
            address: StoredValue::new(address),
        }
    }

    /// The state, from inside a component.
    pub fn here() -> Self {
        expect_context()
    }

    /// Whether an answer is awaited in place of the one on screen, which is none of what was chosen last. Tracks it.
    pub fn is_waiting(self) -> bool {
        self.busy.get() && !self.precomputed.get()
    }

    /// What a view kept under a key, if it makes sense to that view.
    pub fn parameter<T: std::str::FromStr>(self, key: &str) -> Option<T> {
        self.parameters.read().get(key)?.parse().ok()
    }

    /// The limit of one map's scale; 0 before the first answer.
    pub fn limit(self, kind: MapKind) -> f32 {
        self.shared_limit.get().unwrap_or_else(|| self.largest(kind))
    }

    /// The largest |a| of one map on screen; 0 before the first answer.
    pub fn largest(self, kind: MapKind) -> f32 {
        self.reading.read().as_ref().map_or(0.0, |reading| max_abs(reading.map(kind)))
    }

    /// Rows and columns of the shown layer's map, before the first answer `[1, 1]`.
    pub fn size(self) -> [usize; 2] {
        self.with_layer(LayerTrace::map).unwrap_or([1, 1])
    }

    /// Reads something of a place's lambda layer and query; `None` before the first answer, and where the answer on screen
    /// has no such place. Tracks the answer.
    pub fn with_query<T>(self, place: Option<Place>, read: impl FnOnce(&LambdaTrace, Query) -> T) -> Option<T> {
        let place = place?;
        let answer = self.answer.read();
        let layer = answer.as_ref()?.trace.layers.get(place.layer).filter(|layer| contains(layer, place.query))?;
        Some(read(layer.as_lambda()?, place.query))
    }

    /// Reads something of the shown layer; `None` before the first answer. Tracks the answer and the pinned place.
    pub fn with_layer<T>(self, read: impl FnOnce(&LayerTrace) -> T) -> Option<T> {
        let index = self.place.read().as_ref()?.layer;
        self.answer.read().as_ref()?.trace.layers.get(index).map(read)
    }
}

/// Where the theme is kept.
pub const THEME_KEY: &str = "lambdascope-theme";

/// Whether a layer has a query.
pub(super) fn contains(layer: &LayerTrace, query: Query) -> bool {
    let [height, width] = layer.map();
    query.y < height && query.x < width && query.head < layer.heads()
}
