//! The networks that come with the page, as buttons in groups of equal training: one press fetches a network and runs it on
//! the picture on screen.

use leptos::prelude::*;

use crate::page::networks::{Availability, availability, length_sentence, length_title};
use crate::ui::engine::loads;
use crate::ui::shell::networks::hash::Hash;
use crate::ui::shell::networks::public::word;
use crate::ui::shell::offline::WorksOffline;
use crate::ui::state::{Phase, State};
use lambdascope_core::catalogue::Source;
use lambdascope_core::catalogue::family::{EquallyLong, Member, equally_long};
use lambdascope_core::text::{bytes, grouped};

/// The groups.
#[component]
pub fn Family() -> impl IntoView {
    let state = State::here();
    let hash = move || {
        let running = state.networks.running.get()?;
        matches!(running.source, Source::Shipped { .. }).then(|| view! { <Hash hash=running.card.sha256 /> })
    };
    view! {
        <div class="family" role="group" aria-labelledby="family-title" data-testid="family">
            <h2 id="family-title" class="list-title">"Trained by this project"</h2>
            {equally_long().into_iter().map(|group| view! { <Group group /> }).collect_view()}
            {hash}
            <WorksOffline />
        </div>
    }
}

/// The networks that can be compared with each other.
#[component]
fn Group(group: EquallyLong) -> impl IntoView {
    let title = format!("family-{}", group.epochs);
    let sentence = format!("{title}-sentence");
    view! {
        <div
            class="family-group"
            role="group"
            aria-labelledby=title
            aria-describedby=sentence
            data-testid="family-group"
            data-epochs=group.epochs.to_string()
        >
            <h3 id=title.clone()>{length_title(&group)}</h3>
            <p id=sentence.clone() class="quiet">{length_sentence(&group)}</p>
            <div class="family-members">
                {group.members.into_iter().map(|member| view! { <MemberButton member /> }).collect_view()}
            </div>
        </div>
    }
}

#[component]
fn MemberButton(member: &'static Member) -> impl IntoView {
    let state = State::here();
    let networks = state.networks;
    let stands = Memo::new(move |_| {
        let here = networks.offers.read().as_ref().is_some_and(|offers| offers.kept.contains(&member.name));
        availability(&member.source(), here, networks.running.read().as_ref(), networks.loading.read().as_ref())
    });
    let size = move || {
        let size = bytes(member.bytes);
        if stands.get() == Availability::Away { size } else { format!("{size}, on this device") }
    };
    let tag = move || match stands.get() {
        Availability::Running => "Running",
        Availability::Loading => "On its way",
        Availability::Here | Availability::Away => "",
    };
    // Where the engine cannot start with one network, another one may still run.
    let waits = move || matches!(*state.phase.read(), Phase::Starting | Phase::Loading { .. });
    let press = move |_| match stands.get_untracked() {
        Availability::Here | Availability::Away => loads::load(state, member.source(), None),
        // Whoever goes back to the network on screen wants no other.
        Availability::Running => loads::cancel(state),
        Availability::Loading => {}
    };
    view! {
        <button
            type="button"
            class="member"
            data-testid="member"
            data-network=member.name.as_str()
            data-standing=move || word(stands.get())
            aria-pressed=move || if stands.get() == Availability::Running { "true" } else { "false" }
            prop:disabled=waits
            on:click=press
        >
            <span class="member-head">
                <span class="member-title">{member.title.as_str()}</span>
                " "
                <span class="member-tag">{tag}</span>
            </span>
            " "
            <span class="member-facts">
                <span class="member-changed">{member.changed.as_str()}" "</span>
                <span class="member-numbers">
                    <span data-testid="member-accuracy">
                        <strong>{format!("{:.1}\u{a0}%", member.accuracy.top1 * 100.0)}</strong>
                        {format!(" of {} pictures right, after {} epochs", grouped(member.accuracy.images), member.training.epochs)}
                    </span>
                    " "
                    <span data-testid="member-size">{size}</span>
                </span>
            </span>
        </button>
    }
}
