//! Building λᶜ: a walk through the outer products that it is the sum of. What is shown depends on the step alone; nothing
//! moves unless asked, and where motion is to be reduced, playing is one step per press.

use std::sync::Arc;
use std::time::Duration;

use leptos::html;
use leptos::leptos_dom::helpers::IntervalHandle;
use leptos::prelude::*;
use strum::VariantArray;

use crate::ui::browser;
use crate::ui::state::State;
use crate::ui::state::subject::{context_place, with_subject};
use crate::ui::widgets::choice::{Choice, Item};
use crate::ui::widgets::figure::FigureView;
use crate::ui::widgets::overlay::{CropCanvas, Marks, cell_at, ring};
use lambdascope_core::text::{cell, percent, scientific};
use lambdascope_explain::figures::figure::Figure;
use lambdascope_explain::views::anatomy::outer_products::{Build, By, Step, WHOLE};

/// Between two steps of playing.
const TICK: Duration = Duration::from_millis(50);

/// The walk and where it stands.
#[derive(Clone, Copy)]
struct Walk {
    build: Memo<Option<Arc<Build>>>,
    /// Terms added; all of them under `None`.
    added: RwSignal<Option<usize>>,
    /// 1 while it plays forward, −1 while it plays back.
    direction: RwSignal<isize>,
    timer: StoredValue<Option<IntervalHandle>>,
    /// Whether the visitor asks for little motion.
    is_still: Signal<bool>,
}

impl Walk {
    fn count(self) -> usize {
        self.build.read().as_ref().map_or(0, |build| build.order.len())
    }

    fn at(self) -> usize {
        let count = self.count();
        self.added.get().map_or(count, |added| added.min(count))
    }

    fn go(self, to: usize) {
        let count = untrack(|| self.count());
        self.added.set(Some(to).filter(|to| *to < count));
    }

    fn by(self, steps: isize) {
        let at = untrack(|| self.at());
        self.go(at.saturating_add_signed(steps));
    }

    /// A tenth of the way.
    fn tenth(self) -> isize {
        untrack(|| self.count()).div_ceil(10).max(1) as isize
    }

    fn stop(self) {
        self.direction.set(0);
        if let Some(timer) = self.timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    }

    fn play(self, direction: isize) {
        let is_on = self.direction.get_untracked() == direction;
        self.stop();
        if is_on {
            return;
        }
        let (at, count) = untrack(|| (self.at(), self.count()));
        if self.is_still.get_untracked() {
            self.by(direction * self.tenth());
            return;
        }
        // From the end it begins anew.
        if direction > 0 && at == count {
            self.go(0);
        } else if direction < 0 && at == 0 {
            self.go(count);
        }
        // A long context goes by in larger steps: all of it in some ten seconds.
        let step = direction * count.div_ceil(200).max(1) as isize;
        let tick = move || {
            self.by(step);
            let (at, count) = untrack(|| (self.at(), self.count()));
            if at == if direction > 0 { count } else { 0 } {
                self.stop();
            }
        };
        if let Ok(timer) = set_interval_with_handle(tick, TICK) {
            self.direction.set(direction);
            self.timer.set_value(Some(timer));
        }
    }
}

