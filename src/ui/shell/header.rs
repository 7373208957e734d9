//! The head of the page: its name, what it is for, the network, what it runs on, its colours.

use leptos::prelude::*;
use leptos::{ev, html};
use wasm_bindgen::JsCast;

use crate::ui::browser;
use crate::ui::engine;
use crate::ui::shell::help::Help;
use crate::ui::state::{Phase, State, THEME_KEY, ThemeChoice};
use crate::ui::widgets::choice::{Choice, Item};
use lambdascope_core::backend::{Backend, BackendChoice};
use lambdascope_explain::figures::colour::Theme;

/// The head of the page, with the choice of the network in its row.
#[component]
pub fn Header(children: Children) -> impl IntoView {
    view! {
        <header class="masthead">
            <div class="title">
                <svg class="mark" viewBox="0 0 48 48" aria-hidden="true" focusable="false">
                    <path d="M15 8c7 0 8.5 4.5 11 12l7.5 20M22.5 21 13.5 40" />
                    <circle cx="36" cy="13" r="3.5" />
                </svg>
                <div>
                    <h1>"lambdascope"</h1>
                    <p class="pitch">
                        "A LambdaNetwork on your own device: see which pixels each lambda layer draws on. "
                        <Offer />
                    </p>
                </div>
            </div>
            {children()}
            <div class="masthead-tools">
                <BackendBadge />
                <ThemeSwitch />
                <TourButton />
                <Help />
            </div>
        </header>
    }
}

/// For those who have not been on the tour: that there is one.
#[component]
fn Offer() -> impl IntoView {
    let state = State::here();
    let is_new = Memo::new(move |_| state.tour.stored.read().is_none() && state.tour.at.get().is_none());
    move || {
        is_new.get().then(|| {
            view! {
                <button type="button" class="link-button" data-testid="tour-offer" on:click=move |_| state.begin_tour()>
                    "New here? Take the tour."
                </button>
            }
        })
    }
}

#[component]
fn TourButton() -> impl IntoView {
    let state = State::here();
    let is_open = Memo::new(move |_| state.tour.at.get().is_some());
    view! {
        <button
            type="button"
            class="button tour-button"
            data-testid="tour-button"
            aria-pressed=move || if is_open.get() { "true" } else { "false" }
            title="Nine stops, about twelve minutes: what a lambda layer does, on this page"
            on:click=move |_| if is_open.get_untracked() { state.leave_tour() } else { state.begin_tour() }
        >
            "Tour"
        </button>
    }
}

/// What the network can be computed on, by choice.
const BACKENDS: [(&str, &str, BackendChoice); 4] = [
    ("Whichever is faster", "the GPU or the CPU, once their numbers agree", BackendChoice::Auto),
    ("GPU", "WebGPU, even where the CPU is faster", BackendChoice::Gpu),
    (
        "GPU, half precision",
        "WebGPU with weights of 16 bits: half the memory, numbers right to two or three digits",
        BackendChoice::GpuHalves,
    ),
    ("CPU", "WebAssembly", BackendChoice::Cpu),
];

