//! Two queries side by side: one is kept, the other goes on moving, and their maps are drawn on one scale with their
//! difference.

use std::sync::Arc;

use leptos::prelude::*;

use crate::ui::state::State;
use crate::ui::state::subject::subject_at;
use crate::ui::widgets::figure::FigureView;
use lambdascope_core::text::{cell, short_cell};
use lambdascope_explain::read::reading::MapKind;
use lambdascope_explain::views::lens;

/// The button that keeps a query, and the three maps once one is kept.
#[component]
pub fn Compare() -> impl IntoView {
    let state = State::here();
    let kept = move || state.selection.other.read().is_some();
    let toggle = move |_| match state.compared.get_untracked() {
        Some(_) => state.compared.set(None),
        None => state.compared.set(state.selection.place.get_untracked().map(|place| [place.query.y, place.query.x])),
    };
    let name = move || match state.compared.get() {
        Some(query) if kept() => format!("Stop comparing with the query at {}", cell(query)),
        _ => "Keep this query and compare another".to_owned(),
    };
    view! {
        <section class="compare" aria-label="Compare two queries">
            <button type="button" class="button" data-testid="compare" aria-pressed=move || if kept() { "true" } else { "false" } on:click=toggle>
                {name}
            </button>
            <Show when=kept>
                <Maps />
            </Show>
        </section>
    }
}

#[component]
fn Maps() -> impl IntoView {
    let state = State::here();
    let limit = move || state.limit(MapKind::Total);
    let kept = Memo::new(move |_| {
        let other = state.selection.other.get()?;
        let mut figure = lens::map(&subject_at(state, other.query)?, &other, MapKind::Total, limit());
        figure.title = format!("kept query {}", short_cell(other.query.cell()));
        Some(Arc::new(figure))
    });
    let own = Memo::new(move |_| {
        let reading = state.selection.reading.get()?;
        let mut figure = lens::map(&subject_at(state, reading.query)?, &reading, MapKind::Total, limit());
        figure.title = format!("this query {}", short_cell(reading.query.cell()));
        Some(Arc::new(figure))
    });
    let difference = Memo::new(move |_| {
        let (reading, other) = (state.selection.reading.get()?, state.selection.other.get()?);
        Some(Arc::new(lens::difference(&subject_at(state, reading.query)?, &reading, &other, limit())))
    });
    let a = || view! { "a"<sub>"nm"</sub> }.into_any();
    view! {
        <div class="compare-maps">
            <FigureView figure=own symbol=a() test_id="compare-own" pointed=state.pointed on_picture=true />
            <span class="glyph" aria-hidden="true">"−"</span>
            <FigureView figure=kept symbol=a() test_id="compare-kept" pointed=state.pointed on_picture=true />
            <span class="glyph" aria-hidden="true">"="</span>
            <FigureView figure=difference symbol=view! { "Δa" }.into_any() test_id="compare-difference" pointed=state.pointed on_picture=true />
        </div>
        <p class="quiet">
            "All three on one scale. The difference is above zero where this query takes more than the kept one; cells beyond the scale are marked with a corner."
        </p>
    }
}