/// The section; nothing in a layer without content lambda.
#[component]
pub fn BuildSection() -> impl IntoView {
    let state = State::here();
    let place = context_place(state);
    let by = RwSignal::new(
        state.parameters.with_untracked(|parameters| parameters.get("by")?.parse::<By>().ok()).unwrap_or_default(),
    );
    let build = Memo::new(move |_| {
        let build = state.with_query(place.get(), |layer, query| Build::of(layer, query, by.get()))?;
        (!build.order.is_empty()).then(|| Arc::new(build))
    });
    let walk = Walk {
        build,
        added: RwSignal::new(state.parameters.with_untracked(
            |parameters| match parameters.get("t").map(String::as_str) {
                Some(WHOLE) => None,
                added => Some(added.and_then(|added| added.parse().ok()).unwrap_or(0)),
            },
        )),
        direction: RwSignal::new(0),
        timer: StoredValue::new(None),
        is_still: browser::reduced_motion(),
    };
    on_cleanup(move || walk.stop());
    // The address is written when the walk rests: browsers refuse too many changes in a short time.
    Effect::new(move |_| {
        let (added, by) = (walk.added.get(), by.get());
        if walk.direction.get() == 0 {
            let at = added.map_or_else(|| WHOLE.to_owned(), |added| added.to_string());
            state.set_parameter("t", (added != Some(0)).then_some(at));
            state.set_parameter("by", (by != By::default()).then(|| by.id().to_owned()));
        }
    });
    let step = Memo::new(move |_| {
        let build = build.get()?;
        with_subject(state, place.get(), |layer, subject| Arc::new(build.step(layer, subject, walk.at())))
    });
    let part = move |of: fn(&Step) -> &Figure| -> Signal<Option<Arc<Figure>>> {
        Memo::new(move |_| step.read().as_ref().map(|step| Arc::new(of(step).clone()))).into()
    };
    let pointed = RwSignal::new(None);
    let said = move || {
        let (step, build) = (step.get()?, build.get()?);
        let place = step.position.map_or_else(
            || "nothing is added yet".to_owned(),
            |at| format!("{}, ‖k̄·vᵀ‖ = {}", cell(at), scientific(step.strength)),
        );
        Some(format!("{} of {}: {place}", step.added, build.order.len()))
    };
    let rest = move || {
        let step = step.get()?;
        let end = if step.added == walk.count() { " That is the layer’s own λᶜ." } else { "" };
        Some(format!(
            "{} of all ‖k̄·vᵀ‖ added; largest difference from λᶜ: {} (of max |λᶜ| {:.3}).{end}",
            percent(step.share),
            scientific(step.difference),
            step.scale
        ))
    };
    let has_u = move || {
        state.with_query(place.get(), |layer, _| layer.dims.intra).filter(|intra| *intra > 1).map(|intra| {
            format!(
                "A term is the sum of the position’s {intra} outer products; key and value are those of the chosen u. "
            )
        })
    };
    view! {
        <section class="build" aria-labelledby="build-title" hidden=move || build.read().is_none()>
            <h3 id="build-title">"Build " <BuildFormula /></h3>
            <p class="quiet">
                {has_u}
                "Every position adds one outer product, key times value. Walk through them; ‖k̄·vᵀ‖, the root of the outer product’s sum of squares, is a position’s strength. All outer products share one scale: most are faint beside the strongest."
            </p>
            <Controls walk by said=Signal::derive(move || said().unwrap_or_default()) />
            <div class="build-room" data-testid="build" data-added=move || step.read().as_ref().map(|step| step.added) data-difference=move || step.read().as_ref().map(|step| format!("{:e}", step.difference))>
                <Where walk step />
                <FigureView figure=part(|s| &s.key) symbol=view! { "k̄"<sub>"m"</sub> }.into_any() test_id="build-key" pointed=RwSignal::new(None) square=false />
                <span class="glyph" aria-hidden="true">"·"</span>
                <FigureView figure=part(|s| &s.value) symbol=view! { "v"<sub>"m"</sub><sup>"⊤"</sup> }.into_any() test_id="build-value" pointed=RwSignal::new(None) square=false />
                <span class="glyph" aria-hidden="true">"="</span>
                <FigureView figure=part(|s| &s.outer) symbol=view! { "k̄"<sub>"m"</sub>"v"<sub>"m"</sub><sup>"⊤"</sup> }.into_any() test_id="build-outer" pointed square=false />
                <span class="glyph" aria-hidden="true">"→"</span>
                <FigureView figure=part(|s| &s.sum) symbol=view! { "∑"<sub>"m"</sub> }.into_any() test_id="build-sum" pointed square=false />
            </div>
            <p class="readout"><output data-testid="build-rest">{move || rest().unwrap_or_default()}</output></p>
        </section>
    }
}

