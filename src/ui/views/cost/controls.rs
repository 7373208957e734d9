//! What is to be measured, and the buttons that begin, pause and end it. The layers' boxes are the charts' key as well.

use leptos::prelude::*;
use strum::VariantArray;

use crate::page::lab::plan::{BATCHES, HEADS, KEY_DEPTHS, LASTS, Plan, WIDTHS, WINDOWS};
use crate::ui::engine::lab;
use crate::ui::state::State;
use crate::ui::state::lab::Activity;
use crate::ui::widgets::choice::{Choice, Item};
use lambdascope_core::backend::Backend;
use lambdascope_core::cost::contestant::Contestant;
use lambdascope_explain::views::cost::chart::style;

/// Everything that stands above the charts.
#[component]
pub fn Controls() -> impl IntoView {
    let state = State::here();
    let plan = state.lab.plan;
    let is_open = Memo::new(move |_| state.lab.activity.with(Activity::is_open));
    let change = move |change: &dyn Fn(&mut Plan)| {
        let mut own = plan.get_untracked();
        change(&mut own);
        lab::choose(state, &own);
    };
    let backends = [Backend::Gpu, Backend::Cpu];
    view! {
        <fieldset class="lab-plan" disabled=move || is_open.get()>
            <legend class="hidden">"What is measured"</legend>
            <Choice
                name="lab-backend"
                legend="Measure on"
                items=Signal::stored(vec![
                    Item::new("GPU", "Through WebGPU, with all that the adapter allows"),
                    Item::new("CPU", "Through WebAssembly"),
                ])
                selected=Signal::derive(move || backends.iter().position(|b| *b == plan.read().backend).unwrap_or(0))
                on_choose=move |index: usize| change(&|plan| plan.backend = backends[index.min(1)])
            />
            <div class="lab-sizes">
                <Size id="lab-last" title="maps up to" choices=&LASTS write=|side| format!("{side}×{side}")
                    value=Signal::derive(move || plan.read().setting.side) on_choose=move |side| change(&|plan| plan.setting.side = side) />
                <Size id="lab-batch" title="pictures" choices=&BATCHES write=|batch| batch.to_string()
                    value=Signal::derive(move || plan.read().batch) on_choose=move |batch| change(&|plan| plan.batch = batch) />
                <Size id="lab-width" title="channels d" choices=&WIDTHS write=|width| width.to_string()
                    value=Signal::derive(move || plan.read().setting.width) on_choose=move |width| change(&|plan| plan.setting.width = width) />
                <Size id="lab-heads" title="heads h" choices=&HEADS write=|heads| heads.to_string()
                    value=Signal::derive(move || plan.read().setting.heads) on_choose=move |heads| change(&|plan| plan.setting.heads = heads) />
                <Size id="lab-depth" title="key depth k" choices=&KEY_DEPTHS write=|depth| depth.to_string()
                    value=Signal::derive(move || plan.read().setting.key_depth) on_choose=move |depth| change(&|plan| plan.setting.key_depth = depth) />
                <Size id="lab-window" title="window r" choices=&WINDOWS write=|window| format!("{window}×{window}")
                    value=Signal::derive(move || plan.read().setting.window) on_choose=move |window| change(&|plan| plan.setting.window = window) />
            </div>
            <Layers />
        </fieldset>
        <Buttons />
        <Going />
    }
}

/// One size, of a few.
#[component]
fn Size(
    id: &'static str,
    title: &'static str,
    choices: &'static [usize],
    write: fn(usize) -> String,
    value: Signal<usize>,
    on_choose: impl Fn(usize) + Copy + Send + 'static,
) -> impl IntoView {
    let option = move |&choice: &usize| {
        view! {
            <option value=choice.to_string() selected=move || value.get() == choice>{write(choice)}</option>
        }
    };
    view! {
        <label class="lab-size">
            <span>{title}</span>
            <select id=id data-testid=id on:change=move |event| {
                if let Ok(chosen) = event_target_value(&event).parse() {
                    on_choose(chosen);
                }
            }>{choices.iter().map(option).collect_view()}</select>
        </label>
    }
}

