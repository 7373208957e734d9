//! What is looked at: the evidence for a class, or its difference to another's, with their labels.

use std::sync::Arc;

use leptos::prelude::*;

use crate::page::evidence::of_class as prediction;
use crate::ui::engine::evidence::{chosen, of_class};
use crate::ui::state::State;
use lambdascope_core::nn::evidence::ClassEvidence;

/// The evidence and whose it is.
#[derive(Clone, PartialEq)]
pub struct Looked {
    /// It, or the difference.
    pub evidence: ClassEvidence,
    /// Rows and columns of its map.
    pub map: [usize; 2],
    /// The class's label.
    pub class: String,
    /// The label of the class that it is held against.
    pub against: Option<String>,
}

/// What the address asks for, once it is here.
pub fn looked(state: State) -> Memo<Option<Arc<Looked>>> {
    Memo::new(move |_| {
        let (chosen, answer) = (chosen(state)?, state.answer.get()?);
        let label = |class| Some(prediction(&answer, class)?.label.clone());
        let own = of_class(state, chosen.class)?;
        let (evidence, against) = match chosen.against {
            Some(other) => (own.against(&of_class(state, other)?), Some(label(other)?)),
            None => (own, None),
        };
        Some(Arc::new(Looked { evidence, map: answer.evidence.map, class: label(chosen.class)?, against }))
    })
}
