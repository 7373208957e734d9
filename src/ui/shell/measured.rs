//! 'Measured here': what the networks of the family reached, runs of equal length in one table, with the paper's own figures
//! beside them. There is no panel where nothing was measured.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::ui::browser;
use crate::ui::shell::paper::Paper;
use crate::ui::state::{Phase, State};
use crate::ui::widgets::dot_plot::DotPlot;
use lambdascope_core::catalogue::Source;
use lambdascope_core::catalogue::family::find;
use lambdascope_core::catalogue::results;
use lambdascope_core::catalogue::results::{ContextBytes, Results, Row, Run};
use lambdascope_core::text::{bytes, count, duration, grouped};

const FILE: &str = "weights/results.json";

/// The panel. Its figures come once the engine runs, so that they delay nothing.
#[component]
pub fn Measured() -> impl IntoView {
    let state = State::here();
    let found = RwSignal::new(None::<Result<Arc<Results>, String>>);
    Effect::new(move |asked: Option<bool>| {
        let ready = state.phase.get() == Phase::Ready;
        if ready && asked != Some(true) {
            spawn_local(async move {
                let text = browser::fetch_text(FILE).await;
                let parsed = text.and_then(|text| {
                    results::parse(&text).map_err(|error| format!("{FILE} is not a table of results: {error}"))
                });
                found.set(Some(parsed.map(Arc::new)));
            });
        }
        ready || asked == Some(true)
    });
    move || {
        match found.get()? {
        Ok(results) if results.rows.is_empty() => None,
        Ok(results) => Some(view! { <Panel results /> }.into_any()),
        Err(cause) => Some(
            view! { <p class="measured quiet" data-testid="measured-problem">{format!("The comparison of the networks is missing: {cause}.")}</p> }
                .into_any(),
        ),
    }
    }
}

#[component]
fn Panel(results: Arc<Results>) -> impl IntoView {
    let machine = results.machine.clone().map(|machine| format!(" Times: one picture on {machine}."));
    view! {
        <section class="measured" aria-labelledby="measured-title" data-testid="measured">
            <h2 id="measured-title">"Measured here"</h2>
            <div class="measured-columns">
                <div class="measured-own">
                    <p class="quiet">
                        {format!("{}. Top-1: the most probable class is right; top-5: the right class is among the five most probable.", results.dataset)}
                        {machine}
                    </p>
                    <Group run=Run::Equal results=Arc::clone(&results) />
                    <Group run=Run::Long results=Arc::clone(&results) />
                    <p class="measured-noise" data-testid="measured-noise">{results.noise.clone()}</p>
                </div>
                <Paper />
            </div>
        </section>
    }
}

/// The runs that may be compared with each other.
#[component]
fn Group(run: Run, results: Arc<Results>) -> impl IntoView {
    let rows = results.group(run);
    if rows.is_empty() {
        return None;
    }
    let epochs = rows[0].training.epochs;
    let length =
        if rows.iter().all(|row| row.training.epochs == epochs) { format!(", {epochs} epochs") } else { String::new() };
    let (id, caption) = match run {
        Run::Equal => ("equal", format!("Trained equally long{length}: comparable with each other")),
        Run::Long => ("long", format!("Trained longer{length}: not comparable with the runs above")),
    };
    let dots = results::dots(&rows);
    let plot = (dots.len() > 1).then(|| view! { <DotPlot dots /> });
    let header = |text: &'static str| view! { <th scope="col" role="columnheader">{text}</th> };
    // Roles are said because a narrow window shows the rows as blocks.
    Some(view! {
        <table class="results" role="table" data-testid="measured-table" data-run=id>
            <caption>{caption}</caption>
            <thead role="rowgroup">
                <tr role="row">
                    {header("Network")} {header("Parameters")} {header("Multiply-adds")} {header("Top-1")} {header("Top-5")}
                    {header("Context memory")} {header("CPU")} {header("WebGPU")}
                </tr>
            </thead>
            <tbody role="rowgroup">{rows.into_iter().map(|row| view! { <ResultRow row=row.clone() /> }).collect_view()}</tbody>
        </table>
        {plot}
    })
}

#[component]
fn ResultRow(row: Row) -> impl IntoView {
    let state = State::here();
    let ships = find(&row.name).is_some_and(|member| row.is_run_of(member));
    let name = row.name.clone();
    let on_screen = Memo::new(move |_| {
        let running = state.networks.running.read();
        let source = running.as_ref().map(|running| &running.source);
        ships && matches!(source, Some(Source::Shipped { name: running }) if *running == name)
    });
    let figure = |label: &'static str, text: String| view! { <td role="cell" data-label=label>{text}</td> };
    let time = |label, ms: Option<f64>| figure(label, ms.map_or_else(|| "not measured".to_owned(), duration));
    let percent = |fraction: f64| format!("{:.2}\u{a0}%", fraction * 100.0);
    let run = format!("seed {}, {} epochs", row.training.seed, row.training.epochs);
    view! {
        <tr
            role="row"
            class="results-row"
            data-network=row.name.clone()
            data-seed=row.training.seed.to_string()
            aria-current=move || on_screen.get().then_some("true")
        >
            <th scope="row" role="rowheader">
                <span class="results-title">{row.title.clone()}</span>
                <span class="results-run">{run}</span>
                {move || on_screen.get().then(|| view! { <span class="member-tag">"On screen"</span> })}
            </th>
            {figure("Parameters", grouped(row.parameters))}
            {figure("Multiply-adds", count(row.macs))}
            {figure("Top-1", percent(row.top1))}
            {figure("Top-5", percent(row.top5))}
            {figure("Context memory", context(row.context_bytes))}
            {time("CPU", row.ms.cpu)}
            {time("WebGPU", row.ms.webgpu)}
        </tr>
    }
}

fn context(ContextBytes { attention_maps, lambdas }: ContextBytes) -> String {
    match (attention_maps, lambdas) {
        (0, 0) => "none".to_owned(),
        (0, lambdas) => format!("lambdas {}", bytes(lambdas)),
        (maps, 0) => format!("maps {}", bytes(maps)),
        (maps, lambdas) => format!("maps {}, lambdas {}", bytes(maps), bytes(lambdas)),
    }
}
