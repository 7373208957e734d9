//! Pure functions from a trace to what the page draws: [`read`] takes numbers out of a trace, [`figures`] draws numbers,
//! [`views`] say what is drawn of which numbers, [`formula`] works any cell of a layer out as the sum of its terms.
//!
//! Nothing here knows a browser, a device, a network's weights or how a kernel runs.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod figures;
#[cfg(any(test, feature = "fixture"))]
pub mod fixture;
pub mod formula;
pub mod read;
pub mod views;

#[cfg(test)]
mod every_figure;
