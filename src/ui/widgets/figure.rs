//! A drawing of values: cells, marks, the value under the pointer, the strongest cells as a table, and its export. All views
//! draw their maps and matrices with it.

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;

use crate::page::place::Move;
use crate::ui::browser;
use crate::ui::browser::in_sight;
use crate::ui::state::State;
use crate::ui::widgets::export::Export;
use crate::ui::widgets::overlay::{CropCanvas, Marks, cell_at, ring};
use lambdascope_explain::figures::display::Display;
use lambdascope_explain::figures::figure::Figure;

/// How many cells the table lists.
const LISTED: usize = 20;

/// The drawing. `pointed` is the cell that pointer or keys are on, `[y, x]`; views that link drawings share it.
#[component]
pub fn FigureView(
    #[prop(into)] figure: Signal<Option<Arc<Figure>>>,
    /// The quantity's symbol.
    symbol: AnyView,
    /// Names the drawing in tests and its parts' ids; no other on the page has it.
    #[prop(into)]
    test_id: String,
    pointed: RwSignal<Option<[usize; 2]>>,
    /// Whether cells are as wide as high whatever the matrix's shape.
    #[prop(default = true)]
    square: bool,
    /// Whether it is such a map and lies over the picture whatever is chosen elsewhere.
    #[prop(optional)]
    over_picture: bool,
    /// Whether it is a map of the picture's positions, which then can lie over it.
    #[prop(optional)]
    on_picture: bool,
    /// Rows, columns or blocks of cells that are lit, inclusive: `[top, left, bottom, right]`.
    #[prop(optional, into)]
    lit: Option<Signal<Vec<[usize; 4]>>>,
    /// Called when a cell is pressed.
    #[prop(optional, into)]
    on_choose: Option<Callback<[usize; 2]>>,
    /// What is to be known of the drawing, beneath it.
    #[prop(optional)]
    note: Option<AnyView>,
) -> impl IntoView {
    let state = State::here();
    let canvas = NodeRef::<html::Canvas>::new();
    let frame = NodeRef::<html::Div>::new();
    let figure: Signal<Option<Arc<Figure>>> = Signal::from(state.follow(in_sight(frame), move || figure.get()));
    let display = move || match (over_picture, on_picture) {
        (true, _) => Display::Overlay,
        (false, true) => state.display.get(),
        (false, false) => Display::Map,
    };
    let size = Memo::new(move |_| figure.read().as_ref().map_or([1, 1], |f| [f.grid.rows, f.grid.columns]));
    // Another query's drawing need not look another way.
    let pixels = Memo::new(move |_| figure.read().as_ref().map(|figure| figure.rgba(state.theme.get(), display())));
    Effect::new(move |_| {
        if let (Some(canvas), Some(pixels)) = (canvas.get(), pixels.read().as_ref()) {
            let [rows, columns] = size.get();
            browser::draw(&canvas, columns, rows, pixels);
        }
    });
    let at = move |event: &web_sys::PointerEvent| frame.get().and_then(|frame| cell_at(&frame, event, size.get()));
    // What is only heard, not seen.
    let described = state.at_rest(move || figure.read().as_ref().map(|figure| figure.description()));
    let limit = state.at_rest(move || figure.read().as_ref().map(|figure| figure.scale.limit().to_string()));
    let of = move |read: fn(&Figure) -> String| figure.read().as_ref().map(|figure| read(figure)).unwrap_or_default();
    let value = move || {
        let figure = figure.get()?;
        let cell = pointed.get()?;
        let [row, column] = figure.axes;
        let [y, x] = figure.grid.name(cell);
        Some(format!("{row} {y}, {column} {x}: {}", figure.scale.write(figure.grid.at(cell)?)))
    };
    let pressed = move |event: web_sys::KeyboardEvent| {
        if event.alt_key() || event.meta_key() {
            return;
        }
        let key = event.key();
        if key == "Escape" {
            pointed.set(None);
        } else if let ("Enter" | " ", Some(choose), Some(cell)) = (key.as_str(), on_choose, pointed.get_untracked()) {
            event.prevent_default();
            choose.run(cell);
        } else if let Some(to) = Move::of_key(&key, event.shift_key(), event.ctrl_key())
            .and_then(|by| by.in_grid(pointed.get_untracked(), size.get_untracked()))
        {
            event.prevent_default();
            pointed.set(Some(to));
        }
    };
    let title = Memo::new(move |_| figure.read().as_ref().map(|figure| figure.title.clone()));
    // All at once: all of it changes whenever the query moves.
    let marks = move || {
        let figure = figure.get()?;
        let contours = (display() == Display::Contours).then(|| figure.contours()).map(|[above, below]| {
            view! {
                <path class="contour" d=above />
                <path class="contour contour-below" d=below />
            }
        });
        Some(view! {
            <path class="sign-marks" d=figure.marks() />
            {contours}
            <path class="clip-marks" d=figure.clip_marks() />
            {figure.window.map(|cells| frame_of("window", cells))}
            {figure.ring.map(|cell| ring(cell, "ring"))}
        })
    };
    let lit = move || {
        let cells = lit.map(|lit| lit.get()).unwrap_or_default();
        cells.into_iter().map(|cells| frame_of("lit", cells)).collect_view()
    };
    let ratio = move || {
        let [rows, columns] = size.get();
        if square { format!("{columns} / {rows}") } else { "1".to_owned() }
    };
    view! {
        <figure class="figure">
            <figcaption>
                <span class="panel-title">{title}</span>
                <span class="symbol">{symbol}</span>
            </figcaption>
            <div
                class="map figure-map"
                class:map-over=move || display().shows_picture()
                style:aspect-ratio=ratio
                style=("--rows", move || size.get()[0].to_string())
                style=("--columns", move || size.get()[1].to_string())
                tabindex="0"
                role="application"
                aria-roledescription="map"
                aria-label=described
                data-testid=test_id.clone()
                data-limit=limit
                node_ref=frame
                on:pointermove=move |event| pointed.set(at(&event))
                on:pointerdown=move |event| pointed.set(at(&event))
                on:pointerleave=move |_| pointed.set(None)
                on:pointerup=move |event| {
                    if let (Some(choose), Some(cell)) = (on_choose, at(&event)) {
                        choose.run(cell);
                    }
                }
                on:keydown=pressed
            >
                {move || display().shows_picture().then(|| view! { <CropCanvas /> })}
                <canvas class="cells" width="1" height="1" node_ref=canvas aria-hidden="true"></canvas>
                <Marks size=size>
                    {marks}
                    {lit}
                    {move || pointed.get().map(|cell| ring(cell, "ring ring-pointed"))}
                </Marks>
            </div>
            {note}
            <p class="panel-foot">
                <output data-testid=format!("{test_id}-value")>{move || value().unwrap_or_else(|| of(Figure::limits))}</output>
            </p>
            <div class="figure-tools">
                <Strongest figure />
                <Export figure title />
            </div>
        </figure>
    }
}

