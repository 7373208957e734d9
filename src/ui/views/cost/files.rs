//! A sweep as a file or a link, and another laid over it.

use leptos::prelude::*;
use leptos::task::spawn_local;
use send_wrapper::SendWrapper;

use super::charts::shown;
use crate::page::lab::linked::who;
use crate::ui::browser;
use crate::ui::engine::lab;
use crate::ui::state::State;
use crate::ui::widgets::text_to_copy::TextToCopy;
use lambdascope_core::cost::report::Report;
use lambdascope_explain::views::cost::sheet::svg;
use lambdascope_explain::views::cost::table::csv;

/// What a sweep can be saved as.
const FORMATS: [&str; 3] = ["csv", "json", "svg"];

/// The buttons.
#[component]
pub fn Files() -> impl IntoView {
    let state = State::here();
    let has_own = Memo::new(move |_| state.lab.report.read().as_ref().is_some_and(|report| !report.points.is_empty()));
    let has_other = Memo::new(move |_| state.lab.other.read().is_some());
    let problem = state.lab.problem;
    let said = RwSignal::new(String::new());
    let uncopied = RwSignal::new(None::<String>);
    let save = move |format: &'static str| {
        let Some(report) = state.lab.report.get_untracked() else { return };
        let report: &Report = &report;
        let name = format!("lambdascope-cost.{format}");
        let saved = match format {
            "csv" => {
                csv(report).map_err(|error| error.to_string()).and_then(|csv| browser::save(&name, "text/csv", &csv))
            }
            "json" => serde_json::to_string_pretty(report)
                .map_err(|error| error.to_string())
                .and_then(|json| browser::save(&name, "application/json", json.as_bytes())),
            _ => {
                let runs = untrack(|| shown(state));
                let runs: Vec<&Report> = runs.iter().map(AsRef::as_ref).collect();
                let drawn = svg(&runs, state.theme.get_untracked()).ok_or_else(|| "nothing ran".to_owned());
                drawn.and_then(|svg| browser::save(&name, "image/svg+xml", svg.as_bytes()))
            }
        };
        if let Err(cause) = saved {
            problem.set(Some(format!("{name} could not be written: {cause}.")));
        }
    };
    let copy = move |_| {
        uncopied.set(None);
        let Some(link) = lab::link_with_numbers(state) else {
            return said.set("The numbers are too many for a link; save them as JSON.".into());
        };
        spawn_local(async move {
            match browser::copy(&link).await {
                Ok(()) => said.set("Link copied, numbers included.".into()),
                Err(cause) => {
                    said.set(format!("Link not copied: {cause}. It is selected below, ready to be copied by hand."));
                    uncopied.set(Some(link));
                }
            }
        });
    };
    let picker = NodeRef::<leptos::html::Input>::new();
    let picked = move |_| {
        let Some(input) = picker.get() else { return };
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            state.lab.file.set(Some((file.name(), SendWrapper::new(file.into()))));
        }
        input.set_value("");
    };
    let laid = move || {
        state.lab.other.read().as_ref().map(|other| {
            view! {
                <p data-testid="lab-other">
                    "Laid over: " {who(other)} ". "
                    <button type="button" class="link-button" on:click=move |_| lab::lay_over(state, None)>"Take it away"</button>
                </p>
            }
        })
    };
    view! {
        <div class="lab-files">
            <Show when=move || has_own.get()>
                <div class="lab-buttons" role="group" aria-label="Save the numbers">
                    {FORMATS
                        .map(|format| {
                            view! {
                                <button type="button" class="button" data-testid=format!("lab-save-{format}") on:click=move |_| save(format)>
                                    {format.to_uppercase()}
                                </button>
                            }
                        })
                        .collect_view()}
                    <button type="button" class="button" data-testid="lab-link" on:click=copy>"Copy link with numbers"</button>
                    <button type="button" class="button" data-testid="lab-keep" on:click=move |_| lab::lay_over(state, state.lab.report.get_untracked())>
                        "Keep to compare"
                    </button>
                </div>
            </Show>
            <label class="button file-button">
                <input type="file" accept=".json,application/json" data-testid="lab-file" node_ref=picker on:change=picked />
                <span>"Lay another sweep over it (JSON)"</span>
            </label>
            {laid}
            <Show when=move || !has_other.get()>
                <p class="quiet">
                    "Another sweep: one kept here before measuring on the other backend, or a file of another device, saved here or by the command lambdascope cost --json. Dropping it on the page does as well."
                </p>
            </Show>
            <p role="status" class="quiet" data-testid="lab-said">{said}</p>
            {move || uncopied.get().map(|text| view! { <TextToCopy text label="Link with numbers" /> })}
            {move || problem.get().map(|problem| view! { <p role="alert" data-testid="lab-problem">{problem}</p> })}
        </div>
    }
}
