//! What an edit changed: the arrays, the guess, the time.

use std::sync::Arc;

use leptos::prelude::*;

use crate::page::shader::steps::short_name;
use crate::page::what_if::compare::{rows, sentence};
use crate::ui::engine::shader::{Shown, outcome};
use crate::ui::state::State;
use crate::ui::state::shader::Outcome;
use crate::ui::widgets::choice::{Choice, Item};
use crate::ui::widgets::figure::FigureView;
use crate::ui::widgets::guess_bars::guess_bars;
use lambdascope_core::shader_edit::{Changed, ShaderRun};
use lambdascope_core::text::{count, duration, label, percent};
use lambdascope_explain::figures::figure::Figure;
use lambdascope_explain::views::shader_change::{Distance, Pair, magnitude};

/// Classes that are listed.
const LISTED: usize = 5;

/// The outcome of the last run, if it is of what is on screen.
#[component]
pub fn OutcomeView(shown: Memo<Option<Shown>>) -> impl IntoView {
    let state = State::here();
    let outcome = Memo::new(move |_| outcome(state, shown.read().as_ref()?));
    let said = move || {
        if state.shader.running.get() {
            return "Running the network twice, with the original and with the edit…".to_owned();
        }
        match outcome.get() {
            Some(Outcome { result: Ok(run), .. }) => run_sentence(&run),
            Some(Outcome { result: Err(failure), .. }) => failure.message,
            None => String::new(),
        }
    };
    let failed = move || outcome.read().as_ref().is_some_and(|outcome| outcome.result.is_err());
    let run = Memo::new(move |_| outcome.get().and_then(|outcome| outcome.result.ok()));
    let stale = Memo::new(move |_| {
        let (Some(shown), Some(outcome)) = (shown.get(), outcome.get()) else { return false };
        outcome.source != crate::ui::engine::shader::source(state, &shown)
    });
    view! {
        <section class="shader-outcome" aria-labelledby="shader-outcome-title" aria-busy=move || state.shader.running.get().to_string()>
            <h3 id="shader-outcome-title" class="hidden">"What the edit changed"</h3>
            <p role="status" class="shader-said" class:shader-wrong=failed data-testid="shader-said">{said}</p>
            <Show when=move || stale.get() && run.read().is_some()>
                <p class="quiet" data-testid="shader-stale">"The text has changed since this ran."</p>
            </Show>
            {move || run.get().map(|run| view! { <Changes run /> })}
        </section>
    }
}

fn run_sentence(run: &ShaderRun) -> String {
    let unchanged =
        run.values.iter().map(|value| pair(value).distance()).all(|far| far.largest == 0.0 && far.lost == 0);
    let [before, after] = run.milliseconds.map(duration);
    let times =
        format!("The whole network took {before} with the original and {after} with the edit, on {}.", run.device);
    let guess = sentence(&run.predictions[0], &run.predictions[1]);
    if unchanged { format!("Not one number changed. {guess} {times}") } else { format!("{guess} {times}") }
}

fn pair(value: &Changed) -> Pair<'_> {
    Pair { shape: value.shape, before: &value.before, after: &value.after }
}

#[component]
fn Changes(run: Arc<ShaderRun>) -> impl IntoView {
    let state = State::here();
    // The layer's output, unless what changed comes after it.
    let last = run.values.len().saturating_sub(1);
    let distances: Vec<Distance> = run.values.iter().map(|value| pair(value).distance()).collect();
    let moved = distances.last().is_some_and(|distance| distance.largest > 0.0);
    let chosen = RwSignal::new(if moved { last } else { 0 });
    let channel = RwSignal::new(None::<usize>);
    let values = StoredValue::new(Arc::clone(&run));
    let table = run.values.iter().zip(&distances).map(|(value, distance)| {
        let lost = if distance.lost > 0 { format!(", {} no longer finite", count(distance.lost as u64)) } else { String::new() };
        view! {
            <tr data-testid="shader-change" data-name=value.name.clone() data-largest=distance.largest.to_string() data-lost=distance.lost.to_string()>
                <th scope="row">{short_name(&value.name).to_owned()}</th>
                <td>{magnitude(distance.largest)} {lost}</td>
                <td>{magnitude(distance.scale)}</td>
            </tr>
        }
    });
    let bars = rows(&run.predictions[0], &run.predictions[1], LISTED).into_iter().map(|row| {
        view! {
            <tr data-testid="shader-class" data-label=row.label.clone() data-before=row.before.to_string() data-after=row.after.to_string()>
                <th scope="row">{label(&row.label)}</th>
                <td>{percent(row.before)}</td>
                <td>{percent(row.after)}</td>
                {guess_bars(&row)}
            </tr>
        }
    });
    let names: Vec<Item> = run.values.iter().map(|value| Item::plain(short_name(&value.name))).collect();
    let several = names.len() > 1;
    let with =
        move |read: &dyn Fn(&Changed) -> usize| values.with_value(|run| run.values.get(chosen.get()).map_or(0, read));
    let channels = move || with(&|value| if pair(value).is_matrix() { 1 } else { value.shape[2] });
    let shown_channel =
        Memo::new(move |_| channel.get().unwrap_or_else(|| with(&|value| pair(value).distance().channel)));
    let figures = Memo::new(move |_| {
        let setting = state.setting.get();
        values.with_value(|run| {
            let value = run.values.get(chosen.get())?;
            Some(pair(value).figures(shown_channel.get(), &value.name, &setting).map(Arc::new))
        })
    });
    let figure = move |at: usize| -> Signal<Option<Arc<Figure>>> {
        Memo::new(move |_| figures.read().as_ref().map(|figures| Arc::clone(&figures[at]))).into()
    };
    let pointed = RwSignal::new(None);
    view! {
        <div class="shader-tables">
            <div class="table-scroll" tabindex="0" role="region" aria-label="How far the arrays moved">
                <table class="numbers">
                    <thead>
                        <tr>
                            <th scope="col">"array"</th>
                            <th scope="col">"largest change"</th>
                            <th scope="col">"largest value"</th>
                        </tr>
                    </thead>
                    <tbody>{table.collect_view()}</tbody>
                </table>
            </div>
            <table class="what-if-bars">
                <thead>
                    <tr>
                        <th scope="col">"class"</th>
                        <th scope="col">"original"</th>
                        <th scope="col">"edit"</th>
                        <td></td>
                    </tr>
                </thead>
                <tbody>{bars.collect_view()}</tbody>
            </table>
        </div>
        <div class="shader-choices">
            <Show when=move || several>
                <Choice
                    name="shader-array"
                    legend="Array"
                    items=Signal::stored(names.clone())
                    selected=chosen
                    on_choose=move |index| {
                        channel.set(None);
                        chosen.set(index);
                    }
                />
            </Show>
            <Show when=move || { channels() > 1 }>
                <label class="shader-channel">
                    "Channel "
                    <input
                        type="number"
                        class="button"
                        data-testid="shader-channel"
                        min="0"
                        max=move || (channels().saturating_sub(1)).to_string()
                        prop:value=move || shown_channel.get().to_string()
                        on:change=move |event| channel.set(event_target_value(&event).parse().ok().filter(|at| *at < channels()))
                    />
                </label>
            </Show>
        </div>
        <div class="shader-figures">
            <FigureView figure=figure(0) symbol=view! { "original" }.into_any() test_id="shader-before" pointed />
            <FigureView figure=figure(1) symbol=view! { "edit" }.into_any() test_id="shader-after" pointed />
            <FigureView figure=figure(2) symbol=view! { "edit − original" }.into_any() test_id="shader-difference" pointed />
        </div>
    }
}
