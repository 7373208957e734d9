//! Which part of its context a query sees.

use serde::{Deserialize, Serialize};

/// What a query sees of the context.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mask {
    /// All of it.
    #[default]
    None,
    /// Itself and what stands before it, row by row.
    Causal,
    /// What is not zero, `[n, m]`.
    Given(Vec<u8>),
}
