//! The anatomy of λ: what is shared by all queries, how λᶜ is summed up from it, and how a query is answered with it.

mod build;
mod channels;
mod product;

use leptos::prelude::*;

use super::state::State;

/// Channels and cells under the pointer, shared by all drawings of the view: a row of the lambdas is a key channel, a
/// column a value channel.
#[derive(Clone, Copy)]
struct Linked {
    /// The cell that is pointed at in one of the lambdas, `[key channel, value channel]`.
    cell: RwSignal<Option<[usize; 2]>>,
    /// The cell of the queries, `[key channel, head]`.
    query: RwSignal<Option<[usize; 2]>>,
    /// The cell of the outputs, `[value channel, head]`.
    output: RwSignal<Option<[usize; 2]>>,
    /// The key map under the pointer or in focus.
    key_map: RwSignal<Option<usize>>,
    /// The value map.
    value_map: RwSignal<Option<usize>>,
}

impl Linked {
    fn new() -> Self {
        Self {
            cell: RwSignal::new(None),
            query: RwSignal::new(None),
            output: RwSignal::new(None),
            key_map: RwSignal::new(None),
            value_map: RwSignal::new(None),
        }
    }

    /// The key channel that is lit.
    fn key(self) -> Option<usize> {
        let row = |cell: Option<[usize; 2]>| cell.map(|cell| cell[0]);
        row(self.cell.get()).or(row(self.query.get())).or(self.key_map.get())
    }

    /// The value channel that is lit.
    fn value(self) -> Option<usize> {
        let [in_cell, in_output] = [self.cell.get().map(|cell| cell[1]), self.output.get().map(|cell| cell[0])];
        in_cell.or(in_output).or(self.value_map.get())
    }
}

/// The view.
#[component]
pub fn Anatomy() -> impl IntoView {
    let state = State::here();
    let linked = Linked::new();
    // What this layer leaves out, in words.
    let lacks = move || {
        state.with_query(state.place.get(), |layer, _| {
            let content = (!layer.content).then_some(
                "This layer has no content lambda: its keys are not used, λᶜ is zero and λ_n is the position lambda alone.",
            );
            let position = (layer.dims.window == [0, 0]).then_some(
                "This layer has no position embeddings: every query has the same λ, and λᵖ_n is the bias alone.",
            );
            [content, position].into_iter().flatten().collect::<Vec<_>>().join(" ")
        })
        .filter(|text| !text.is_empty())
        .map(|text| view! { <p class="lacks" data-testid="lacks">{text}</p> })
    };
    view! {
        <div class="anatomy explained">
            {lacks}
            <product::ProductSection linked />
            <channels::Channels linked />
            <build::BuildSection />
        </div>
    }
}
