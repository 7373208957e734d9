//! The crop of an own picture: a square that is moved and sized by pointer, keys or buttons, so that what matters in a panorama
//! is not cut off.

use std::time::Duration;

use leptos::html;
use leptos::prelude::*;

use crate::page::place::Move;
use crate::ui::state::debounce::Debounce;
use crate::ui::state::{PictureChoice, State};
use lambdascope_core::picture::Region;

/// After the last change, before the network runs on it.
const PAUSE: Duration = Duration::from_millis(200);
/// A step of keys and buttons, as a share of the picture's shorter side.
const STEP: f32 = 0.03;
/// All of the shorter side; where it lies is known once the tool has the picture.
const WHOLE: Region = Region { left: 0.0, top: 0.0, side: 1.0 };

/// The button, and the tool once it was pressed; nothing for samples.
#[component]
pub fn Crop() -> impl IntoView {
    let state = State::here();
    // Of whatever part, so that the tool stays while its crop changes.
    let own = Memo::new_with_compare(
        move |_| state.picture.get().filter(|picture| matches!(picture, PictureChoice::Own { .. })),
        |before, now| match (before, now) {
            (Some(Some(before)), Some(Some(now))) => {
                !before.is_of_file(now) || before.region().is_some() != now.region().is_some()
            }
            _ => true,
        },
    );
    move || {
        own.get().map(|picture| {
            let tool = match (picture.region(), untrack(|| state.own.url(&picture))) {
                (Some(region), Some(url)) => view! { <Tool picture url region /> }.into_any(),
                _ => {
                    let open = move |_| look(state, &picture, Some(WHOLE));
                    view! {
                        <button type="button" class="button" data-testid="crop" on:click=open>
                            "Adjust the crop"
                        </button>
                    }
                    .into_any()
                }
            };
            view! { <div class="crop-tool">{tool}</div> }
        })
    }
}

/// Looks at another part of a picture from now on; runs it if it is still the chosen one.
fn look(state: State, picture: &PictureChoice, region: Option<Region>) {
    let changed = state.own.look_at(picture, region);
    if state.picture.read_untracked().as_ref().is_some_and(|now| now.is_of_file(picture)) {
        state.picture.set(Some(changed));
    }
}

#[component]
fn Tool(picture: PictureChoice, url: String, region: Region) -> impl IntoView {
    let state = State::here();
    let frame = NodeRef::<html::Div>::new();
    let size = RwSignal::new(None::<[f32; 2]>);
    let region = RwSignal::new(region);
    let picture = StoredValue::new(picture);
    let debounce = Debounce::new();
    let change = move |to: Region| {
        region.set(to);
        // At once, so that it is not lost to another choice; only running it waits.
        let changed = picture.with_value(|picture| state.own.look_at(picture, Some(to)));
        debounce.after(PAUSE, move || look(state, &changed, Some(to)));
    };
    let loaded = move |event: web_sys::Event| {
        let picture = event_target::<web_sys::HtmlImageElement>(&event);
        let own = [picture.natural_width() as f32, picture.natural_height() as f32];
        let is_first = size.get_untracked().is_none();
        size.set(Some(own));
        // The tool opens in the middle.
        if is_first && region.get_untracked() == WHOLE && own[0] != own[1] {
            change(Region::middle(own));
        }
    };
    let by = move |[x, y]: [f32; 2]| {
        if let Some(size) = size.get_untracked() {
            let step = STEP * size[0].min(size[1]);
            change(region.get_untracked().moved(size, [x * step, y * step]));
        }
    };
    let grow = move |steps: f32| {
        if let Some(size) = size.get_untracked() {
            let now = region.get_untracked();
            change(now.sized(size, now.side + steps * STEP));
        }
    };
    let pressed = move |event: web_sys::KeyboardEvent| {
        if event.alt_key() || event.meta_key() || event.ctrl_key() {
            return;
        }
        match (event.key().as_str(), Move::of_key(&event.key(), event.shift_key(), false)) {
            ("+" | "=", _) => grow(1.0),
            ("-" | "−", _) => grow(-1.0),
            (_, Some(Move::By(down, right))) => by([right as f32, down as f32]),
            _ => return,
        }
        event.prevent_default();
    };
    // Where the pointer took hold, and of what.
    let held = StoredValue::new(None::<([f32; 2], Region)>);
    let at = |event: &web_sys::PointerEvent| [event.client_x() as f32, event.client_y() as f32];
    let take = move |event: web_sys::PointerEvent| {
        held.set_value(Some((at(&event), region.get_untracked())));
        if let Some(frame) = frame.get_untracked() {
            // Without it the square stops where the pointer leaves it.
            let _ = frame.set_pointer_capture(event.pointer_id());
        }
    };
    let drag = move |event: web_sys::PointerEvent| {
        let (Some(([x, y], from)), Some(size), Some(frame)) =
            (held.get_value(), size.get_untracked(), frame.get_untracked())
        else {
            return;
        };
        // Pixels of the picture to one of the screen.
        let scale = from.side * size[0].min(size[1]) / (frame.client_width() as f32).max(1.0);
        let [to_x, to_y] = at(&event);
        change(from.moved(size, [(to_x - x) * scale, (to_y - y) * scale]));
    };
    let style = move || {
        let [width, height] = size.get().unwrap_or([1.0, 1.0]);
        let Region { left, top, side } = region.get();
        let share = side * width.min(height) / width;
        format!("left: {}%; top: {}%; width: {}%", left * 100.0, top * 100.0, share * 100.0)
    };
    let said = move || {
        let Region { left, top, side } = region.get();
        let percent = |share: f32| (share * 100.0).round();
        format!(
            "Crop: {} % from the left, {} % from the top, side {} % of the shorter side. Arrow keys move it, plus and minus size it.",
            percent(left),
            percent(top),
            percent(side)
        )
    };
    let button = move |text: &'static str, name: &'static str, steps: f32| {
        view! { <button type="button" class="nudge" aria-label=format!("{text} {name}") title=name on:click=move |_| grow(steps)>{text}</button> }
    };
    view! {
        <div class="crop-picture">
            <img src=url alt="" on:load=loaded />
            <div
                class="crop-frame"
                data-testid="crop-frame"
                tabindex="0"
                role="application"
                aria-roledescription="crop"
                aria-label=said
                style=style
                node_ref=frame
                on:keydown=pressed
                on:pointerdown=take
                on:pointermove=drag
                on:pointerup=move |_| held.set_value(None)
                on:pointercancel=move |_| held.set_value(None)
            ></div>
        </div>
        <div class="own">
            {button("−", "smaller crop", -3.0)}
            {button("+", "larger crop", 3.0)}
            <button type="button" class="button" data-testid="crop-usual" on:click=move |_| {
                debounce.cancel();
                picture.with_value(|picture| look(state, picture, None));
            }>
                "The usual crop"
            </button>
        </div>
    }
}
