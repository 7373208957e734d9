//! The crop as the changed network sees it, with the brush: for the picture's own cells, or for the context of the layer on
//! screen.

use leptos::html;
use leptos::prelude::*;

use crate::page::what_if::set;
use crate::ui::browser;
use crate::ui::engine::what_if::{change, fitting};
use crate::ui::state::State;
use crate::ui::views::what_if::brush::Brush;
use crate::ui::widgets::choice::{Choice, Item};
use lambdascope_core::nn::mask::Mask;
use lambdascope_core::picture::{CELLS, Picture};
use lambdascope_core::text::whole;
use lambdascope_explain::figures::pixels::picture_rgba;

/// Picture and brush.
#[component]
pub fn PictureBrush() -> impl IntoView {
    let state = State::here();
    let wants_context = RwSignal::new(false);
    // The layer whose context can be erased: its name and the context's rows and columns.
    let layer = Memo::new(move |_| {
        let context = |layer: &lambdascope_core::nn::trace::LambdaTrace| {
            // A mask that the layer has by itself cannot be painted over.
            let dims = &layer.dims;
            (layer.mask == Mask::None).then(|| (layer.name.clone(), [dims.context_height, dims.context_width]))
        };
        state.with_layer(|layer| layer.as_lambda().and_then(context)).flatten()
    });
    let context = Memo::new(move |_| layer.get().filter(|_| wants_context.get()));
    let changes = Memo::new(move |_| fitting(state));
    let size = Signal::derive(move || context.read().as_ref().map_or([CELLS; 2], |(_, size)| *size));
    let marked = Signal::derive(move || match context.read().as_ref() {
        Some((name, _)) => changes.read().layer(name).erased,
        None => changes.read().picture.erased.clone(),
    });
    let label = Signal::derive(move || match context.read().as_ref() {
        Some((name, [rows, columns])) => format!("Context of {name}, {rows} rows by {columns} columns"),
        None => format!("Picture, {CELLS} rows by {CELLS} columns of cells"),
    });
    let veiled = Signal::derive(move || context.read().is_some());
    let paint = move |(cells, is_erased): (Vec<usize>, bool)| {
        let name = context.get_untracked().map(|(name, _)| name);
        change(state, |changes| match name {
            Some(name) => changes.change(&name, |edit| set(&mut edit.erased, &cells, is_erased)),
            None => set(&mut changes.picture.erased, &cells, is_erased),
        });
    };
    let shift = move |[down, right]: [i32; 2]| {
        let side = state.answer.read_untracked().as_ref().map_or(0, |answer| answer.side as i32);
        change(state, |changes| {
            let [y, x] = changes.picture.shift;
            changes.picture.shift = [y.saturating_add(down), x.saturating_add(right)].map(|at| at.clamp(-side, side));
        });
    };
    let canvas = NodeRef::<html::Canvas>::new();
    Effect::new(move |_| {
        let (Some(canvas), Some(answer)) = (canvas.get(), state.answer.get()) else { return };
        let (width, height) = (answer.side, answer.side);
        let edited = changes.read().picture.apply(&Picture { width, height, rgb: answer.crop.clone() });
        browser::draw(&canvas, width, height, &picture_rgba(&edited.rgb));
    });
    let moved = move || {
        let [down, right] = changes.read().picture.shift.map(|by| whole(by as isize));
        format!("moved by ({down}, {right}) pixels")
    };
    let says = move || {
        match (context.get(), layer.get()) {
        (Some((name, _)), _) => {
            format!("No query of {name} sees an erased cell: the keys’ softmax runs over what is left. Other layers see everything.")
        }
        (None, Some(_)) => "An erased cell takes the picture’s mean colour before the network sees it.".to_owned(),
        (None, None) => {
            "An erased cell takes the picture’s mean colour. The layer on screen has no context of its own that can be erased.".to_owned()
        }
    }
    };
    let nudge = move |text: &'static str, name: &'static str, by: [i32; 2]| {
        view! {
            <button type="button" class="nudge" aria-label=name title=name on:click=move |_| shift(by)>{text}</button>
        }
    };
    view! {
        <section class="what-if-part what-if-picture" aria-labelledby="brush-title">
            <h3 id="brush-title">"Erase"</h3>
            <Choice
                name="brush-select"
                legend="Brush on"
                items=Signal::derive(move || {
                    let context = layer.get().map(|(name, _)| Item::plain(format!("context of {name}")));
                    std::iter::once(Item::plain("picture")).chain(context).collect()
                })
                selected=Signal::derive(move || usize::from(context.read().is_some()))
                on_choose=move |index| wants_context.set(index == 1)
            />
            <div class="what-if-canvas">
                <Brush size marked label veiled on_paint=paint on_shift=shift>
                    <canvas class="crop" width="1" height="1" node_ref=canvas aria-hidden="true"></canvas>
                </Brush>
            </div>
            <p class="quiet">{says}</p>
            <div class="nudges" role="group" aria-label="Move the picture">
                {nudge("←", "Picture one pixel left", [0, -1])} {nudge("↑", "Picture one pixel up", [-1, 0])}
                {nudge("↓", "Picture one pixel down", [1, 0])} {nudge("→", "Picture one pixel right", [0, 1])}
            </div>
            <p class="quiet" data-testid="picture-moved">{moved}</p>
        </section>
    }
}
