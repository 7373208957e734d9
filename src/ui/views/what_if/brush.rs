//! A grid that is painted on: by pointer or touch in strokes, by keyboard cell by cell.

use std::collections::BTreeSet;

use leptos::html;
use leptos::prelude::*;

use crate::page::place::Move;
use crate::ui::widgets::overlay::{Marks, cell_at, ring};
use lambdascope_core::text;

/// The grid over what it is given as children. A stroke begun on a free cell marks, one begun on a marked cell frees.
#[component]
pub fn Brush(
    #[prop(into)] size: Signal<[usize; 2]>,
    /// Marked cells, row by row.
    #[prop(into)]
    marked: Signal<Vec<usize>>,
    #[prop(into)] label: Signal<String>,
    /// Whether marked cells are veiled, or outlined because what is under them shows the mark already.
    #[prop(into)]
    veiled: Signal<bool>,
    /// What is done with the cells of a stroke, and whether they are marked.
    #[prop(into)]
    on_paint: Callback<(Vec<usize>, bool)>,
    /// What Shift with an arrow key does, rows and columns.
    #[prop(into)]
    on_shift: Callback<[i32; 2]>,
    children: Children,
) -> impl IntoView {
    let frame = NodeRef::<html::Div>::new();
    let at = RwSignal::new(None::<[usize; 2]>);
    let stroke = RwSignal::new(None::<(bool, BTreeSet<usize>)>);
    let cell =
        move |event: &web_sys::PointerEvent| frame.get().and_then(|frame| cell_at(&frame, event, size.get_untracked()));
    let index = move |[y, x]: [usize; 2]| y * size.get_untracked()[1] + x;
    let is_marked = move |cell: [usize; 2]| marked.read_untracked().contains(&index(cell));
    let end = move || {
        if let Some((marks, cells)) = stroke.get_untracked() {
            stroke.set(None);
            on_paint.run((cells.into_iter().collect(), marks));
        }
    };
    let pressed = move |event: web_sys::KeyboardEvent| {
        if event.alt_key() || event.meta_key() {
            return;
        }
        let key = event.key();
        let shift = match (event.shift_key(), key.as_str()) {
            (true, "ArrowUp") => Some([-1, 0]),
            (true, "ArrowDown") => Some([1, 0]),
            (true, "ArrowLeft") => Some([0, -1]),
            (true, "ArrowRight") => Some([0, 1]),
            _ => None,
        };
        if let Some(by) = shift {
            event.prevent_default();
            on_shift.run(by);
        } else if let (" " | "Enter", Some(cell)) = (key.as_str(), at.get_untracked()) {
            event.prevent_default();
            on_paint.run((vec![index(cell)], !is_marked(cell)));
        } else if let Some(to) = Move::of_key(&key, false, event.ctrl_key())
            .and_then(|by| by.in_grid(at.get_untracked(), size.get_untracked()))
        {
            event.prevent_default();
            at.set(Some(to));
        }
    };
    let path = move || {
        let mut cells: BTreeSet<usize> = marked.get().into_iter().collect();
        if let Some((marks, own)) = stroke.get() {
            cells.retain(|cell| marks || !own.contains(cell));
            cells.extend(own.into_iter().filter(|_| marks));
        }
        let columns = size.get()[1].max(1);
        cells.into_iter().map(|cell| format!("M{} {}h1v1h-1z", cell % columns, cell / columns)).collect::<String>()
    };
    let said = move || {
        let Some([y, x]) = at.get() else {
            return format!("{} of {} cells erased", marked.read().len(), size.get().iter().product::<usize>());
        };
        let is_marked = marked.read().contains(&(y * size.get()[1] + x));
        format!("{}: {}", text::cell([y, x]), if is_marked { "erased" } else { "kept" })
    };
    view! {
        <div
            class="map brush-grid"
            tabindex="0"
            role="application"
            aria-roledescription="brush grid"
            aria-label=label
            aria-describedby="brush-keys"
            data-testid="brush"
            node_ref=frame
            on:keydown=pressed
            on:focus=move |_| at.update(|at| *at = at.or(Some([0, 0])))
            on:pointerdown=move |event| {
                if let Some(cell) = cell(&event) {
                    at.set(Some(cell));
                    stroke.set(Some((!is_marked(cell), [index(cell)].into())));
                }
            }
            on:pointermove=move |event| {
                let Some(cell) = cell(&event) else { return };
                // A guard would outlive the condition and lock the update out.
                let is_drawing = stroke.with_untracked(Option::is_some);
                if is_drawing {
                    at.set(Some(cell));
                    stroke.update(|stroke| {
                        if let Some((_, cells)) = stroke {
                            cells.insert(index(cell));
                        }
                    });
                }
            }
            on:pointerup=move |_| end()
            on:pointerleave=move |_| end()
            on:pointercancel=move |_| stroke.set(None)
        >
            {children()}
            <Marks size=size>
                <path class="erased" class:erased-veil=move || veiled.get() d=path />
                {move || at.get().map(|cell| ring(cell, "ring ring-pointed"))}
            </Marks>
        </div>
        <p class="panel-foot" aria-live="polite" data-testid="brush-said">{said}</p>
        <p id="brush-keys" class="hidden">
            "Arrow keys move from cell to cell, Space erases a cell or brings it back; Shift with an arrow key moves the picture by one pixel."
        </p>
    }
}
