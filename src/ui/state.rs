//! All that can change on the page, as one bundle of signals, and what follows from it.

mod actions;
pub mod beside;
pub mod debounce;
pub mod evidence;
pub mod lab;
pub mod later;
pub mod live;
pub mod motion;
pub mod networks;
pub mod offline;
pub mod own_pictures;
pub mod picture;
pub mod selection;
pub mod shader;
pub mod sizes;
pub mod subject;
pub mod tour;
pub mod what_if;

use std::sync::Arc;

use leptos::html::ElementType;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::page::address::{Address, ViewParameters};
use crate::page::lesson::Lesson;
use crate::page::networks::nothing_inside;
use crate::page::opening::opened;
use crate::page::place::Place;
use crate::page::view::View;
use crate::ui::browser;
use crate::ui::link::Link;
use beside::BesideSignals;
use evidence::EvidenceSignals;
use lab::LabSignals;
use lambdascope_core::answer::Answer;
use lambdascope_core::backend::{BackendChoice, BackendReport};
use lambdascope_core::nn::trace::{LambdaTrace, LayerTrace};
use lambdascope_core::tensor::max_abs;
use lambdascope_explain::figures::colour::Theme;
use lambdascope_explain::figures::display::Display;
use lambdascope_explain::read::query::Query;
use lambdascope_explain::read::reading::MapKind;
use lambdascope_explain::read::scale::Coverage;
use lambdascope_protocol::LoadStep;
use later::LaterSignals;
use live::LiveSignals;
use motion::Motion;
use networks::NetworkSignals;
use offline::OfflineSignals;
use own_pictures::OwnPictures;
pub use picture::PictureChoice;
use selection::{Choices, Selection, layer_at};
use shader::ShaderSignals;
use sizes::SizesSignals;
use tour::TourSignals;
use what_if::WhatIfSignals;

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
    /// How often the GPU has hung; from the first time on the engine avoids it.
    pub gpu_hangs: RwSignal<u32>,
    pub phase: RwSignal<Phase>,
    /// The backend that the visitor asks for.
    pub backend: RwSignal<BackendChoice>,
    pub networks: NetworkSignals,
    /// How the page stands on this device.
    pub offline: OfflineSignals,
    /// The load whose network the engine runs.
    pub engine_load: RwSignal<u64>,
    pub report: RwSignal<Option<BackendReport>>,
    pub notice: RwSignal<Option<String>>,
    /// What is to be said of the address that the page was opened with.
    pub address_notice: RwSignal<Option<String>>,
    /// The visitor's own pictures.
    pub own: OwnPictures,
    /// The live picture.
    pub live: LiveSignals,
    /// The picture that was chosen last.
    pub picture: RwSignal<Option<PictureChoice>>,
    /// The picture that the answer on screen belongs to.
    pub answered: RwSignal<Option<PictureChoice>>,
    /// Why the last files or the camera gave no picture, until the visitor chooses again.
    pub problem: RwSignal<Option<String>>,
    /// Whether an answer is awaited.
    pub busy: RwSignal<bool>,
    pub answer: RwSignal<Option<Arc<Answer>>>,
    /// Whether the answer on screen was computed ahead, and the engine's own is still to come.
    pub precomputed: Memo<bool>,
    /// Milliseconds from sending the picture to drawing its answer.
    pub round_trip: RwSignal<f64>,
    /// The pinned place, to be set; what is shown of it reads `selection`.
    pub pinned: RwSignal<Option<Place>>,
    /// What is looked at, and what is read there.
    pub selection: Selection,
    /// The query under the pointer, `[y, x]`, shown in place of the pinned one.
    pub hovered: RwSignal<Option<[usize; 2]>>,
    /// The cell under the pointer in one of the maps, `[y, x]`.
    pub pointed: RwSignal<Option<[usize; 2]>>,
    /// What a lesson makes of the page.
    pub lesson: RwSignal<Lesson>,
    /// Whether the page was opened without a place, and so at one that it chose.
    pub is_opening: bool,
    /// Whether the query walks by itself.
    pub is_walking: RwSignal<bool>,
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
    /// The network beside the one on screen.
    pub beside: BesideSignals,
    /// The evidence for classes, as far as it was asked for.
    pub evidence: EvidenceSignals,
    /// The laboratory.
    pub lab: LabSignals,
    /// The network at other sizes.
    pub sizes: SizesSignals,
    /// The tour.
    pub tour: TourSignals,
    /// What is not on the first screen.
    pub later: LaterSignals,
    /// The layer's shaders, their edits, and what came of them.
    pub shader: ShaderSignals,
    /// Whether the proof shows all of a head's outputs.
    pub all_numbers: RwSignal<bool>,
    pub theme_choice: RwSignal<ThemeChoice>,
    pub theme: Memo<Theme>,
    /// What the figures are of: the network and the picture.
    pub setting: Memo<String>,
    /// What stands in the place of the maps where the network on screen has no layer to look into.
    pub nothing_inside: Memo<Option<String>>,
    /// What the address said when the page was opened, then what was written last.
    pub(super) address: StoredValue<Address>,
}