/// Scrubber, buttons and the choice of order.
#[component]
fn Controls(walk: Walk, by: RwSignal<By>, said: Signal<String>) -> impl IntoView {
    let pressed = move |event: web_sys::KeyboardEvent| {
        if event.alt_key() || event.meta_key() || event.ctrl_key() {
            return;
        }
        let step = if event.shift_key() { walk.tenth() } else { 1 };
        let count = untrack(|| walk.count());
        let moved = match event.key().as_str() {
            "ArrowRight" | "ArrowUp" => Some(step),
            "ArrowLeft" | "ArrowDown" => Some(-step),
            "PageUp" => Some(walk.tenth()),
            "PageDown" => Some(-walk.tenth()),
            "Home" => Some(isize::MIN + 1),
            "End" => Some(count as isize),
            " " => None,
            _ => return,
        };
        event.prevent_default();
        match moved {
            Some(steps) => {
                walk.stop();
                walk.by(steps);
            }
            None => walk.play(1),
        }
    };
    let scrubbed = move |event: web_sys::Event| {
        walk.stop();
        if let Ok(to) = event_target_value(&event).parse() {
            walk.go(to);
        }
    };
    let button = move |text: &'static str, name: &'static str, test_id: &'static str, act: fn(Walk)| {
        view! {
            <button type="button" class="nudge" aria-label=format!("{text}: {name}") title=name data-testid=test_id on:click=move |_| act(walk)>
                {text}
            </button>
        }
    };
    let player = move |text: &'static str, name: &'static str, test_id: &'static str, direction: isize| {
        let is_on = move || walk.direction.get() == direction;
        view! {
            <button
                type="button"
                class="nudge"
                aria-label=move || if is_on() { "Pause" } else { name }
                title=move || if is_on() { "Pause" } else { name }
                data-testid=test_id
                on:click=move |_| walk.play(direction)
            >
                {move || if is_on() { "❚❚" } else { text }}
            </button>
        }
    };
    view! {
        <div class="walk">
            <input
                type="range"
                class="scrubber"
                min="0"
                step="1"
                max=move || walk.count().to_string()
                prop:value=move || walk.at().to_string()
                aria-label="Context positions added"
                aria-describedby="walk-keys"
                aria-valuetext=said
                data-testid="scrubber"
                on:input=scrubbed
                on:keydown=pressed
            />
            <div class="walk-buttons" role="group" aria-label="Walk through the sum">
                {button("|◀", "To the start", "walk-start", |walk| {
                    walk.stop();
                    walk.go(0);
                })}
                {player("◀", "Play backwards", "walk-back", -1)}
                {button("−1", "One position back", "walk-less", |walk| {
                    walk.stop();
                    walk.by(-1);
                })}
                {button("+1", "One position forward", "walk-more", |walk| {
                    walk.stop();
                    walk.by(1);
                })}
                {player("▶", "Play", "walk-play", 1)}
                {button("▶|", "To the end", "walk-end", |walk| {
                    walk.stop();
                    walk.by(isize::MAX);
                })}
            </div>
            <Choice
                name="walk-order"
                legend="Order"
                items=Signal::stored(vec![
                    Item::new("reading", "Row by row"),
                    Item::new("strength", "The position with the largest outer product first"),
                ])
                selected=Signal::derive(move || By::VARIANTS.iter().position(|one| *one == by.get()).unwrap_or(0))
                on_choose=move |index| by.set(By::VARIANTS.get(index).copied().unwrap_or_default())
            />
            <output class="walk-said" data-testid="walk-said">{said}</output>
            <p id="walk-keys" class="hidden">
                "Left and Right move by one position, with Shift by a tenth of the way; Home and End go to the ends; Space plays and pauses."
            </p>
        </div>
    }
}

/// The picture with what was added, and the position that was added last. A press goes to a position's step.
#[component]
fn Where(walk: Walk, step: Memo<Option<Arc<Step>>>) -> impl IntoView {
    let state = State::here();
    let frame = NodeRef::<html::Div>::new();
    let size = move || {
        state
            .with_query(state.selection.place.get(), |layer, _| [layer.dims.context_height, layer.dims.context_width])
            .unwrap_or([1, 1])
    };
    let waiting = move || walk.build.read().as_ref().map(|build| build.waiting(size()[1], walk.at()));
    let pressed = move |event: web_sys::PointerEvent| {
        let to = untrack(|| {
            let frame = frame.get()?;
            let cell = cell_at(&frame, &event, size())?;
            let build = walk.build.get()?;
            state.with_query(state.selection.place.get(), |layer, _| build.step_of(layer, cell))?
        });
        if let Some(to) = to {
            walk.stop();
            walk.go(to);
        }
    };
    view! {
        <figure class="figure build-where">
            <figcaption><span class="panel-title">"picture"</span><span class="symbol">"m"</span></figcaption>
            <div class="map query-grid" role="img" aria-label="The picture; positions not yet added are veiled" data-testid="build-picture" node_ref=frame on:pointerup=pressed>
                <CropCanvas />
                <Marks size=Signal::derive(size)>
                    <path class="waiting" d=waiting />
                    {move || step.read().as_ref().and_then(|step| step.position).map(|cell| ring(cell, "ring"))}
                </Marks>
            </div>
        </figure>
    }
}

#[component]
fn BuildFormula() -> impl IntoView {
    view! {
        <math>
            <msup><mi>"λ"</mi><mi>"c"</mi></msup>
            <mo>"="</mo>
            <munder><mo>"∑"</mo><mi>"m"</mi></munder>
            <msub><mover><mi mathvariant="normal">"k"</mi><mo>"¯"</mo></mover><mi>"m"</mi></msub>
            <msubsup><mi mathvariant="normal">"v"</mi><mi>"m"</mi><mi>"⊤"</mi></msubsup>
        </math>
    }
}
