//! One of the three maps of a lambda layer.

use std::sync::Arc;

use leptos::prelude::*;

use crate::ui::state::State;
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
        let layer = state.with_layer(|layer| layer.name().to_owned())?;
        Some(Arc::new(lens::map(&reading, kind, state.limit(kind), &layer, &state.setting.read())))
    });
    view! {
        <div class=format!("panel panel-{}", kind.word())>
            <FigureView figure symbol test_id pointed=state.pointed on_picture=true />
        </div>
    }
}
