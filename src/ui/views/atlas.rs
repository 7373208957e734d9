//! The atlas: every lambda layer and head at the pinned query, sorted by what kind of map it is.

use std::sync::Arc;

use leptos::prelude::*;
use strum::VariantArray;

use crate::page::atlas::entries;
use crate::page::place::Place;
use crate::ui::state::State;
use crate::ui::views::nothing_inside::NoLambda;
use crate::ui::widgets::choice::{Choice, Item};
use crate::ui::widgets::figure::FigureView;
use crate::ui::widgets::focus::look;
use crate::ui::widgets::query_grid::{Nudges, QueryGrid};
use crate::ui::widgets::tiles::{Tile, Tiles};
use lambdascope_explain::figures::figure::Figure;
use lambdascope_explain::views::atlas::{AtlasCoverage, Entry, Measure, Sort};

/// The view.
#[component]
pub fn Atlas() -> impl IntoView {
    let state = State::here();
    // The pinned query, not the one under the pointer: moving over the picture computes nothing here.
    let entries = Memo::new(move |_| {
        let (answer, place) = (state.answer.get()?, state.selection.place.get()?);
        Some(Arc::new(entries(place, &answer.trace)))
    });
    let entries = Signal::derive(move || entries.get().unwrap_or_default());
    let sort = Memo::new(move |_| state.parameter::<Sort>("sort").unwrap_or_default());
    let coverage = Memo::new(move |_| state.parameter::<AtlasCoverage>("by").unwrap_or_default());
    let figures = Memo::new(move |_| {
        let (entries, setting) = (entries.get(), state.setting.get());
        let limits = coverage.get().limits(&entries);
        let figure = |(entry, limit): (&Entry, f32)| Arc::new(entry.figure(&setting, limit));
        Arc::new(entries.iter().zip(limits).map(figure).collect::<Vec<Arc<Figure>>>())
    });
    let tiles = Memo::new(move |_| {
        let (entries, figures) = (entries.get(), figures.get());
        Arc::new(
            sort.get()
                .order(&entries)
                .into_iter()
                .map(|key| tile(key, &entries[key], &figures[key]))
                .collect::<Vec<_>>(),
        )
    });
    let looked = RwSignal::new(None::<usize>);
    // Who chooses another layer or head looks at that one.
    let chosen = Memo::new(move |_| state.selection.place.get().map(|place| (place.layer, place.query.head)));
    Effect::new(move |before: Option<()>| {
        chosen.track();
        if before.is_some() {
            looked.set(None);
        }
    });
    let current = Memo::new(move |_| {
        let here = state.selection.place.get();
        let is_here = |entry: &Entry| here.is_some_and(|p| p.layer == entry.layer && p.query.head == entry.query.head);
        looked.get().unwrap_or_else(|| entries.get().iter().position(is_here).unwrap_or(0))
    });
    let shown = Memo::new(move |_| figures.read().get(current.get()).cloned());
    let go = move |key: usize| {
        let Some(place) =
            entries.get_untracked().get(key).map(|entry| Place { layer: entry.layer, query: entry.query })
        else {
            return;
        };
        look(state, place);
    };
    let is_empty = Memo::new(move |_| entries.read().is_empty());
    let atlas = move || {
        view! {
            <div class="atlas">
                <div class="part-tools">
                    <Choice
                        name="sort-select"
                        legend="Sort by"
                        items=Signal::stored(Sort::ALL.map(|sort| Item::new(sort.title(), sort_hint(sort))).to_vec())
                        selected=Signal::derive(move || Sort::ALL.iter().position(|s| *s == sort.get()).unwrap_or(0))
                        on_choose=move |index| {
                            let sort = Sort::ALL[index];
                            state.set_parameter("sort", (sort != Sort::default()).then(|| sort.id().to_owned()));
                        }
                    />
                    <Choice
                        name="cover-select"
                        legend="Scale"
                        items=Signal::stored(vec![
                            Item::new("each layer", "The heads of a layer can be compared"),
                            Item::new("each map", "Weak maps become visible, but none can be compared"),
                        ])
                        selected=Signal::derive(move || AtlasCoverage::VARIANTS.iter().position(|c| *c == coverage.get()).unwrap_or(0))
                        on_choose=move |index| {
                            let coverage = AtlasCoverage::VARIANTS[index];
                            state.set_parameter("by", (coverage != AtlasCoverage::default()).then(|| coverage.id().to_owned()));
                        }
                    />
                </div>
                <p class="quiet">
                    "Total maps of the pinned query, carried over to the same part of the picture in every layer. Arrow keys move between them; Enter or a click opens one in the lens."
                </p>
                <div class="atlas-parts">
                    <div class="atlas-side">
                        <div class="query-box"><QueryGrid /><Nudges /></div>
                        <FigureView figure=shown symbol=view! { "a"<sub>"nm"</sub> }.into_any() test_id="atlas-map" pointed=RwSignal::new(None) />
                    </div>
                    <Tiles
                        tiles
                        current
                        on_look=Callback::new(move |key| looked.set(Some(key)))
                        on_choose=Callback::new(go)
                        follows_pointer=true
                        test_id="atlas-tiles"
                        label="Layers and heads"
                    />
                </div>
                <MeasureTable entries sort />
                <Definitions />
            </div>
        }
    };
    move || if is_empty.get() { view! { <NoLambda /> }.into_any() } else { atlas().into_any() }
}

