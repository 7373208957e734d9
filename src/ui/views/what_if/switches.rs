//! Content and position of every lambda layer, and the heads of the one on screen, as switches.

use leptos::prelude::*;

use crate::page::what_if::set;
use crate::ui::engine::what_if::{change, fitting};
use crate::ui::state::State;
use lambdascope_explain::views::positions::has_positions;

/// A layer's name, and whether it has content and position lambdas to switch.
type Layer = (String, bool, bool);

/// The table of layers and the row of heads.
#[component]
pub fn Switches() -> impl IntoView {
    let state = State::here();
    let layers = Memo::new(move |_| {
        let answer = state.answer.read();
        let lambdas = answer.iter().flat_map(|answer| &answer.trace.layers).filter_map(|layer| layer.as_lambda());
        lambdas.map(|layer| (layer.name.clone(), layer.content, has_positions(layer))).collect::<Vec<Layer>>()
    });
    view! {
        <section class="what-if-part" aria-labelledby="switches-title">
            <h3 id="switches-title">"Lambda layers"</h3>
            <table class="switches" data-testid="switches">
                <thead>
                    <tr><th scope="col">"layer"</th><th scope="col">"content λᶜ"</th><th scope="col">"position λᵖ"</th></tr>
                </thead>
                <tbody>
                    {move || {
                        let layers = layers.get();
                        let all: Vec<Layer> = layers.clone();
                        let single = layers.into_iter().map(|layer| row(state, layer.0.clone(), vec![layer]));
                        let every = (all.len() > 1).then(|| row(state, "all layers".to_owned(), all));
                        every.into_iter().chain(single).collect_view()
                    }}
                </tbody>
            </table>
            <Heads />
        </section>
    }
}

/// One row: what it switches is switched in all of its layers.
fn row(state: State, title: String, layers: Vec<Layer>) -> impl IntoView {
    let switch = |is_content: bool| {
        let has = |layer: &&Layer| if is_content { layer.1 } else { layer.2 };
        let names: Vec<String> = layers.iter().filter(has).map(|layer| layer.0.clone()).collect();
        let word = if is_content { "content" } else { "position" };
        let name = format!("{word}, {title}");
        if names.is_empty() {
            return view! { <td>"none"</td> }.into_any();
        }
        let test_id = format!("{word}-{}", title.replace(' ', "-"));
        let own = names.clone();
        let is_on = move || {
            let changes = fitting(state);
            let on = |name: &String| {
                let edit = changes.layer(name);
                if is_content { edit.content } else { edit.position }
            };
            own.iter().all(on)
        };
        view! {
            <td>
                <label class="switch">
                    <input
                        type="checkbox"
                        aria-label=name
                        data-testid=test_id
                        prop:checked=is_on
                        on:change=move |event| {
                            let is_on = event_target_checked(&event);
                            change(state, |changes| {
                                for name in &names {
                                    changes.change(name, |edit| {
                                        if is_content { edit.content = is_on } else { edit.position = is_on }
                                    });
                                }
                            });
                        }
                    />
                </label>
            </td>
        }
        .into_any()
    };
    let (content, position) = (switch(true), switch(false));
    view! { <tr><th scope="row">{title}</th>{content}{position}</tr> }
}

/// The heads of the layer on screen.
#[component]
fn Heads() -> impl IntoView {
    let state = State::here();
    let shown = Memo::new(move |_| {
        state.with_layer(|layer| layer.as_lambda().map(|layer| (layer.name.clone(), layer.dims.heads))).flatten()
    });
    let one = move |name: String, head: usize| {
        let own = name.clone();
        let speaks = move || !fitting(state).layer(&own).silenced.contains(&head);
        view! {
            <label class="switch">
                <input
                    type="checkbox"
                    data-testid=format!("head-{head}")
                    prop:checked=speaks
                    on:change=move |event| {
                        let is_silent = !event_target_checked(&event);
                        change(state, |changes| changes.change(&name, |edit| set(&mut edit.silenced, &[head], is_silent)));
                    }
                />
                {head}
            </label>
        }
    };
    move || {
        shown.get().map(|(name, heads)| {
            view! {
                <fieldset class="heads" data-testid="heads">
                    <legend>{format!("Heads of {name}")}</legend>
                    {(0..heads).map(|head| one(name.clone(), head)).collect_view()}
                </fieldset>
            }
        })
    }
}
