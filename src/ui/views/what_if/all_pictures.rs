//! The network's accuracy over all validation pictures with parts switched off, and what to try first. One picture may gain by
//! what harms most others, so its bars do not stand alone.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use strum::VariantArray;

use crate::page::what_if::ablations::{
    apply, button, lead, note, part_title, points, row_title, share, suggested, suggestion, title,
};
use crate::ui::browser;
use crate::ui::engine::what_if::change;
use crate::ui::state::State;
use lambdascope_core::catalogue::ablations;
use lambdascope_core::catalogue::ablations::{Ablations, Part, Row};
use lambdascope_core::catalogue::family::default_source;

const FILE: &str = "weights/ablations.json";

/// The section, for the network that was measured and for no other.
#[component]
pub fn AllPictures() -> impl IntoView {
    let state = State::here();
    let running = state.networks.running;
    let hash = Memo::new(move |_| running.read().as_ref().map(|running| running.card.sha256.clone()));
    let is_default =
        Memo::new(move |_| running.read().as_ref().is_some_and(|running| running.source == default_source()));
    move || match state.what_if.ablations.get()? {
        Ok(found) => {
            (hash.read().as_ref() == Some(&found.sha256)).then(|| view! { <Measured ablations=found /> }.into_any())
        }
        Err(cause) => is_default.get().then(|| problem(&cause).into_any()),
    }
}

fn problem(cause: &str) -> impl IntoView {
    let said = format!("The accuracy over all pictures is missing: {cause}.");
    view! { <p class="quiet" data-testid="ablations-problem">{said}</p> }
}

/// Fetches the file unless it is there. It is small and asked for only where it is shown, so it waits for nothing, the first
/// answer included: what comes late would push aside what the visitor is about to touch.
pub fn fetch(state: State) {
    let found = state.what_if.ablations;
    if matches!(*found.read_untracked(), Some(Ok(_))) {
        return;
    }
    spawn_local(async move {
        let text = browser::fetch_text(FILE).await;
        let parsed = text.and_then(|text| {
            ablations::parse(&text).map_err(|error| format!("{FILE} is not a table of accuracies: {error}"))
        });
        found.set(Some(parsed.map(Arc::new)));
    });
}

#[component]
fn Measured(ablations: Arc<Ablations>) -> impl IntoView {
    let heads = Part::VARIANTS.iter().map(|part| view! { <th scope="col">{part_title(*part)}</th> }).collect_view();
    let rows = ablations.rows.iter().map(|own| row(&ablations, own)).collect_view();
    view! {
        <section class="ablations" aria-labelledby="ablations-title" data-testid="ablations">
            <h3 id="ablations-title">{title(&ablations)}</h3>
            <p data-testid="ablations-lead">{lead(&ablations)}</p>
            <div class="table-scroll" tabindex="0" role="group" aria-labelledby="ablations-title">
                <table class="ablations-table" data-testid="ablations-table">
                    <caption class="quiet">"Pictures named correctly, and the difference in points"</caption>
                    <thead>
                        <tr><th scope="col">"layer"</th>{heads}</tr>
                    </thead>
                    <tbody>
                        <tr>
                            <th scope="row">"nothing off"</th>
                            <td colspan=Part::VARIANTS.len().to_string()>{share(&ablations, ablations.unchanged)}</td>
                        </tr>
                        {rows}
                    </tbody>
                </table>
            </div>
            <Suggestion ablations=Arc::clone(&ablations) />
            <p class="quiet">{note(&ablations)}</p>
        </section>
    }
}

fn row(ablations: &Ablations, row: &Row) -> impl IntoView {
    let cell = |part: &Part| match row.hits(*part) {
        Some(hits) => view! {
            <td>
                {share(ablations, hits)} " " <span class="ablations-points">{points(ablations, hits)}</span>
            </td>
        }
        .into_any(),
        None => view! { <td>"none"</td> }.into_any(),
    };
    view! {
        <tr>
            <th scope="row">{row_title(row).to_owned()}</th>
            {Part::VARIANTS.iter().map(cell).collect_view()}
        </tr>
    }
}

/// The part that costs most, and the button that switches it off.
#[component]
fn Suggestion(ablations: Arc<Ablations>) -> impl IntoView {
    let state = State::here();
    let (label, reason) = {
        let found = suggestion(&ablations)?;
        (button(&found), suggested(&ablations, &found))
    };
    let press = move |_| {
        if let Some(found) = suggestion(&ablations) {
            change(state, |changes| apply(changes, &found));
        }
    };
    Some(view! {
        <p data-testid="ablations-suggestion">{reason}</p>
        <div class="what-if-actions">
            <button type="button" class="button" data-testid="try-costliest" on:click=press>{label}</button>
        </div>
    })
}
