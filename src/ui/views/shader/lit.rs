//! What is lit in a shader's equation and in its text.

use leptos::prelude::*;

/// What is lit, in the equation and in the text.
#[derive(Clone, Copy)]
pub struct Lit {
    /// The part of the equation that pointer or focus is on.
    pub part: RwSignal<Option<&'static str>>,
    /// The line, from 0, that pointer or caret is on.
    pub line: RwSignal<Option<usize>>,
}
