//! The text in its editor: a text area over its own coloured copy. Tab leaves it, as everywhere on the page.

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::page::wgsl::{Marks, html as coloured, line_at, start_of_line};
use crate::ui::browser;
use crate::ui::engine::shader;
use crate::ui::engine::shader::{Shown, edit, fault, source};
use crate::ui::state::{Phase, State};
use crate::ui::views::shader::equation::lit_part;
use crate::ui::views::shader::lit::Lit;
use lambdascope_core::shader_edit::Fault;

/// The id of the text area.
const EDITOR: &str = "shader-source";

/// The editor with its buttons and what is wrong with the text.
#[component]
pub fn Editor(shown: Memo<Option<Shown>>, lit: Lit) -> impl IntoView {
    let state = State::here();
    let area = NodeRef::<html::Textarea>::new();
    let text = Memo::new(move |_| shown.read().as_ref().map(|shown| source(state, shown)).unwrap_or_default());
    let is_edited =
        Memo::new(move |_| shown.read().as_ref().is_some_and(|shown| shown.step.source != text.read().as_str()));
    let checked = Memo::new(move |_| fault(state, &text.read()));
    let found = move || checked.get().flatten();
    let set = move |source: String| {
        if let Some(shown) = shown.get_untracked() {
            edit(state, &shown, source);
        }
    };
    let marks = move || {
        let part = lit_part(state, &shown, lit);
        let of_part = |part: &str| {
            let shown = shown.get()?;
            Some(shown.text?.lines(part, &text.read()))
        };
        let fault = found().and_then(|fault| Some((fault.place?.line - 1, fault.message)));
        Marks { lit: part.and_then(of_part).unwrap_or_default(), fault }
    };
    // What is chosen or lit comes into sight, unless the visitor is in the text.
    let kernel = Memo::new(move |_| shown.read().as_ref().map(|shown| (shown.layer, shown.index)));
    Effect::new(move |before: Option<Option<(usize, usize)>>| {
        let (kernel, part, area) = (kernel.get(), lit.part.get(), area.get());
        let area = area?;
        let is_new = before != Some(kernel);
        let first = untrack(|| {
            let shown = shown.get()?;
            let text = shown.text?;
            let part = part.or_else(|| is_new.then(|| text.parts.first().map(|part| part.id)).flatten())?;
            text.lines(part, &source(state, &shown)).first().copied()
        });
        if let Some(line) = first {
            scroll_to(&area, line);
        }
        kernel
    });
    let caret = move || {
        if let Some(area) = area.get_untracked() {
            let at = area.selection_start().ok().flatten().unwrap_or(0);
            lit.line.set(Some(line_at(&text.read_untracked(), at as usize)));
        }
    };
    let pointed = move |event: web_sys::PointerEvent| {
        let Some(area) = area.get_untracked() else { return };
        let lines = text.read_untracked().split('\n').count();
        let share = f64::from(event.offset_y()) / f64::from(area.client_height().max(1));
        lit.line.set(Some((share * lines as f64) as usize).filter(|line| *line < lines));
    };
    let pressed = move |event: web_sys::KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            shader::run(state);
        }
    };
    let tries = move || {
        let shown = shown.get()?;
        let row = shown.text?.tries.iter().map(|own| {
            let original = shown.step.source.clone();
            let apply = move |_| {
                let now = text.get_untracked();
                if let Some(source) = own.on(&now).filter(|source| *source != now).or_else(|| own.on(&original)) {
                    set(source);
                }
            };
            view! { <button type="button" class="button" data-testid="shader-try" on:click=apply>{own.text}</button> }
        });
        Some(row.collect_view())
    };
    let original = move |_| {
        if let Some(shown) = shown.get_untracked() {
            set(shown.step.source);
        }
    };
    let copied = RwSignal::new(String::new());
    let copy = move |_| {
        let text = text.get_untracked();
        leptos::task::spawn_local(async move {
            copied.set(match browser::copy(&text).await {
                Ok(()) => "Copied.".to_owned(),
                Err(cause) => {
                    if let Some(editor) = document().get_element_by_id(EDITOR) {
                        let editor: web_sys::HtmlTextAreaElement = editor.unchecked_into();
                        let _ = editor.focus();
                        editor.select();
                    }
                    format!("It was not copied: {cause}. The text is selected, ready to be copied by hand.")
                }
            });
        });
    };
    let is_ready = move || {
        state.phase.get() == Phase::Ready
            && !state.precomputed.get()
            && !state.shader.running.get()
            && found().is_none()
    };
    view! {
        <section class="shader-editor" aria-labelledby="shader-editor-title">
            <div class="shader-bar">
                <h3 id="shader-editor-title">
                    <label for=EDITOR>{move || shown.read().as_ref().map(|shown| format!("{}.wgsl", shown.step.kernel))}</label>
                </h3>
                <span class="shader-state" data-testid="shader-state" data-edited=move || is_edited.get().to_string()>
                    {move || if is_edited.get() { "edited" } else { "the original" }}
                </span>
                <div class="shader-actions">
                    <button type="button" class="button button-strong" data-testid="shader-run" disabled=move || !is_ready() title="Ctrl+Enter in the text" on:click=move |_| shader::run(state)>
                        {move || if state.shader.running.get() { "Running…" } else { "Run" }}
                    </button>
                    <button type="button" class="button" data-testid="shader-original" disabled=move || !is_edited.get() on:click=original>"Restore"</button>
                    <button type="button" class="button" data-testid="shader-copy" on:click=copy>"Copy WGSL"</button>
                    <span class="quiet" role="status">{copied}</span>
                </div>
            </div>
            <div class="shader-tries">
                <span class="quiet">"Try:"</span>
                {tries}
            </div>
            <div class="code" data-testid="shader-code">
                <div class="code-room">
                    <pre aria-hidden="true" inner_html=move || coloured(&text.read(), &marks())></pre>
                    <textarea
                        id=EDITOR
                        data-testid="shader-source"
                        spellcheck="false"
                        autocapitalize="off"
                        autocomplete="off"
                        wrap="off"
                        node_ref=area
                        prop:value=move || text.get()
                        aria-describedby="shader-fault shader-keys"
                        aria-invalid=move || found().is_some().to_string()
                        on:input=move |event| set(event_target_value(&event))
                        on:keydown=pressed
                        on:keyup=move |_| caret()
                        on:click=move |_| caret()
                        on:pointermove=pointed
                        on:pointerleave=move |_| lit.line.set(None)
                        on:blur=move |_| lit.line.set(None)
                    ></textarea>
                </div>
            </div>
            <div id="shader-fault" class="shader-fault" role="status" data-testid="shader-fault">
                {move || match checked.get() {
                    None => "Checking…".into_any(),
                    Some(None) if is_edited.get() => "naga finds nothing wrong with it.".into_any(),
                    Some(None) => "".into_any(),
                    Some(Some(fault)) => view! { <Said fault /> }.into_any(),
                }}
            </div>
            <p id="shader-keys" class="quiet">"Ctrl+Enter runs it, Tab leaves the text. Every loop in an edit ends after at most 65,536 turns, and an edit runs on a device of its own."</p>
        </section>
    }
}

