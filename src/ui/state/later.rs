//! What is not on the first screen, and so in the page's second module: whether that is there, as signals.

use leptos::prelude::*;

use crate::page::view::View;

/// What the second module draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A view.
    View(View),
    /// The lens's stage with two networks.
    Beside,
    /// The tour's sheet.
    Tour,
}

/// How a piece is drawn, as the second module does it.
pub type Draw = fn(Piece) -> AnyView;

/// The signals. Copies all share them.
#[derive(Clone, Copy)]
pub struct LaterSignals {
    /// What draws, once the module is there.
    pub draw: RwSignal<Option<Draw>>,
    /// Whether it is wanted by now.
    pub is_wanted: RwSignal<bool>,
    /// Whether it could not be fetched, until somebody tries again.
    pub has_failed: RwSignal<bool>,
}

impl LaterSignals {
    /// Nothing is there yet.
    pub fn new() -> Self {
        Self { draw: RwSignal::new(None), is_wanted: RwSignal::new(false), has_failed: RwSignal::new(false) }
    }

    /// Fetches the module, unless it is there or on its way.
    pub fn want(self) {
        if !self.is_wanted.get_untracked() {
            self.is_wanted.set(true);
        }
    }
}
