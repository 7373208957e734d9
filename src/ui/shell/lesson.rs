//! A lesson's page: what the address leaves out, the page shown to a room, a figure in a frame, the frame's height for the
//! page around it.

use leptos::prelude::*;
use leptos::{ev, html};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;

use crate::page::lesson::FrameFigure;
use crate::ui::state::State;
use crate::ui::views::lens::beside::BesideMaps;
use crate::ui::views::lens::map::MapPanel;
use crate::ui::widgets::query_grid::QueryGrid;
use lambdascope_explain::read::reading::MapKind;

/// Tells the style sheets what is left out and whether the page is shown to a room.
pub fn connect(state: State) {
    let set = |name: &str, value: Option<String>| {
        if let Some(root) = document().document_element() {
            let _ = match value {
                Some(value) => root.set_attribute(name, &value),
                None => root.remove_attribute(name),
            };
        }
    };
    Effect::new(move |_| {
        let lesson = state.lesson.read();
        set("data-hide", lesson.hidden_text().map(|names| names.replace('.', " ")));
        set("data-present", lesson.presents.then(String::new));
    });
}

/// While the page is shown to a room: a ring round the pointer, and the way out.
#[component]
pub fn Presenting() -> impl IntoView {
    let state = State::here();
    let presents = Memo::new(move |_| state.lesson.read().presents);
    let leave = move || state.lesson.update(|lesson| lesson.presents = false);
    let pressed = window_event_listener(ev::keydown, move |event| {
        if event.key() == "Escape" && presents.get_untracked() {
            leave();
        }
    });
    on_cleanup(move || pressed.remove());
    move || {
        presents.get().then(|| {
            view! {
                <Pointer />
                <button type="button" class="button present-leave" data-testid="present-leave" on:click=move |_| leave()>
                    "Stop (Esc)"
                </button>
            }
        })
    }
}

/// The ring.
#[component]
fn Pointer() -> impl IntoView {
    let at = RwSignal::new(None::<[i32; 2]>);
    let moved = window_event_listener(ev::pointermove, move |event| at.set(Some([event.client_x(), event.client_y()])));
    on_cleanup(move || moved.remove());
    move || {
        at.get().map(|[x, y]| {
            view! { <div class="present-pointer" aria-hidden="true" style:transform=format!("translate({x}px, {y}px)")></div> }
        })
    }
}

/// One drawing of the lens, with a heading and no prose.
#[component]
pub fn FigureFrame(figure: FrameFigure) -> impl IntoView {
    let drawing = match figure {
        FrameFigure::Picture => view! { <QueryGrid /> }.into_any(),
        FrameFigure::Content => view! { <MapPanel kind=MapKind::Content /> }.into_any(),
        FrameFigure::Position => view! { <MapPanel kind=MapKind::Position /> }.into_any(),
        FrameFigure::Total => view! { <MapPanel kind=MapKind::Total /> }.into_any(),
        FrameFigure::Networks => view! { <BesideMaps /> }.into_any(),
    };
    view! {
        <section class="frame-figure" aria-labelledby="frame-title" data-testid="frame-figure">
            <h1 id="frame-title">{figure.heading()}</h1>
            {drawing}
        </section>
    }
}

/// Tells the page around a frame how high this one is, whenever that changes, as `{ lambdascope: { height } }` in CSS pixels.
/// It tells nothing else, so whoever frames it may hear it.
pub fn post_height(main: NodeRef<html::Main>) {
    let told = StoredValue::new(0);
    let tell = move || {
        let Some(height) = main.get_untracked().map(|main| main.scroll_height()) else { return };
        let parent = window().parent().ok().flatten();
        let (Some(parent), true) = (parent, told.get_value() != height) else { return };
        told.set_value(height);
        let (message, inner) = (js_sys::Object::new(), js_sys::Object::new());
        let filled = js_sys::Reflect::set(&inner, &"height".into(), &height.into())
            .and_then(|_| js_sys::Reflect::set(&message, &"lambdascope".into(), &inner))
            .and_then(|_| parent.post_message(&message, "*"));
        if filled.is_err() {
            leptos::logging::warn!("the page around this frame was not told its height");
        }
    };
    Effect::new(move |_| {
        let Some(main) = main.get() else { return };
        let resized = Closure::<dyn FnMut()>::new(tell);
        match web_sys::ResizeObserver::new(resized.as_ref().unchecked_ref()) {
            Ok(observer) => observer.observe(&main),
            Err(_) => leptos::logging::warn!("this browser does not tell when a frame's height changes"),
        }
        // As long as the page.
        resized.forget();
        tell();
    });
}
