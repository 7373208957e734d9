//! The page on this device: keeping it once nothing else is to be done, saying what works offline, and offering a newer
//! version. What is kept how is the service worker's (`www/sw.js`).

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::page::offline::{Kept, Networks, offer, sentence};
use crate::ui::browser::service_worker::{Keeper, follow_newer, is_sparing};
use crate::ui::state::State;
use crate::ui::widgets::focus::focus_row;
use lambdascope_core::catalogue::Source;
use lambdascope_core::catalogue::family::members;
use lambdascope_protocol::Request;

/// How long after the engine's first answer the page begins to keep itself, and after it found the query on the move: what the
/// visitor does first comes first.
const PAUSE: Duration = Duration::from_secs(2);
/// How often a page that stays open asks for a newer version; browsers ask when one is opened.
const LOOK: Duration = Duration::from_hours(1);

/// Follows what other tabs do; the page itself is kept after its first answer, a lesson's frame is not.
pub fn connect(state: State) {
    follow_newer();
    if state.address().embed {
        return;
    }
    let has_answered = Memo::new(move |_| state.answer.read().is_some() && !state.precomputed.get());
    Effect::new(move |begun: Option<bool>| {
        let begun = begun == Some(true);
        if has_answered.get() && !begun {
            keep_at_rest(state);
        }
        begun || has_answered.get()
    });
}

/// Keeps the page once nothing moves: fetching and hashing megabytes takes time from the drawings.
fn keep_at_rest(state: State) {
    set_timeout(
        move || {
            if untrack(|| state.motion.is_on()) {
                keep_at_rest(state);
            } else {
                spawn_local(keep(state));
            }
        },
        PAUSE,
    );
}

async fn keep(state: State) {
    let Some(keeper) = Keeper::register().await else { return };
    state.offline.keeper.set_value(Some(keeper.clone()));
    let first = StoredValue::new_local(None);
    let heard = {
        let keeper = keeper.clone();
        move || {
            if first.with_value(Option::is_none) {
                first.set_value(keeper.present());
            }
            if keeper.is_whole() {
                whole(state);
            } else {
                state.offline.kept.set(if keeper.is_fetching() { Kept::OnItsWay } else { Kept::Not });
            }
            if first.with_value(|first| first.as_ref().is_some_and(|first| keeper.has_newer(first))) {
                let keeper = keeper.clone();
                keeper.count_tabs(move |tabs| {
                    state.offline.tabs.set(tabs);
                    state.offline.newer.set(true);
                });
            }
        }
    };
    keeper.watch(heard);
    // A browser without timers never gets here.
    let _ = set_interval_with_handle(move || keeper.look_for_newer(), LOOK);
}

/// The page is on this device: now the other networks may come.
fn whole(state: State) {
    if state.offline.kept.get_untracked() == Kept::Whole {
        return;
    }
    state.offline.kept.set(Kept::Whole);
    if !is_sparing() {
        state.send(&Request::KeepNetworks, None);
    }
}

/// What works offline, where networks are chosen.
#[component]
pub fn WorksOffline() -> impl IntoView {
    let state = State::here();
    let said = move || {
        let here = state.networks.offers.read().as_ref().map_or(0, |offers| offers.kept.len());
        sentence(state.offline.kept.get(), Networks { here, all: members().len() }, is_sparing())
    };
    view! { <p class="quiet offline" data-testid="offline">{said}</p> }
}

/// The offer of a newer version.
#[component]
pub fn NewVersion() -> impl IntoView {
    let state = State::here();
    let offline = state.offline;
    let has_own = move || {
        let pictures = !state.own.list.read().is_empty() && !state.own.are_kept.get();
        let is_file = |source: &Source| matches!(source, Source::File { .. });
        let network = state.networks.running.read().as_ref().is_some_and(|running| is_file(&running.source));
        pictures || network || !state.shader.edits.read().is_empty()
    };
    let load = move |_| {
        let Some(keeper) = offline.keeper.get_value() else { return };
        let told = offline.tabs.get_untracked();
        keeper.clone().count_tabs(move |tabs| {
            offline.tabs.set(tabs);
            // Tabs that were opened since are not to be replaced unsaid.
            if tabs <= told.max(1) {
                keeper.take_newer();
            }
        });
    };
    let later = move |_| {
        offline.newer.set(false);
        focus_row();
    };
    view! {
        <div class="news" role="status">
            {move || offline.newer.get().then(|| {
                view! {
                    <p class="news-problem" data-testid="new-version">{move || offer(offline.tabs.get(), has_own())}</p>
                    <button type="button" class="button button-strong" data-testid="new-version-load" on:click=load>"Load it"</button>
                    <button type="button" class="button" on:click=later>"Later"</button>
                }
            })}
        </div>
    }
}
