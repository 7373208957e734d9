//! Whose evidence is looked at: the most probable classes at hand, any other by its name, and the class that it is held
//! against.

use leptos::prelude::*;

use crate::page::evidence::{AGAINST, CLASS, by_name, found};
use crate::ui::engine::evidence::chosen;
use crate::ui::state::State;
use lambdascope_core::text::{label, percent};

/// Classes at hand.
const FIRST: usize = 5;

/// Up to so many classes are found at a glance.
const LISTED: usize = 20;

/// The two lists.
#[component]
pub fn Choose() -> impl IntoView {
    let state = State::here();
    let class = Memo::new(move |_| chosen(state).map(|chosen| chosen.class));
    let against = Memo::new(move |_| chosen(state).and_then(|chosen| chosen.against));
    view! {
        <div class="part-tools">
            <div class="intra evidence-list">
                <label for="evidence-class">"Evidence for"</label>
                <Classes key=CLASS selected=class id="evidence-class" />
            </div>
            <div class="intra evidence-list">
                <label for="evidence-against">"rather than"</label>
                <Classes key=AGAINST selected=against id="evidence-against" none="no other class: the logit itself" />
            </div>
        </div>
    }
}

/// All classes: the most probable first, then every one by its name.
#[component]
fn Classes(
    /// Its key in the address.
    key: &'static str,
    selected: Memo<Option<usize>>,
    /// The list's id in the document and in tests.
    id: &'static str,
    /// The text of the choice of none, where that is one.
    #[prop(optional)]
    none: Option<&'static str>,
) -> impl IntoView {
    let state = State::here();
    let option = move |class: usize, text: String| {
        view! { <option value=class.to_string() prop:selected=move || selected.get() == Some(class)>{text}</option> }
    };
    let first = move || {
        let answer = state.answer.read();
        let predictions = answer.iter().flat_map(|answer| answer.predictions.iter().take(FIRST));
        predictions.map(|p| option(p.class, format!("{}, {}", label(&p.label), percent(p.probability)))).collect_view()
    };
    // Another picture does not change them, and only its first classes are not among the others.
    let names = Memo::new(move |_| state.answer.read().as_deref().map(by_name).unwrap_or_default());
    let at_hand = Memo::new(move |_| {
        let answer = state.answer.read();
        answer.iter().flat_map(|answer| answer.predictions.iter().take(FIRST)).map(|p| p.class).collect::<Vec<_>>()
    });
    let sought = RwSignal::new(String::new());
    let matching = Memo::new(move |_| found(&names.read(), &sought.read()));
    let others = move || {
        let (matching, at_hand, selected) = (matching.get(), at_hand.get(), selected.get());
        // What is chosen stays in the list, whatever is sought.
        let kept = names.get().into_iter().find(|(class, _)| selected == Some(*class));
        let kept = kept.filter(|kept| !matching.contains(kept));
        let all = matching.into_iter().chain(kept).filter(|(class, _)| !at_hand.contains(class));
        all.map(|(class, name)| option(class, name)).collect_view()
    };
    let is_long = Memo::new(move |_| names.read().len() > LISTED);
    let take_first = move |event: web_sys::KeyboardEvent| {
        if event.key() == "Enter"
            && let Some((class, _)) = matching.read_untracked().first()
        {
            event.prevent_default();
            state.set_parameter(key, Some(class.to_string()));
        }
    };
    let count = move || match matching.read().len() {
        _ if sought.read().trim().is_empty() => String::new(),
        0 => "no class has this in its name".to_owned(),
        1 => "1 class, Enter takes it".to_owned(),
        count => format!("{count} classes, Enter takes the first"),
    };
    let choose = move |event: web_sys::Event| {
        let value = event_target_value(&event);
        state.set_parameter(key, Some(value).filter(|value| !value.is_empty()));
    };
    view! {
        <Show when=move || is_long.get()>
            <input
                type="search"
                class="button evidence-search"
                placeholder="Find a class by name"
                aria-label="Find a class by name; Enter takes the first that is found"
                data-testid=format!("{id}-search")
                prop:value=sought
                on:input=move |event| sought.set(event_target_value(&event))
                on:keydown=take_first
            />
            <small class="quiet" role="status">{count}</small>
        </Show>
        <select class="button" id=id data-testid=id on:change=choose>
            {none.map(|none| view! { <option value="" prop:selected=move || selected.get().is_none()>{none}</option> })}
            <optgroup label="Most probable">{first}</optgroup>
            <optgroup label="All others, by name">{others}</optgroup>
        </select>
    }
}
