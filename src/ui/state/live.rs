//! A live picture, of a camera or a video file, as signals.

use leptos::prelude::*;
use send_wrapper::SendWrapper;

use crate::page::live::{Figures, Rates};
use crate::ui::state::picture::PictureChoice;

/// Where frames come from.
#[derive(Clone)]
pub enum Source {
    /// The camera's stream.
    Camera(SendWrapper<web_sys::MediaStream>),
    /// A file of the visitor's: its name, and an address for it, of this document alone.
    File { name: String, url: String },
}

impl Source {
    /// What to call it.
    pub fn name(&self) -> &str {
        match self {
            Self::Camera(_) => "camera",
            Self::File { name, .. } => name,
        }
    }

    /// Whether it is a camera.
    pub fn is_camera(&self) -> bool {
        matches!(self, Self::Camera(_))
    }
}

/// A frame on its way through the engine.
#[derive(Clone, Copy)]
pub struct Flight {
    /// The id that it was sent under.
    pub id: u64,
    /// When it was taken, in milliseconds since the page was opened.
    pub taken_at: f64,
    /// How long taking it took.
    pub taking: f64,
    /// Whether it is on screen.
    pub is_shown: bool,
}

/// The signals. Copies all share them.
#[derive(Clone, Copy)]
pub struct LiveSignals {
    /// Where frames come from; none while there is no live picture.
    pub source: RwSignal<Option<Source>>,
    /// Whether they run through the network; else one stands still.
    pub runs: RwSignal<bool>,
    /// Whether left and right are exchanged.
    pub mirrored: RwSignal<bool>,
    /// The frame that stands still.
    pub still: RwSignal<Option<PictureChoice>>,
    /// What was on screen before.
    pub before: StoredValue<Option<PictureChoice>>,
    /// The frame that the engine works on.
    pub flight: StoredValue<Option<Flight>>,
    /// Whether a frame is being taken.
    pub is_taking: StoredValue<bool>,
    /// How many could not be taken, one after the other.
    pub missed: StoredValue<u32>,
    /// The frames that were shown.
    pub rates: StoredValue<Rates>,
    /// What is said of them, not with every frame.
    pub figures: RwSignal<Option<Figures>>,
    /// When that was said last, in milliseconds since the page was opened.
    pub said_at: StoredValue<f64>,
}

impl LiveSignals {
    /// What the source is called, while there is one.
    pub fn name(self) -> Option<String> {
        self.source.read_untracked().as_ref().map(|own| own.name().to_owned())
    }

    /// Whether the source is a camera. Tracks it.
    pub fn is_camera(self) -> bool {
        self.source.read().as_ref().is_some_and(Source::is_camera)
    }

    /// Whether a picture is of this one: a running frame, or the one that stands still. Tracks that.
    pub fn has(self, picture: Option<&PictureChoice>) -> bool {
        matches!(picture, Some(PictureChoice::Live { .. })) || picture == self.still.read().as_ref()
    }

    /// No live picture.
    pub fn new() -> Self {
        Self {
            source: RwSignal::new(None),
            runs: RwSignal::new(false),
            mirrored: RwSignal::new(false),
            still: RwSignal::new(None),
            before: StoredValue::new(None),
            flight: StoredValue::new(None),
            is_taking: StoredValue::new(false),
            missed: StoredValue::new(0),
            rates: StoredValue::new(Rates::default()),
            figures: RwSignal::new(None),
            said_at: StoredValue::new(0.0),
        }
    }
}
