//! The views as tabs over one place: who chooses a view keeps picture, layer, head and query.

use leptos::prelude::*;
use strum::VariantArray;

use crate::page::view::View;
use crate::ui::shell::status::Status;
use crate::ui::state::State;
use crate::ui::state::later::Piece;
use crate::ui::views::lens::Lens;
use crate::ui::views::lens::beside::ChooseBeside;
use crate::ui::views::nothing_inside::{NoLambda, NothingInside};
use crate::ui::views::what_if::fetch_ablations;
use crate::ui::widgets::focus::focus_tab;
use crate::ui::widgets::later::Later;

/// The tabs with the view that is chosen.
#[component]
pub fn Views() -> impl IntoView {
    let state = State::here();
    Effect::new(move |_| {
        if state.view.get() == View::WhatIf {
            fetch_ablations(state);
        }
    });
    let has_answer = Memo::new(move |_| state.answer.read().is_some());
    let can_compare = Memo::new(move |_| state.view.get() == View::Lens && state.nothing_inside.read().is_none());
    // In a lesson's frame the view is the lesson's choice.
    let is_frame = state.address().embed;
    let pressed = move |event: web_sys::KeyboardEvent| {
        let view = state.view.get_untracked();
        let to = match event.key().as_str() {
            "ArrowRight" => view.beside(1),
            "ArrowLeft" => view.beside(-1),
            "Home" => View::VARIANTS[0],
            "End" => View::VARIANTS[View::VARIANTS.len() - 1],
            _ => return,
        };
        event.prevent_default();
        state.view.set(to);
        // Focus follows, as in every list of tabs.
        focus_tab(to);
    };
    let tab = move |view: View| {
        let is_chosen = move || state.view.get() == view;
        view! {
            <button
                type="button"
                role="tab"
                class="tab"
                id=view.tab_id()
                title=view.question()
                data-testid=format!("view-{}", view.id())
                aria-selected=move || if is_chosen() { "true" } else { "false" }
                aria-controls="view"
                tabindex=move || if is_chosen() { "0" } else { "-1" }
                on:click=move |_| state.view.set(view)
            >
                {view.title()}
                {(view == View::WhatIf).then(|| view! { <ChangedMark /> })}
            </button>
        }
    };
    view! {
        {(!is_frame)
            .then(|| {
                view! {
                    <div class="tabs" role="tablist" aria-label="Views" on:keydown=pressed>
                        {View::VARIANTS.iter().copied().map(tab).collect_view()}
                    </div>
                }
            })}
        <section
            id="view"
            class="view"
            role=if is_frame { "region" } else { "tabpanel" }
            aria-labelledby=move || if is_frame { "stage-title".to_owned() } else { state.view.get().tab_id() }
            aria-busy=move || state.is_waiting().to_string()
            data-view=move || state.view.get().id()
        >
            <div class="view-head">
                <h2 id="stage-title">{move || state.view.get().question()}</h2>
                {move || can_compare.get().then(|| view! { <ChooseBeside /> })}
            </div>
            <Status />
            <AddressNotice />
            {move || match state.view.get() {
                // The lens keeps its room; the others come at once with what they show, so that nothing in them jumps.
                view if view != View::Lens && !has_answer.get() => view! { <div class="view-waits"></div> }.into_any(),
                view @ (View::Evidence | View::WhatIf | View::Cost) => view! { <Later piece=Piece::View(view) /> }.into_any(),
                _ if state.nothing_inside.read().is_some() => view! { <NothingInside /> }.into_any(),
                View::Anatomy | View::Orders | View::Questions if state.selection.is_attention.get() => view! { <NoLambda /> }.into_any(),
                View::Lens => view! { <Lens /> }.into_any(),
                view => view! { <Later piece=Piece::View(view) /> }.into_any(),
            }}
        </section>
    }
}

/// What is to be said of the address that the page was opened with, until it is put away.
#[component]
fn AddressNotice() -> impl IntoView {
    let state = State::here();
    move || {
        state.address_notice.get().map(|notice| {
            view! {
                <p class="address-notice" role="status" data-testid="address-notice">
                    {notice} " "
                    <button type="button" class="link-button" on:click=move |_| state.address_notice.set(None)>"Dismiss"</button>
                </p>
            }
        })
    }
}

/// Says on the tab that the network or the picture is changed.
#[component]
fn ChangedMark() -> impl IntoView {
    let state = State::here();
    let is_changed = Memo::new(move |_| !state.what_if.changes.read().is_empty());
    move || {
        is_changed.get().then(|| {
            view! {
                <span class="tab-mark" data-testid="what-if-mark">
                    <span aria-hidden="true">" ●"</span>
                    <span class="hidden">" (changed)"</span>
                </span>
            }
        })
    }
}
