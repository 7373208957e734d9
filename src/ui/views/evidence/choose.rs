//! Whose evidence is looked at: the most probable classes at hand, any other by its name, and the class that it is held
//! against.

use leptos::prelude::*;

use crate::page::evidence::{AGAINST, CLASS, by_name};
use crate::ui::engine::evidence::chosen;
use crate::ui::state::State;
use lambdascope_core::text::{label, percent};

/// Classes at hand.
const FIRST: usize = 5;

/// The two lists.
#[component]
pub fn Choose() -> impl IntoView {
    let state = State::here();
    let class = Memo::new(move |_| chosen(state).map(|chosen| chosen.class));
    let against = Memo::new(move |_| chosen(state).and_then(|chosen| chosen.against));
    view! {
        <div class="part-tools">
            <label class="intra evidence-list">
                <span>"Evidence for"</span>
                <Classes key=CLASS selected=class test_id="evidence-class" />
            </label>
            <label class="intra evidence-list">
                <span>"rather than"</span>
                <Classes key=AGAINST selected=against test_id="evidence-against" none="no other class: the logit itself" />
            </label>
        </div>
    }
}

/// All classes: the most probable first, then every one by its name.
#[component]
fn Classes(
    /// Its key in the address.
    key: &'static str,
    selected: Memo<Option<usize>>,
    test_id: &'static str,
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
    // Only where the first classes are others does another picture change them.
    let names = Memo::new(move |_| {
        let answer = state.answer.read();
        answer.as_ref().map(|answer| {
            let first: Vec<usize> = answer.predictions.iter().take(FIRST).map(|p| p.class).collect();
            by_name(answer).into_iter().filter(|(class, _)| !first.contains(class)).collect::<Vec<_>>()
        })
    });
    let others = move || names.get().into_iter().flatten().map(|(class, name)| option(class, name)).collect_view();
    let choose = move |event: web_sys::Event| {
        let value = event_target_value(&event);
        state.set_parameter(key, Some(value).filter(|value| !value.is_empty()));
    };
    view! {
        <select class="button" data-testid=test_id on:change=choose>
            {none.map(|none| view! { <option value="" prop:selected=move || selected.get().is_none()>{none}</option> })}
            <optgroup label="Most probable">{first}</optgroup>
            <optgroup label="All others, by name">{others}</optgroup>
        </select>
    }
}
