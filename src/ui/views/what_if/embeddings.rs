//! The table of position embeddings of the layer on screen, with a brush and a few whole changes.

use std::sync::Arc;

use leptos::prelude::*;

use crate::page::what_if::{Preset, preset, touch};
use crate::ui::engine::what_if::{change, fitting};
use crate::ui::state::State;
use crate::ui::state::subject::with_subject;
use crate::ui::widgets::choice::{Choice, Item};
use crate::ui::widgets::figure::FigureView;
use lambdascope_explain::views::positions::has_positions;
use lambdascope_explain::views::what_if::edited_figure;

/// What a press multiplies a cell by, and its name.
const FACTORS: [(f32, &str); 3] = [(0.0, "zeroes it"), (-1.0, "flips its sign"), (2.0, "doubles it")];
const PRESETS: [(Preset, &str); 4] = [
    (Preset::Centre, "Only the centre"),
    (Preset::Mirror, "Mirror left–right"),
    (Preset::Zero, "Zero"),
    (Preset::Learned, "As learned"),
];

/// The tile of the chosen channel as the changed layer has it; nothing where the layer has no table.
#[component]
pub fn Embeddings() -> impl IntoView {
    let state = State::here();
    let (factor, all) = (RwSignal::new(0_usize), RwSignal::new(true));
    // Name, window, origin and key depth of the layer on screen.
    let layer = Memo::new(move |_| {
        state
            .with_query(state.selection.place.get(), |layer, _| {
                has_positions(layer)
                    .then(|| (layer.name.clone(), layer.dims.window, layer.dims.origin, layer.dims.key_depth))
            })
            .flatten()
    });
    let channel = Memo::new(move |_| {
        let depth = layer.read().as_ref().map_or(1, |(_, _, _, depth)| *depth);
        state.parameter::<usize>("channel").unwrap_or(0).min(depth.saturating_sub(1))
    });
    // Its place among the channels of every u.
    let column = move || {
        let depth = layer.read_untracked().as_ref().map_or(0, |(_, _, _, depth)| *depth);
        state.selection.place.read_untracked().as_ref().map_or(0, |place| place.query.u) * depth
            + channel.get_untracked()
    };
    let figure = Memo::new(move |_| {
        let (changes, place, channel) = (fitting(state), state.selection.place.get()?, channel.get());
        with_subject(state, Some(place), |layer, subject| {
            edited_figure(layer, &changes.layer(&layer.name), subject, channel).map(Arc::new)
        })
        .flatten()
    });
    let press = Callback::new(move |[y, x]: [usize; 2]| {
        let Some((name, window, ..)) = layer.get_untracked() else { return };
        let own = (!all.get_untracked()).then(column);
        let by = FACTORS[factor.get_untracked()].0;
        change(state, |changes| changes.change(&name, |edit| touch(edit, own, y * window[1] + x, by)));
    });
    let whole = move |(kind, text): (Preset, &'static str)| {
        let apply = move |_| {
            if let Some((name, window, origin, _)) = layer.get_untracked() {
                change(state, |changes| changes.change(&name, |edit| preset(edit, kind, window, origin)));
            }
        };
        view! { <button type="button" class="button" on:click=apply>{text}</button> }
    };
    let channels = move || {
        let depth = layer.read().as_ref().map_or(0, |(_, _, _, depth)| *depth);
        (0..depth)
            .map(|i| view! { <option value=i.to_string() prop:selected=move || channel.get() == i>{i}</option> })
            .collect_view()
    };
    let drawn = move || {
        view! {
            <section class="what-if-part" aria-labelledby="embeddings-title" data-testid="embeddings">
                <h3 id="embeddings-title">
                    {move || format!("Position embeddings E of {}", layer.get().map(|layer| layer.0).unwrap_or_default())}
                </h3>
                <div class="what-if-actions">{PRESETS.map(whole).collect_view()}</div>
                <div class="part-tools">
                    <Choice
                        name="factor-select"
                        legend="Pressing a cell"
                        items=Signal::stored(FACTORS.map(|(_, text)| Item::plain(text)).to_vec())
                        selected=factor
                        on_choose=move |index| factor.set(index)
                    />
                    <Choice
                        name="channels-select"
                        legend="in"
                        items=Signal::stored(vec![Item::plain("all channels"), Item::plain("this channel")])
                        selected=Signal::derive(move || usize::from(!all.get()))
                        on_choose=move |index| all.set(index == 0)
                    />
                    <label class="intra">
                        "Channel shown "
                        <select
                            class="button"
                            data-testid="channel-select"
                            on:change=move |event| state.set_parameter("channel", Some(event_target_value(&event)))
                        >
                            {channels}
                        </select>
                    </label>
                </div>
                <div class="what-if-tile">
                    <FigureView
                        figure
                        symbol=view! { "E"<sub>{channel}</sub> }.into_any()
                        test_id="edited-tile"
                        pointed=RwSignal::new(None)
                        on_choose=press
                    />
                </div>
            </section>
        }
    };
    let has = Memo::new(move |_| layer.read().is_some());
    move || has.get().then(drawn)
}
