//! A row of mutually exclusive choices: native radio buttons, so that keyboard and screen readers know them.

use leptos::prelude::*;

/// One choice: its text, what stands for it where there is little room, and a longer explanation for those who ask.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    pub text: String,
    pub icon: Option<&'static str>,
    pub hint: String,
}

impl Item {
    /// An item whose text says it all.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), icon: None, hint: String::new() }
    }

    /// An item with an explanation.
    pub fn new(text: &str, hint: &str) -> Self {
        Self { text: text.into(), icon: None, hint: hint.into() }
    }

    /// An item for which a sign stands where there is little room.
    pub fn with_icon(text: &str, icon: &'static str) -> Self {
        Self { text: text.into(), icon: Some(icon), hint: text.into() }
    }
}

/// The row. `name` is also the test id and must be unique on the page.
#[component]
pub fn Choice(
    name: &'static str,
    legend: &'static str,
    #[prop(into)] items: Signal<Vec<Item>>,
    #[prop(into)] selected: Signal<usize>,
    on_choose: impl Fn(usize) + Copy + Send + 'static,
    #[prop(optional)] legend_hidden: bool,
) -> impl IntoView {
    let option = move |(index, item): (usize, Item)| {
        view! {
            <label class="choice-item" title=item.hint>
                <input
                    type="radio"
                    name=name
                    value=index.to_string()
                    prop:checked=move || selected.get() == index
                    on:change=move |_| on_choose(index)
                />
                {item.icon.map(|icon| view! { <span class="choice-icon" aria-hidden="true">{icon}</span> })}
                <span class:wide-only=item.icon.is_some()>{item.text}</span>
            </label>
        }
    };
    view! {
        <fieldset class="choice" data-testid=name>
            <legend class:hidden=legend_hidden><span>{legend}</span></legend>
            <div class="choice-items">
                {move || items.get().into_iter().enumerate().map(option).collect_view()}
            </div>
        </fieldset>
    }
}
