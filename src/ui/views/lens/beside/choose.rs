//! Which network stands beside the one on screen: the one that shows the most, any other at hand, a file of the visitor's; and
//! why it is not there.

use leptos::html;
use leptos::prelude::*;

use crate::page::beside::{BESIDE, choices, difference, not_at_hand, of_address, proposed};
use crate::ui::engine::beside;
use crate::ui::state::State;
use lambdascope_core::catalogue::Source;
use lambdascope_core::catalogue::family::default_source;

/// The choice.
#[component]
pub fn ChooseBeside() -> impl IntoView {
    let state = State::here();
    let picker = NodeRef::<html::Input>::new();
    let source = Memo::new(move |_| state.networks.running.read().as_ref().map(|running| running.source.clone()));
    let name = Memo::new(move |_| match state.beside.chosen.get() {
        Some(Source::Shipped { name } | Source::Known { name }) => name,
        Some(Source::File { .. }) => FILE.to_owned(),
        None => String::new(),
    });
    let options = Memo::new(move |_| choices(state.networks.offers.read().as_ref()));
    let option = move |value: String, text: String| {
        let own = value.clone();
        view! { <option value=value prop:selected=move || *name.read() == own>{text}</option> }
    };
    let others = move || {
        let own = source.get();
        let is_own = |name: &str| match &own {
            Some(Source::Shipped { name: own } | Source::Known { name: own }) => own == name,
            _ => false,
        };
        let at_hand = options.get().into_iter().filter(|(value, _)| !is_own(value) || *value == name.get());
        at_hand.map(|(value, text)| option(value, text)).collect_view()
    };
    let file = move || match state.beside.chosen.get() {
        Some(Source::File { name }) => name,
        _ => "a file on this device…".to_owned(),
    };
    let choose = move |event: web_sys::Event| {
        let value = event_target_value(&event);
        if value == FILE {
            if let Some(picker) = picker.get() {
                picker.click();
            }
            return;
        }
        let offers = state.networks.offers.read_untracked();
        beside::choose(state, of_address(&value, offers.as_ref()).as_ref());
    };
    let picked = move |_| {
        let Some(input) = picker.get() else { return };
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            beside::choose_file(state, file);
        }
        // The same file can be chosen again.
        input.set_value("");
    };
    let quick = move || {
        // There before the network is, so that nothing jumps.
        let member = proposed(&source.get().unwrap_or_else(default_source))?;
        let is_on = Memo::new(move |_| state.beside.chosen.get() == Some(member.source()));
        Some(view! {
            <button
                type="button"
                class="button"
                data-testid="beside-quick"
                aria-pressed=move || if is_on.get() { "true" } else { "false" }
                on:click=move |_| {
                    let source = member.source();
                    beside::choose(state, (!is_on.get_untracked()).then_some(&source));
                }
            >
                {move || match is_on.get() {
                    true => "Stop comparing".to_owned(),
                    false => format!("Compare with {}", difference(member)),
                }}
            </button>
        })
    };
    let unknown = move || {
        let name = state.parameter::<String>(BESIDE).filter(|_| state.beside.chosen.read().is_none())?;
        Some(
            view! { <p role="status" data-testid="beside-unknown">{not_at_hand(&name, state.networks.offers.read().as_ref())}</p> },
        )
    };
    let failure = move || {
        let failure = state.beside.failure.get()?;
        let retry = failure.can_retry().then(|| {
            view! { " " <button type="button" class="link-button" on:click=move |_| beside::retry(state)>"Try again"</button> }
        });
        Some(view! { <p role="alert" data-testid="beside-failure">{failure.message} {retry}</p> })
    };
    view! {
        <section class="compare beside-choose" aria-label="Compare two networks">
            {quick}
            <label class="intra">
                <span class="hidden">"The network beside this one"</span>
                <select class="button" data-testid="beside-select" on:change=choose>
                    {option(String::new(), "one network".to_owned())}
                    {others}
                    <option value=FILE prop:selected=move || *name.read() == FILE>{file}</option>
                </select>
            </label>
            <input type="file" class="hidden" accept=".safetensors" tabindex="-1" aria-hidden="true" data-testid="beside-file" node_ref=picker on:change=picked />
            {unknown}
            {failure}
        </section>
    }
}

/// Stands for the visitor's file among the choices.
const FILE: &str = "*";