impl State {
    /// The state of a page that was just opened.
    pub fn new() -> Self {
        let (address, address_notice) = browser::address();
        let (address, is_opening) = opened(address);
        let answer = RwSignal::new(None::<Arc<Answer>>);
        let answered = RwSignal::new(None::<PictureChoice>);
        let choices = Choices {
            answer,
            pinned: RwSignal::new(None),
            hovered: RwSignal::new(None),
            compared: RwSignal::new(address.pin),
            coverage: RwSignal::new(address.coverage.unwrap_or_default()),
            fixed_limit: RwSignal::new(address.limit.unwrap_or(1.0)),
        };
        let parameters = RwSignal::new(address.parameters.clone());
        let networks = NetworkSignals::new(address.network.clone());
        let running = networks.running;
        let report = RwSignal::new(None);
        let theme_choice = RwSignal::new(stored_theme());
        let system = browser::system_theme();
        Self {
            link: StoredValue::new_local(None),
            asked: StoredValue::new(Asked::default()),
            gpu_hangs: RwSignal::new(0),
            phase: RwSignal::new(Phase::Starting),
            backend: RwSignal::new(address.backend.unwrap_or_default()),
            networks,
            offline: OfflineSignals::new(),
            engine_load: RwSignal::new(0),
            report,
            notice: RwSignal::new(None),
            address_notice: RwSignal::new(address_notice),
            own: OwnPictures::new(),
            live: LiveSignals::new(),
            picture: RwSignal::new(None),
            answered,
            problem: RwSignal::new(None),
            busy: RwSignal::new(false),
            answer,
            precomputed: Memo::new(move |_| answer.read().as_ref().is_some_and(|answer| answer.computed.is_none())),
            round_trip: RwSignal::new(0.0),
            pinned: choices.pinned,
            selection: Selection::new(choices),
            hovered: choices.hovered,
            pointed: RwSignal::new(None),
            lesson: RwSignal::new(address.lesson.clone()),
            is_opening,
            is_walking: RwSignal::new(false),
            view: RwSignal::new(address.view.unwrap_or_default()),
            compared: choices.compared,
            coverage: choices.coverage,
            fixed_limit: choices.fixed_limit,
            display: RwSignal::new(address.display.unwrap_or_default()),
            parameters,
            motion: Motion::new(),
            what_if: WhatIfSignals::new(parameters),
            beside: BesideSignals::new(parameters, networks),
            evidence: EvidenceSignals::new(),
            lab: LabSignals::new(parameters, report),
            sizes: SizesSignals::new(),
            tour: TourSignals::new(parameters),
            later: LaterSignals::new(),
            shader: ShaderSignals::new(),
            all_numbers: RwSignal::new(false),
            theme_choice,
            theme: Memo::new(move |_| match theme_choice.get() {
                ThemeChoice::System => system.get(),
                ThemeChoice::Always(theme) => theme,
            }),
            setting: Memo::new(move |_| {
                let network = running.read().as_ref().map(|running| running.card.title.clone()).unwrap_or_default();
                let picture = answered.read().as_ref().map(|picture| picture.name().to_owned()).unwrap_or_default();
                format!("{network}, {picture}")
            }),
            nothing_inside: Memo::new(move |_| {
                running.read().as_ref().and_then(|running| nothing_inside(&running.card))
            }),
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
        self.selection.shared_limit.get().unwrap_or_else(|| self.largest(kind))
    }

    /// The largest |a| of one map on screen; 0 before the first answer.
    pub fn largest(self, kind: MapKind) -> f32 {
        self.selection.reading.read().as_ref().map_or(0.0, |reading| max_abs(reading.map(kind)))
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
        Some(read(layer_at(answer.as_ref()?, place)?.as_lambda()?, place.query))
    }

    /// Reads something of the shown layer; `None` before the first answer. Tracks the answer and the pinned place.
    pub fn with_layer<T>(self, read: impl FnOnce(&LayerTrace) -> T) -> Option<T> {
        let index = self.selection.place.read().as_ref()?.layer;
        self.answer.read().as_ref()?.trace.layers.get(index).map(read)
    }

    /// What `source` says, as long as `is_seen` or the query rests; in between what it said last, and nothing is computed.
    pub fn follow<T>(self, is_seen: Signal<bool>, source: impl Fn() -> T + Send + Sync + 'static) -> Memo<T>
    where
        T: Clone + PartialEq + Send + Sync + 'static,
    {
        self.motion.follow(is_seen, source)
    }

    /// What `source` says once the query rests.
    pub fn at_rest<T>(self, source: impl Fn() -> T + Send + Sync + 'static) -> Memo<T>
    where
        T: Clone + PartialEq + Send + Sync + 'static,
    {
        self.follow(Signal::stored(false), source)
    }

    /// The state for a part of the page: the place and all that is read there as long as the part is in sight or the query
    /// rests, in between those of the last such moment.
    pub fn while_in_sight<E>(self, part: NodeRef<E>) -> Self
    where
        E: ElementType + 'static,
        E::Output: JsCast + Clone + 'static,
        web_sys::Element: From<E::Output>,
    {
        self.following(browser::in_sight(part))
    }

    /// The state for a part of the page that shows the place where the query rests.
    pub fn resting(self) -> Self {
        self.following(Signal::stored(false))
    }

    fn following(self, is_seen: Signal<bool>) -> Self {
        Self { selection: self.selection.follow(self.motion, is_seen), ..self }
    }
}

/// Where the theme is kept.
pub const THEME_KEY: &str = "lambdascope-theme";

/// The theme that was chosen on an earlier visit.
fn stored_theme() -> ThemeChoice {
    match browser::stored(THEME_KEY).as_deref() {
        Some("light") => ThemeChoice::Always(Theme::Light),
        Some("dark") => ThemeChoice::Always(Theme::Dark),
        _ => ThemeChoice::System,
    }
}
