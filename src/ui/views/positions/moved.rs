//! Translation equivariance by hand: the pinned query's q in another place.

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;

use crate::page::place::{Move, Place};
use crate::ui::state::State;
use crate::ui::state::subject::subject;
use crate::ui::widgets::choice::{Choice, Item};
use crate::ui::widgets::figure::FigureView;
use lambdascope_core::text::{cell, whole};
use lambdascope_explain::figures::figure::Figure;
use lambdascope_explain::figures::subject::Subject;
use lambdascope_explain::views::positions::figures::{after, before};
use lambdascope_explain::views::positions::shift::{Part, Shift, Shifted, Whose, caveat};

/// What the address says for differences in place of maps.
const DIFFERENCE: &str = "difference";

/// The motion that is shown until the visitor chooses one, so that there is something to see.
const FIRST: Shift = Shift([2, 3]);

/// The buttons and the maps before and after.
#[component]
pub fn Moved() -> impl IntoView {
    let section = NodeRef::<html::Section>::new();
    let state = State::here().while_in_sight(section);
    let wanted = Memo::new(move |_| state.parameter::<Shift>("shift").unwrap_or(FIRST));
    let shifted = Memo::new(move |_| {
        let place = state.selection.place.get();
        state.with_query(place, |layer, query| Arc::new(Shifted::of(layer, query, wanted.get())))
    });
    let move_by = move |dy: isize, dx: isize| {
        // From where it is, not from what the border did not let through.
        if let Some(shifted) = shifted.get_untracked() {
            state.set_parameter("shift", Some(shifted.shift.and(dy, dx).to_string()));
        }
    };
    let reset = move || state.set_parameter("shift", Some(Shift::default().to_string()));
    let pressed = move |event: web_sys::KeyboardEvent| {
        if event.alt_key() || event.meta_key() {
            return;
        }
        match Move::of_key(&event.key(), event.shift_key(), event.ctrl_key()) {
            Some(Move::By(dy, dx)) => move_by(dy, dx),
            Some(Move::RowStart) => reset(),
            _ => return,
        }
        event.prevent_default();
    };
    let as_difference = Memo::new(move |_| state.parameter::<String>("by").as_deref() == Some(DIFFERENCE));
    let where_to = move || {
        let (place, shifted) = (state.selection.place.get()?, shifted.get()?);
        let Shift([dy, dx]) = shifted.shift;
        Some(format!(
            "({}, {}): from {} to {}",
            whole(dy),
            whole(dx),
            cell(place.query.cell()),
            cell(shifted.to.cell())
        ))
    };
    let nudge = move |text: &'static str, name: &'static str, dy: isize, dx: isize| {
        view! {
            <button type="button" class="nudge" aria-label=name title=name on:click=move |_| move_by(dy, dx)>
                {text}
            </button>
        }
    };
    let mask = move || state.with_query(state.selection.place.get(), |layer, _| caveat(layer)).flatten();
    let no_content = move || state.with_query(state.selection.place.get(), |layer, _| !layer.content).unwrap_or(false);
    view! {
        <section class="positions-part" aria-labelledby="moved-title" node_ref=section>
            <h3 id="moved-title">"Move the query, keep its q"</h3>
            <p class="prose">
                "Give another pixel exactly this query’s vector. What it takes by position moves along rigidly: the kernel depends on the offset alone. What it takes by content does not move at all: a key’s place in the picture plays no part. In the network that pixel has a " <em>"q"</em>
                " of its own, so in truth both change; the last column shows by how much."
            </p>
            <div class="part-tools">
                <div class="shift-buttons" role="group" aria-label="Move the query, keeping its q" data-testid="shift" on:keydown=pressed>
                    {nudge("←", "Shift one column left", 0, -1)}
                    {nudge("↑", "Shift one row up", -1, 0)}
                    {nudge("↓", "Shift one row down", 1, 0)}
                    {nudge("→", "Shift one column right", 0, 1)}
                    <button type="button" class="button" data-testid="shift-reset" on:click=move |_| reset()>"Back"</button>
                </div>
                <output data-testid="shift-value">{where_to}</output>
                <Choice
                    name="moved-select"
                    legend="Show"
                    items=Signal::stored(vec![
                        Item::new("maps", "What each takes from every pixel"),
                        Item::new("differences", "From the moved position map and the unmoved content map"),
                    ])
                    selected=Signal::derive(move || usize::from(as_difference.get()))
                    on_choose=move |index| state.set_parameter("by", (index == 1).then(|| DIFFERENCE.to_owned()))
                />
            </div>
            <p class="quiet">"On these buttons the arrow keys work too, by four cells with Shift; Home goes back. Each row has one scale."</p>
            {move || mask().map(|caveat| view! { <p class="caveat" data-testid="shift-caveat">{caveat}</p> })}
            <PartRow part=Part::Position place=state.selection.place shifted as_difference />
            <PartRow part=Part::Content place=state.selection.place shifted as_difference />
            {move || no_content().then(|| view! { <p class="quiet">"This layer adds no content lambda: its content part is 0 everywhere."</p> })}
        </section>
    }
}

/// One part before, after with the same q, and after with the place's own.
#[component]
fn PartRow(
    part: Part,
    place: Memo<Option<Place>>,
    shifted: Memo<Option<Arc<Shifted>>>,
    as_difference: Memo<bool>,
) -> impl IntoView {
    let state = State::here();
    let pinned = move || subject(state, place.get());
    let figure = move |draw: fn(&Subject, &Shifted, Part) -> Figure| {
        Memo::new(move |_| Some(Arc::new(draw(&pinned()?, shifted.read().as_ref()?, part))))
    };
    let first = figure(before);
    let moved = move |whose: Whose| {
        Memo::new(move |_| {
            Some(Arc::new(after(&pinned()?, shifted.read().as_ref()?, part, whose, as_difference.get())))
        })
    };
    let (held, own) = (moved(Whose::Held), moved(Whose::Own));
    let largest =
        move |whose: Whose| shifted.read().as_ref().map(|shifted| shifted.difference(part, whose).largest.to_string());
    let says = move |whose: Whose| shifted.read().as_ref().map(|shifted| shifted.sentence(part, whose));
    let [before_id, held_id, own_id] = match part {
        Part::Position => ["shift-position-before", "shift-position-held", "shift-position-own"],
        Part::Content => ["shift-content-before", "shift-content-held", "shift-content-own"],
    };
    let symbol = move || match part {
        Part::Position => view! { "q·e" }.into_any(),
        Part::Content => view! { "q·k̄" }.into_any(),
    };
    // One cell is pointed at in all three.
    let pointed = RwSignal::new(None);
    view! {
        <div class="figure-row figure-row-three">
            <FigureView figure=first symbol=symbol().into_any() test_id=before_id pointed />
            <div class="figure-said">
                <FigureView figure=held symbol=symbol().into_any() test_id=held_id pointed />
                <p class="said" data-testid=format!("{held_id}-said") data-largest=move || largest(Whose::Held)>{move || says(Whose::Held)}</p>
            </div>
            <div class="figure-said">
                <FigureView figure=own symbol=symbol().into_any() test_id=own_id pointed />
                <p class="said" data-testid=format!("{own_id}-said") data-largest=move || largest(Whose::Own)>{move || says(Whose::Own)}</p>
            </div>
        </div>
    }
}
