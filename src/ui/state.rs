//! All that can change on the page, as one bundle of signals, and what follows from it.

use std::sync::Arc;

use leptos::prelude::*;

use super::browser;
use super::link::Link;
use super::network_signals::NetworkSignals;
use super::shader::ShaderSignals;
use super::what_if::WhatIfSignals;
use crate::explain::colour::Theme;
use crate::explain::display::Display;
use crate::explain::implicit_attention::Query;
use crate::explain::reading::{MapKind, Reading};
use crate::explain::scale::{self, Scope};
use crate::explain::softmax_attention::AttentionReading;
use crate::nn::trace::{LambdaTrace, LayerTrace};
use crate::page::address::{Address, Knobs};
use crate::page::networks::nothing_inside;
use crate::page::place::{Move, Place};
use crate::page::samples::Sample;
use crate::page::view::View;
use crate::protocol::{Answer, BackendReport, LoadStep, Request, Source};
use crate::tensor::max_abs;

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
pub enum Picture {
    /// A sample, by its id.
    Sample(String),
    /// The visitor's own, with a name to call it by and the file's bytes.
    Own { name: String, bytes: Arc<Vec<u8>> },
}

impl Picture {
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
    pub picture: Option<Picture>,
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
    pub picture: RwSignal<Option<Picture>>,
    /// The picture that the answer on screen belongs to.
    pub answered: RwSignal<Option<Picture>>,
    /// Why the last picture could not be used.
    pub problem: RwSignal<Option<String>>,
    /// Whether an answer is awaited.
    pub busy: RwSignal<bool>,
    pub answer: RwSignal<Option<Arc<Answer>>>,
    /// Whether the answer on screen was computed ahead, and the engine's own is still to come.
    pub precomputed: Memo<bool>,
    /// Milliseconds from sending the picture to drawing its answer.
    pub round_trip: RwSignal<f64>,
    /// The pinned place.
    pub place: RwSignal<Option<Place>>,
    /// The query under the pointer, `[y, x]`, shown in place of the pinned one.
    pub hovered: RwSignal<Option<[usize; 2]>>,
    /// The cell under the pointer in one of the maps, `[y, x]`.
    pub pointed: RwSignal<Option<[usize; 2]>>,
    /// The view on screen.
    pub view: RwSignal<View>,
    /// The query that the one on screen is compared with, `[y, x]`.
    pub compared: RwSignal<Option<[usize; 2]>>,
    pub scope: RwSignal<Scope>,
    /// The limit of [`Scope::Fixed`].
    pub fixed_limit: RwSignal<f32>,
    pub display: RwSignal<Display>,
    /// What single views keep in the address.
    pub knobs: RwSignal<Knobs>,
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
    address: StoredValue<Address>,
}

