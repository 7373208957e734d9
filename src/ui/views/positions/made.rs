//! The query's kernel and where it lies on the picture.

use std::sync::Arc;

use leptos::prelude::*;

use crate::ui::state::State;
use crate::ui::state::subject::subject;
use crate::ui::widgets::figure::FigureView;
use crate::ui::widgets::query_grid::{Nudges, QueryGrid};
use lambdascope_explain::views::positions::figures;
use lambdascope_explain::views::positions::{kernel, offsets_on_map};

/// Picture, kernel, kernel on the picture.
#[component]
pub fn Made() -> impl IntoView {
    let state = State::here();
    let kernel = Memo::new(move |_| {
        let place = state.selection.shown.get();
        let subject = subject(state, place)?;
        let grid = state.with_query(place, kernel)??;
        Some(Arc::new(figures::kernel(&subject, grid)))
    });
    let laid = Memo::new(move |_| {
        let subject = subject(state, state.selection.shown.get())?;
        let (reading, kernel) = (state.selection.reading.get()?, kernel.get()?);
        Some(Arc::new(figures::on_picture(&subject, &reading, kernel.scale.limit())))
    });
    let cut = move || {
        let [on_map, all] = state.with_query(state.selection.shown.get(), offsets_on_map)?;
        Some(if on_map == all {
            format!("All {all} offsets of the table lie on the map here.")
        } else {
            format!("{on_map} of the table’s {all} offsets lie on the map here; the border cuts the others off.")
        })
    };
    let pointed = RwSignal::new(None);
    view! {
        <section class="positions-part" aria-labelledby="made-title">
            <h3 id="made-title">"What this query makes of it"</h3>
            <p class="prose">
                "The layer keeps one vector " <span class="symbol">"E"</span>
                " for every offset from a query to a pixel. The query weighs its channels, and what comes out is a kernel that lies on the picture, centred on the query: "
                <math>
                    <msub><mi mathvariant="normal">"q"</mi><mi>"n"</mi></msub>
                    <mo>"·"</mo>
                    <msub><mi mathvariant="normal">"e"</mi><mrow><mi>"n"</mi><mi>"m"</mi></mrow></msub>
                    <mo>"="</mo>
                    <munder><mo>"∑"</mo><mi>"k"</mi></munder>
                    <msub><mi>"q"</mi><mrow><mi>"n"</mi><mi>"k"</mi></mrow></msub>
                    <msub><mi>"E"</mi><mi>"k"</mi></msub>
                    <mo>"("</mo><mi>"m"</mi><mo>"−"</mo><mi>"n"</mi><mo>")"</mo>
                </math>
                "."
            </p>
            <div class="figure-row">
                <div class="query-box"><QueryGrid /><Nudges /></div>
                <FigureView figure=kernel symbol=view! { "Σ q"<sub>"k"</sub>"E"<sub>"k"</sub> }.into_any() test_id="position-kernel" pointed=RwSignal::new(None) />
                <FigureView figure=laid symbol=view! { "q·e"<sub>"nm"</sub> }.into_any() test_id="position-map" pointed over_picture=true />
            </div>
            <p class="quiet" data-testid="position-cut">{cut}</p>
        </section>
    }
}
