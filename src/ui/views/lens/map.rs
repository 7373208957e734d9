//! One of the three maps of a lambda layer.

use std::sync::Arc;

use leptos::prelude::*;

use crate::ui::state::State;
use crate::ui::state::subject::subject_at;
use crate::ui::widgets::figure::FigureView;
use lambdascope_explain::read::reading::MapKind;
use lambdascope_explain::views::lens;

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
            <FigureView figure symbol test_id pointed=state.pointed on_picture=true />
        </div>
    }
}