#[component]
fn BackendBadge() -> impl IntoView {
    let state = State::here();
    let backend = move || {
        state.report.read().as_ref().map(|report| match report.backend {
            Backend::Gpu => "gpu",
            Backend::Cpu => "cpu",
        })
    };
    let text = move || match state.report.read().as_ref() {
        Some(report) => match report.backend {
            Backend::Gpu => format!("WebGPU · {}", report.device),
            Backend::Cpu => format!("CPU · {}", report.device),
        },
        None if matches!(*state.phase.read(), Phase::Failed(_)) => "not running".to_owned(),
        None => "choosing…".to_owned(),
    };
    let reason = move || state.report.read().as_ref().map(|report| report.reason.clone()).unwrap_or_default();
    let details = move || {
        let card = state.networks.running.get()?.card;
        Some(view! {
            <p>
                {format!(
                    "{}: {} learned values, {} multiply-adds per picture, {} of weights.",
                    card.title,
                    lambdascope_core::text::count(card.parameters),
                    lambdascope_core::text::count(card.macs),
                    lambdascope_core::text::bytes(card.weight_bytes),
                )}
            </p>
            {card
                .accuracy
                .map(|(top1, data)| {
                    view! { <p>{format!("Top-1 accuracy on {data}: {:.1}\u{a0}%.", top1 * 100.0)}</p> }
                })}
        })
    };
    // The card lies over the page, so it goes when the visitor goes on with something else.
    let card = NodeRef::<html::Details>::new();
    let badge = NodeRef::<html::Summary>::new();
    let close_elsewhere = move |target: Option<web_sys::EventTarget>| {
        let Some(card) = card.get_untracked() else { return };
        let target = target.and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        if !card.contains(target.as_ref()) {
            card.set_open(false);
        }
    };
    let listeners = [
        window_event_listener(ev::pointerdown, move |event| close_elsewhere(event.target())),
        window_event_listener(ev::focusin, move |event| close_elsewhere(event.target())),
    ];
    on_cleanup(move || listeners.into_iter().for_each(|listener| listener.remove()));
    let close_by_key = move |event: web_sys::KeyboardEvent| {
        if event.key() == "Escape"
            && let Some(card) = card.get_untracked().filter(|card| card.open())
        {
            event.stop_propagation();
            card.set_open(false);
            if let Some(badge) = badge.get_untracked() {
                let _ = badge.focus();
            }
        }
    };
    view! {
        <details class="badge" node_ref=card on:keydown=close_by_key>
            <summary node_ref=badge data-testid="backend-badge" data-backend=backend title=reason>
                <span class="badge-light" aria-hidden="true"></span>
                <span class="hidden">"Runs on "</span>
                <span class="badge-text">{text}</span>
            </summary>
            <div class="badge-card">
                <p>
                    {move || {
                        let reason = reason();
                        if reason.is_empty() { "The engine has not chosen a backend yet.".to_owned() } else { reason }
                    }}
                </p>
                {move || state.notice.get().map(|notice| view! { <p>{notice}</p> })}
                <Choice
                    name="backend-choice"
                    legend="Compute on"
                    items=Signal::stored(BACKENDS.iter().map(|(text, hint, _)| Item::new(text, hint)).collect::<Vec<_>>())
                    selected=Signal::derive(move || {
                        BACKENDS.iter().position(|(.., choice)| *choice == state.backend.get()).unwrap_or(0)
                    })
                    on_choose=move |index| engine::choose_backend(state, BACKENDS[index].2)
                />
                {details}
            </div>
        </details>
    }
}

#[component]
fn ThemeSwitch() -> impl IntoView {
    let state = State::here();
    const CHOICES: [(&str, &str, ThemeChoice); 3] = [
        ("System", "◐", ThemeChoice::System),
        ("Light", "☀", ThemeChoice::Always(Theme::Light)),
        ("Dark", "☾", ThemeChoice::Always(Theme::Dark)),
    ];
    let attribute = |choice| match choice {
        ThemeChoice::System => None,
        ThemeChoice::Always(Theme::Light) => Some("light"),
        ThemeChoice::Always(Theme::Dark) => Some("dark"),
    };
    Effect::new(move |_| {
        let choice = attribute(state.theme_choice.get());
        browser::store(THEME_KEY, choice);
        if let Some(root) = document().document_element() {
            let _ = match choice {
                Some(theme) => root.set_attribute("data-theme", theme),
                None => root.remove_attribute("data-theme"),
            };
        }
    });
    view! {
        <Choice
            name="theme-select"
            legend="Colours"
            legend_hidden=true
            items=Signal::stored(CHOICES.iter().map(|(text, icon, _)| Item::with_icon(text, icon)).collect::<Vec<_>>())
            selected=Signal::derive(move || {
                CHOICES.iter().position(|(.., choice)| *choice == state.theme_choice.get()).unwrap_or(0)
            })
            on_choose=move |index| state.theme_choice.set(CHOICES[index].2)
        />
    }
}
