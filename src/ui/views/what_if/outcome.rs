//! The guess without and with the changes.

use leptos::prelude::*;

use crate::page::what_if::compare::{Row, rows, sentence};
use crate::ui::engine::what_if;
use crate::ui::engine::what_if::fitting;
use crate::ui::state::State;
use crate::ui::widgets::guess_bars::guess_bars;
use lambdascope_core::text::{duration, label, percent};

/// Classes that are listed.
const LISTED: usize = 6;

/// The sentence and the bars.
#[component]
pub fn Outcome() -> impl IntoView {
    let state = State::here();
    let is_changed = Memo::new(move |_| !fitting(state).is_empty());
    let after = move || state.what_if.answer.get().and_then(Result::ok).filter(|_| is_changed.get());
    let said = move || {
        if state.what_if.changes.read().is_empty() {
            return "Nothing has been changed: these are the network’s own probabilities.".to_owned();
        }
        // The view comes with an answer, so what does not fit is the network's.
        if !is_changed.get() {
            return "The changes in this link do not fit this network; these are its own probabilities.".to_owned();
        }
        match state.what_if.answer.get() {
            Some(Err(message)) => message,
            Some(Ok(now)) => {
                let before = state.answer.read();
                before.as_ref().map(|before| sentence(&before.predictions, &now.predictions)).unwrap_or_default()
            }
            None => "Running the changed network…".to_owned(),
        }
    };
    let bars = move || {
        let Some(before) = state.answer.get() else { return Vec::new() };
        let after = after();
        rows(&before.predictions, after.as_ref().map_or(&before.predictions, |now| &now.predictions), LISTED)
    };
    let took = move || after().map(|now| format!("The changed network took {}.", duration(now.milliseconds)));
    let everywhere = move |is_content: bool| {
        what_if::change(state, |changes| {
            let answer = state.answer.read_untracked();
            let layers = answer.iter().flat_map(|answer| &answer.trace.layers).filter_map(|layer| layer.as_lambda());
            for layer in layers {
                changes
                    .change(&layer.name, |edit| if is_content { edit.content = false } else { edit.position = false });
            }
        });
    };
    view! {
        <section class="what-if-outcome" aria-labelledby="outcome-title" aria-busy=move || state.what_if.busy.get().to_string()>
            <h3 id="outcome-title" class="hidden">"Before and now"</h3>
            <p role="status" aria-live="polite" class="what-if-said" data-testid="what-if-said">{said}</p>
            <table class="what-if-bars" class:changed=move || is_changed.get()>
                <thead>
                    <tr>
                        <th scope="col">"class"</th>
                        <th scope="col">"before"</th>
                        <th scope="col">"now"</th>
                        <th scope="col">"points"</th>
                        <td></td>
                    </tr>
                </thead>
                <tbody>
                    {move || bars().into_iter().map(bar).collect_view()}
                </tbody>
            </table>
            <div class="what-if-actions">
                <button
                    type="button"
                    class="button"
                    data-testid="what-if-reset"
                    disabled=move || state.what_if.changes.read().is_empty()
                    on:click=move |_| what_if::reset(state)
                >
                    "Reset"
                </button>
                <span class="quiet">
                    {move || {
                        took()
                            .unwrap_or_else(|| "To begin with, switch off all position lambdas, then all content lambdas, and watch the guess. One picture is only one example.".to_owned())
                    }}
                </span>
                <Show when=move || !is_changed.get()>
                    <button type="button" class="button" data-testid="try-position" on:click=move |_| everywhere(false)>
                        "Position off in all layers"
                    </button>
                    <button type="button" class="button" data-testid="try-content" on:click=move |_| everywhere(true)>
                        "Content off in all layers"
                    </button>
                </Show>
            </div>
        </section>
    }
}

fn bar(row: Row) -> impl IntoView {
    view! {
        <tr data-testid="what-if-row" data-label=row.label.clone() data-before=row.before.to_string() data-after=row.after.to_string()>
            <th scope="row">{label(&row.label)}</th>
            <td>{percent(row.before)}</td>
            <td>{percent(row.after)}</td>
            <td>{row.points()}</td>
            {guess_bars(&row)}
        </tr>
    }
}