impl State {
    /// The state of a page that was just opened.
    pub fn new() -> Self {
        let answer = RwSignal::new(None::<Arc<Answer>>);
        let place = RwSignal::new(None::<Place>);
        let hovered = RwSignal::new(None::<[usize; 2]>);
        let (address, address_notice) = browser::address();
        let knobs = RwSignal::new(address.knobs.clone());
        let scope = RwSignal::new(address.scope.unwrap_or_default());
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
        let other = Memo::new(move |_| {
            let (answer, place, [y, x]) = (answer.get()?, place.get()?, compared.get()?);
            let query = Query { y, x, ..place.query };
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
            match scope.get() {
                Scope::Map | Scope::Query => None,
                Scope::Fixed => Some(fixed_limit.get()),
                Scope::Head => Some(scale::head_limit(layer, head)),
                Scope::Layer => Some(scale::layer_limit(layer)),
            }
        });
        let shared_limit = Memo::new(move |_| {
            if scope.get() == Scope::Map {
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
        let (answered, running) = (RwSignal::new(None::<Picture>), networks.running);
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
            place,
            hovered,
            pointed: RwSignal::new(None),
            view: RwSignal::new(address.view.unwrap_or_default()),
            compared,
            scope,
            fixed_limit,
            display: RwSignal::new(address.display.unwrap_or_default()),
            knobs,
            what_if: WhatIfSignals::new(knobs),
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

    /// The address in mind: what it said when the page was opened, then what was written last.
    pub fn address(self) -> Address {
        self.address.get_value()
    }

    /// Keeps an address in mind.
    pub fn remember(self, address: Address) {
        self.address.set_value(address);
    }

    /// Sends the engine a request, with a file beside it where one belongs to it.
    pub fn send(self, request: &Request, file: Option<&web_sys::File>) {
        let sent = self.link.with_value(|link| match link {
            Some(link) => link.send(request, file),
            None => Err("there is no worker".to_owned()),
        });
        if let Err(cause) = sent {
            self.fail(format!("The engine cannot be reached ({cause}). Load the page again."));
        }
    }

    /// Says that nothing will run.
    pub fn fail(self, message: String) {
        self.busy.set(false);
        self.networks.coming.set(None);
        self.phase.set(Phase::Failed(message));
    }

    /// Shows an answer at the place that was shown before, or that the address names. The first answer of another network
    /// brings that network on screen.
    pub fn show(self, answer: Answer) {
        let own = self.answer.get_untracked();
        let is_wanted = self.change_network(answer.network);
        let kept = match (&own, self.place.get_untracked()) {
            (Some(own), Some(place)) if own.network == answer.network => Some(place),
            (Some(own), Some(place)) if !is_wanted => Some(place.in_network(&own.trace, &answer.trace)),
            _ => None,
        };
        let fits =
            |place: &Place| answer.trace.layers.get(place.layer).is_some_and(|layer| contains(layer, place.query));
        let place = kept.filter(fits).or_else(|| Place::of_address(&self.address(), &answer.trace));
        if own.is_some_and(|own| own.network != answer.network) {
            self.hovered.set(None);
            self.pointed.set(None);
        }
        if let Some(computed) = &answer.computed {
            self.report.set(Some(computed.report.clone()));
        }
        self.answer.set(Some(Arc::new(answer)));
        self.place.set(place);
    }

    /// Shows nothing any more: the network that runs now cannot take the picture that was on screen.
    pub fn show_nothing(self) {
        self.change_network(self.engine_load.get_untracked());
        self.place.set(None);
        self.answer.set(None);
        self.answered.set(None);
        self.picture.set(None);
    }

    /// Brings the network of this load on screen, if the engine has come to run it since; whether it is the one that the
    /// address named.
    fn change_network(self, load: u64) -> bool {
        let NetworkSignals { next, running, wanted, .. } = self.networks;
        if next.with_value(|next| next.as_ref().is_some_and(|next| next.load == load)) {
            running.set(next.try_update_value(Option::take).flatten());
        }
        let source = running.with_untracked(|running| running.as_ref().map(|running| running.source.clone()));
        let named = matches!(&source, Some(Source::Known { name }) if wanted.get_untracked().as_ref() == Some(name));
        // A visitor who loads another network has chosen.
        if named || load > 0 {
            wanted.set(None);
        }
        named
    }

    /// Moves the pinned place.
    pub fn step(self, by: Move) {
        self.hovered.set(None);
        if let (Some(answer), Some(place)) = (self.answer.get_untracked(), self.place.get_untracked()) {
            self.place.set(Some(place.moved(by, &answer.trace)));
        }
    }

    /// Pins a query, `[y, x]`.
    pub fn pin(self, [y, x]: [usize; 2]) {
        self.hovered.set(None);
        self.place.update(|place| {
            if let Some(place) = place {
                place.query = Query { y, x, ..place.query };
            }
        });
    }

    /// Chooses a layer by its place in the trace.
    pub fn choose_layer(self, layer: usize) {
        self.hovered.set(None);
        if let (Some(answer), Some(place)) = (self.answer.get_untracked(), self.place.get_untracked()) {
            self.place.set(Some(place.in_layer(layer, &answer.trace)));
        }
    }

    /// Chooses what the scale covers; a fixed one stands where the scale stands now.
    pub fn choose_scope(self, scope: Scope) {
        if scope == Scope::Fixed {
            let largest = self.reading.read_untracked().as_ref().map(|reading| scale::query_limit(&reading.attention));
            let now = self.shared_limit.get_untracked().or(largest).filter(|limit| *limit > 0.0);
            self.fixed_limit.set(now.unwrap_or(1.0));
        }
        self.scope.set(scope);
    }

    /// Whether an answer is awaited in place of the one on screen, which is none of what was chosen last. Tracks it.
    pub fn is_waiting(self) -> bool {
        self.busy.get() && !self.precomputed.get()
    }

    /// What a view kept under a key, if it makes sense to that view.
    pub fn knob<T: std::str::FromStr>(self, key: &str) -> Option<T> {
        self.knobs.read().get(key)?.parse().ok()
    }

    /// Keeps something for a view under a key of the address, or nothing under `None`.
    pub fn turn(self, key: &str, value: Option<String>) {
        self.knobs.update(|knobs| {
            match value {
                Some(value) => knobs.insert(key.to_owned(), value),
                None => knobs.remove(key),
            };
        });
    }

    /// Chooses a head.
    pub fn choose_head(self, head: usize) {
        self.place.update(|place| {
            if let Some(place) = place {
                place.query.head = head;
            }
        });
    }

    /// Chooses which of the intra-depth's maps are shown.
    pub fn choose_u(self, u: usize) {
        self.place.update(|place| {
            if let Some(place) = place {
                place.query.u = u;
            }
        });
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

fn contains(layer: &LayerTrace, query: Query) -> bool {
    let [height, width] = layer.map();
    query.y < height && query.x < width && query.head < layer.heads()
}
