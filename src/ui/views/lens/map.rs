//! One of the three maps of a lambda layer.

use std::sync::Arc;

use leptos::prelude::*;

use crate::ui::state::State;
use crate::ui::state::subject::subject_at;
use crate::ui::widgets::figure::FigureView;
use lambdascope_core::tensor::max_abs;
use lambdascope_core::text::decimals;
use lambdascope_explain::read::reading::MapKind;
use lambdascope_explain::read::scale::Coverage;
use lambdascope_explain::views::lens;

/// The share of the scale below which a map cannot be seen on it.
const FAINT: f32 = 0.04;

/// One of a lambda layer's maps.
#[component]
pub fn MapPanel(kind: MapKind) -> impl IntoView {
    let state = State::here();
    let (test_id, symbol) = match kind {
        MapKind::Content => ("map-content", view! { "q·k̄"<sub>"m"</sub> }.into_any()),
        MapKind::Position => ("map-position", view! { "q·e"<sub>"nm"</sub> }.into_any()),
        MapKind::Total => ("map-total", view! { "a"<sub>"nm"</sub> }.into_any()),
    };
    let figure = Memo::new(move |_| {
        let reading = state.selection.reading.get()?;
        let subject = subject_at(state, reading.query)?;
        Some(Arc::new(lens::map(&subject, &reading, kind, state.limit(kind))))
    });
    view! {
        <div class=format!("panel panel-{}", kind.word())>
            <FigureView figure symbol test_id pointed=state.pointed on_picture=true note=view! { <Note kind /> }.into_any() />
        </div>
    }
}

/// What a map is, in a line; or that it is empty, or too faint to be seen on the scale, with the way to see it.
#[component]
fn Note(kind: MapKind) -> impl IntoView {
    let state = State::here();
    let what = match kind {
        MapKind::Content => "Only what is there matters, not where.",
        MapKind::Position => "Only direction and distance from the query matter.",
        MapKind::Total => "Their sum: how much of each place’s value is taken.",
    };
    // Follows once the query rests: nobody reads a sentence that changes.
    let faint = state.at_rest(move || {
        let (largest, limit) = (state.largest(kind), state.selection.shared_limit.get()?);
        (largest > 0.0 && largest < FAINT * limit).then(|| {
            format!(
                "Too faint for this scale: at most {largest:.*}, on ±{limit:.*}.",
                decimals(largest),
                decimals(limit)
            )
        })
    });
    let is_empty = state.at_rest(move || {
        state.selection.reading.read().as_ref().is_some_and(|reading| max_abs(reading.map(kind)) == 0.0)
    });
    let text = move || match (faint.get(), kind) {
        (Some(faint), _) => view! {
            {faint}
            " "
            <button
                type="button"
                class="link-button"
                data-testid=format!("own-scale-{}", kind.word())
                on:click=move |_| state.choose_coverage(Coverage::Map)
            >
                "Give each map its own scale"
            </button>
        }
        .into_any(),
        (None, MapKind::Content | MapKind::Position) if is_empty.get() => {
            format!("Empty: this layer adds no {} lambda here.", kind.word()).into_any()
        }
        _ => what.into_any(),
    };
    view! { <p class="panel-note">{text}</p> }
}