/// What is wrong, with the way to its line.
#[component]
fn Said(fault: Fault) -> impl IntoView {
    let place = fault.place.map(|place| {
        let line = place.line - 1;
        view! {
            <button type="button" class="link-button" data-testid="shader-go" on:click=move |_| go_to(line)>
                {format!("Line {}, column {}", place.line, place.column)}
            </button>
            ": "
        }
    });
    let notes =
        (!fault.notes.is_empty()).then(|| view! { <span class="quiet">" (" {fault.notes.join("; ")} ")"</span> });
    view! {
        <span class="shader-wrong">{place} {fault.message}</span>
        {notes}
    }
}

/// Puts the caret at the start of a line, which counts from 0, and the line into sight.
pub fn go_to(line: usize) {
    let Some(area) =
        document().get_element_by_id(EDITOR).and_then(|area| area.dyn_into::<web_sys::HtmlTextAreaElement>().ok())
    else {
        return;
    };
    let text = area.value();
    let at = start_of_line(&text, line) as u32;
    // A caret that cannot be placed stays where it was.
    let _ = area.focus();
    let _ = area.set_selection_range(at, at);
    scroll_to(&area, line);
}

/// Brings a line, which counts from 0, into sight within the editor, unless it is.
fn scroll_to(area: &web_sys::HtmlTextAreaElement, line: usize) {
    let text = area.value();
    if let Some(room) = area.closest(".code").ok().flatten() {
        let lines = text.split('\n').count().max(1);
        let top = f64::from(area.client_height()) * line as f64 / lines as f64;
        let (from, height) = (f64::from(room.scroll_top()), f64::from(room.client_height()));
        if top < from || top > from + height * 0.9 {
            room.set_scroll_top((top - height / 3.0).max(0.0) as i32);
        }
        room.set_scroll_left(0);
    }
}