fn tile(key: usize, entry: &Entry, figure: &Arc<Figure>) -> Tile {
    let value = |measure: &Measure| (measure.title().to_owned(), measure.write(entry.measures.get(*measure)));
    let values: Vec<(String, String)> = Measure::VARIANTS.iter().map(value).collect();
    let said: Vec<String> = values.iter().map(|(name, value)| format!("{name} {value}")).collect();
    let place = entry.name.strip_prefix("stages.").unwrap_or(&entry.name);
    let title = format!("λ {place}, head {}", entry.query.head);
    Tile {
        key,
        figure: figure.clone(),
        // What is seen stands in what is heard, so that it can be spoken to.
        spoken: format!("{title}: {}", said.join(", ")),
        lines: std::iter::once((title, String::new())).chain(values).collect(),
    }
}

fn sort_hint(sort: Sort) -> &'static str {
    match sort {
        Sort::Layer => "As in the network",
        Sort::By(Measure::Locality) => "Those that stay near the query first",
        Sort::By(Measure::Negative) => "Those that subtract most first",
        Sort::By(Measure::Ratio) => "Those that go by content most first",
    }
}

/// The measures as a table, made once it is unfolded.
#[component]
fn MeasureTable(entries: Signal<Arc<Vec<Entry>>>, sort: Memo<Sort>) -> impl IntoView {
    let open = RwSignal::new(false);
    let row = |entry: &Entry| {
        view! {
            <tr>
                <th scope="row">{entry.name.clone()}", head "{entry.query.head}</th>
                {Measure::VARIANTS.iter().map(|measure| view! { <td>{measure.write(entry.measures.get(*measure))}</td> }).collect_view()}
            </tr>
        }
    };
    let table = move || {
        let entries = open.get().then(|| entries.get())?;
        let rows = sort.get().order(&entries).into_iter().map(|i| row(&entries[i])).collect_view();
        Some(view! {
            <div class="table-scroll" tabindex="0" role="group" aria-label="Measures of every layer and head">
                <table class="numbers" data-testid="atlas-table">
                    <caption class="hidden">"Measures of every layer and head"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"layer and head"</th>
                            {Measure::VARIANTS.iter().map(|measure| view! { <th scope="col">{measure.title()}</th> }).collect_view()}
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        })
    };
    view! {
        <details class="fold" data-testid="atlas-table-fold" on:toggle=move |event| open.set(event_target::<web_sys::HtmlDetailsElement>(&event).open())>
            <summary>"The measures as a table"</summary>
            {table}
        </details>
    }
}

/// What the measures are.
#[component]
fn Definitions() -> impl IntoView {
    view! {
        <dl class="definitions">
            <div>
                <dt>"locality"</dt>
                <dd>"The share of all |a| that lies close to the query: no further up, down, left or right than a fifth of the window’s side (of the map’s, where that is smaller), rounded, at least one cell. In a 9×9 window that is a square of 5×5 cells."</dd>
            </div>
            <div>
                <dt>"negative mass"</dt>
                <dd>"The share of all |a| that is negative. Softmax attention always has 0 %."</dd>
            </div>
            <div>
                <dt>"content ÷ position"</dt>
                <dd>"The sum of all |content| over the sum of all |position|: above 1 the head goes mainly by what, below 1 by where. ∞ where a layer has no position embeddings."</dd>
            </div>
        </dl>
    }
}
