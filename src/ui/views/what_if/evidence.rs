//! What a change does to the evidence for the class that was the most probable: before, now, and the difference, on one
//! scale.

use std::sync::Arc;

use leptos::prelude::*;

use crate::ui::engine::what_if::fitting;
use crate::ui::state::State;
use crate::ui::widgets::figure::FigureView;
use lambdascope_core::text::{compact, label};
use lambdascope_explain::figures::figure::Figure;
use lambdascope_explain::views::evidence::change;

/// The three maps and what became of the logit.
#[derive(Clone, PartialEq)]
struct Compared {
    figures: [Arc<Figure>; 3],
    class: String,
    logits: [f32; 2],
}

/// The section; nothing as long as nothing is changed.
#[component]
pub fn EvidenceChange() -> impl IntoView {
    let state = State::here();
    let compared = Memo::new(move |_| {
        if fitting(state).is_empty() {
            return None;
        }
        let (before, now) = (state.answer.get()?, state.what_if.answer.get()?.ok()?);
        let first = before.predictions.first()?;
        let pair = [before.evidence.of(first.class)?, now.evidence.of(first.class)?];
        let columns = before.evidence.map[1];
        let figures = change(&state.setting.read(), columns, pair, &first.label).map(Arc::new);
        Some(Compared { figures, class: first.label.clone(), logits: pair.map(|own| own.logit) })
    });
    let is_shown = Memo::new(move |_| compared.read().is_some());
    let figure = move |at: usize| Memo::new(move |_| compared.read().as_ref().map(|own| Arc::clone(&own.figures[at])));
    let said = move || {
        compared.read().as_ref().map(|Compared { class, logits: [before, now], .. }| {
            let (class, change) = (label(class), compact(now - before));
            format!(
                "The logit of {class} went from {} to {}. The difference shows where in the picture the {change} came from.",
                compact(*before),
                compact(*now)
            )
        })
    };
    let pointed = RwSignal::new(None);
    let map = move |at: usize, id: &'static str| {
        view! { <FigureView figure=figure(at) symbol=view! { "w"<sub>"c"</sub> "·f"<sub>"p"</sub> " / P" }.into_any() test_id=id pointed on_picture=true /> }
    };
    view! {
        <Show when=move || is_shown.get()>
            <section class="what-if-evidence" aria-labelledby="what-if-evidence-title">
                <h3 id="what-if-evidence-title">"Evidence, before and now"</h3>
                <p data-testid="what-if-evidence-said">{said}</p>
                <div class="compare-maps">
                    {map(1, "evidence-now")}
                    <span class="glyph" aria-hidden="true">"−"</span>
                    {map(0, "evidence-before")}
                    <span class="glyph" aria-hidden="true">"="</span>
                    {map(2, "evidence-difference")}
                </div>
            </section>
        </Show>
    }
}