/// The layers, each with the line that it has in the charts.
#[component]
fn Layers() -> impl IntoView {
    let state = State::here();
    let plan = state.lab.plan;
    let layer = move |&contestant: &Contestant| {
        let toggle = move |event| {
            let mut own = plan.get_untracked();
            own.layers.retain(|other| *other != contestant);
            if event_target_checked(&event) {
                own.layers.push(contestant);
                own.layers.sort_unstable();
            }
            lab::choose(state, &own);
        };
        let sample = move || {
            let (colour, dashes) = style(contestant, state.theme.get());
            view! {
                <svg class="lab-sample" width="34" height="8" aria-hidden="true">
                    <path d="M0 4H34" stroke=colour stroke-width="2.5" stroke-dasharray=dashes />
                </svg>
            }
        };
        view! {
            <label class="switch lab-layer">
                <input
                    type="checkbox"
                    data-testid=format!("lab-{}", contestant.id())
                    prop:checked=move || plan.read().layers.contains(&contestant)
                    on:change=toggle
                />
                {sample}
                {contestant.title()}
            </label>
        }
    };
    view! {
        <fieldset class="lab-layers">
            <legend>"Layers"</legend>
            {Contestant::VARIANTS.iter().map(layer).collect_view()}
        </fieldset>
    }
}

#[component]
fn Buttons() -> impl IntoView {
    let state = State::here();
    let activity = state.lab.activity;
    let has_layers = Memo::new(move |_| !state.lab.plan.read().layers.is_empty());
    let is_open = Memo::new(move |_| activity.with(Activity::is_open));
    let waits = Memo::new(move |_| matches!(*activity.read(), Activity::Pausing | Activity::Paused));
    view! {
        <div class="lab-buttons">
            <Show
                when=move || is_open.get()
                fallback=move || {
                    view! {
                        <button
                            type="button"
                            class="button button-strong"
                            data-testid="lab-begin"
                            disabled=move || !has_layers.get()
                            on:click=move |_| lab::begin(state)
                        >
                            {move || if state.lab.report.read().is_some() { "Measure again" } else { "Measure" }}
                        </button>
                    }
                }
            >
                <button type="button" class="button" data-testid="lab-pause" on:click=move |_| {
                    if waits.get_untracked() { lab::go_on(state) } else { lab::pause(state) }
                }>{move || if waits.get() { "Go on" } else { "Pause" }}</button>
                <button type="button" class="button" data-testid="lab-stop" on:click=move |_| lab::stop(state)>"Cancel"</button>
            </Show>
            <Show when=move || !has_layers.get()>
                <p class="quiet">"Choose a layer to measure."</p>
            </Show>
        </div>
    }
}

/// How far the sweep has come.
#[component]
fn Going() -> impl IntoView {
    let state = State::here();
    let lab = state.lab;
    let said = move || {
        let [done, all] = lab.progress.get();
        match lab.activity.get() {
            Activity::Idle => None,
            Activity::Opening => Some("Starting a second engine for the measurements…".to_owned()),
            Activity::Measuring => {
                Some(format!("{done} of {all} measured. Other work on this device makes the numbers larger."))
            }
            Activity::Pausing => Some(format!("{done} of {all} measured; it pauses after the one under way.")),
            Activity::Paused => Some(format!("{done} of {all} measured; paused.")),
            Activity::Done => Some(format!("All {all} measured.")),
            Activity::Stopped => Some(format!("Stopped after {done} of {all}; what was measured stays.")),
            Activity::Failed(message) => Some(message),
        }
    };
    let is_open = Memo::new(move |_| lab.activity.with(Activity::is_open));
    view! {
        <div class="lab-going">
            <p role="status" id="lab-going" data-testid="lab-going">{said}</p>
            <Show when=move || is_open.get()>
                <progress
                    aria-labelledby="lab-going"
                    max=move || lab.progress.get()[1].to_string()
                    value=move || lab.progress.get()[0].to_string()
                ></progress>
            </Show>
        </div>
    }
}
