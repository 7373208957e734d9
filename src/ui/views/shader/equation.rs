//! The equation of a step, its parts joined to the lines that compute them.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::ui::engine::shader::{Shown, source};
use crate::ui::state::State;
use crate::ui::views::shader::lit::Lit;

/// The equation and its parts in words.
#[component]
pub fn Equation(shown: Memo<Option<Shown>>, lit: Lit) -> impl IntoView {
    let state = State::here();
    let part = Memo::new(move |_| lit_part(state, &shown, lit));
    let equation = move || {
        let text = shown.read().as_ref()?.text?;
        let marked = match part.get() {
            Some(part) => text.equation.replace(
                &format!("<mrow data-part=\"{part}\">"),
                &format!("<mrow class=\"part-lit\" data-part=\"{part}\">"),
            ),
            None => text.equation.to_owned(),
        };
        Some(format!("<math display=\"block\">{marked}</math>"))
    };
    let pointed = move |event: web_sys::PointerEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let over = target.and_then(|target| target.closest("[data-part]").ok().flatten());
        let id = over.and_then(|over| over.get_attribute("data-part"));
        let parts = shown.read_untracked().as_ref().and_then(|shown| shown.text).map_or(&[][..], |text| text.parts);
        lit.part.set(id.and_then(|id| parts.iter().find(|part| part.id == id)).map(|part| part.id));
    };
    let parts = move || {
        let shown = shown.get()?;
        let text = shown.text?;
        let source = source(state, &shown);
        let row = text.parts.iter().map(|own| {
            let lines = text.lines(own.id, &source);
            let first = lines.first().copied();
            let lines: Vec<String> = ranges(&lines);
            let place = match lines.len() {
                0 => "no longer in the text".to_owned(),
                1 if !lines[0].contains('–') => format!("line {}", lines[0]),
                _ => format!("lines {}", lines.join(", ")),
            };
            view! {
                <li>
                    <button
                        type="button"
                        class="shader-part"
                        class:part-lit=move || part.get() == Some(own.id)
                        data-testid=format!("part-{}", own.id)
                        on:pointerenter=move |_| lit.part.set(Some(own.id))
                        on:pointerleave=move |_| lit.part.set(None)
                        on:focus=move |_| lit.part.set(Some(own.id))
                        on:blur=move |_| lit.part.set(None)
                        on:click=move |_| if let Some(line) = first { crate::ui::views::shader::editor::go_to(line) }
                    >
                        <span>{own.text}</span>
                        <span class="quiet">{place}</span>
                    </button>
                </li>
            }
        });
        Some(row.collect_view())
    };
    view! {
        <section class="shader-equation" aria-labelledby="shader-title">
            <h3 id="shader-title">{move || shown.read().as_ref().map(|shown| shown.text.map_or(shown.step.kernel.clone(), |text| text.title.to_owned()))}</h3>
            // It takes the focus because it scrolls where the window is too narrow for it.
            <div class="shader-math" data-testid="shader-equation" tabindex="0" role="group" aria-label="Equation" inner_html=equation on:pointermove=pointed on:pointerleave=move |_| lit.part.set(None)></div>
            <ul class="shader-parts">{parts}</ul>
            {move || shown.read().as_ref().and_then(|shown| shown.text).map(|text| view! {
                <details class="fold" open=true>
                    <summary>"In PyTorch"</summary>
                    <pre class="shader-pytorch" data-testid="shader-pytorch" tabindex="0" aria-label="The same in PyTorch">{text.pytorch.trim_end()}</pre>
                </details>
            })}
        </section>
    }
}

/// The part that is lit: the one that is pointed at, else that of the line.
pub fn lit_part(state: State, shown: &Memo<Option<Shown>>, lit: Lit) -> Option<&'static str> {
    let of_line = || {
        let shown = shown.get()?;
        let source = source(state, &shown);
        let line = source.lines().nth(lit.line.get()?)?;
        shown.text?.part_of(line)
    };
    lit.part.get().or_else(of_line)
}

/// Lines that count from 0 as ranges that count from 1.
fn ranges(lines: &[usize]) -> Vec<String> {
    let mut found: Vec<[usize; 2]> = Vec::new();
    for line in lines.iter().map(|line| line + 1) {
        match found.last_mut() {
            Some([_, last]) if *last + 1 == line => *last = line,
            _ => found.push([line, line]),
        }
    }
    found
        .iter()
        .map(|[first, last]| if first == last { first.to_string() } else { format!("{first}–{last}") })
        .collect()
}