/// An outline round a block of cells, inclusive: `[top, left, bottom, right]`.
fn frame_of(class: &'static str, [top, left, bottom, right]: [usize; 4]) -> impl IntoView {
    let [width, height] = [right + 1 - left, bottom + 1 - top].map(|side| side.to_string());
    view! { <rect class=class x=left.to_string() y=top.to_string() width=width height=height /> }
}

/// The strongest cells as a table, computed once it is unfolded.
#[component]
fn Strongest(figure: Signal<Option<Arc<Figure>>>) -> impl IntoView {
    let open = RwSignal::new(false);
    let state = State::here();
    let figure = state.at_rest(move || open.get().then(|| figure.get()).flatten());
    let table = move || {
        let figure = figure.get()?;
        let [row, column] = figure.axes;
        let rows = figure.grid.strongest(LISTED).into_iter().map(|extreme| {
            let [y, x] = figure.grid.name(extreme.cell);
            view! {
                <tr>
                    <td>{y}</td>
                    <td>{x}</td>
                    <td>{figure.scale.write(extreme.value)}</td>
                </tr>
            }
        });
        // Reached by keyboard, since it may scroll.
        Some(view! {
            <div class="table-scroll" tabindex="0" role="region" aria-label=format!("Strongest cells: {}", figure.title)>
                <table class="numbers">
                    <caption class="hidden">{format!("Strongest cells: {}", figure.title)}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{row}</th>
                            <th scope="col">{column}</th>
                            <th scope="col">"value"</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        })
    };
    view! {
        <details class="fold" on:toggle=move |event| open.set(event_target::<web_sys::HtmlDetailsElement>(&event).open())>
            <summary>"Strongest cells"</summary>
            {table}
        </details>
    }
}
