//! The table of embeddings, a tile for each key channel, and what each adds to the query's kernel.

use std::sync::Arc;

use leptos::prelude::*;
use strum::VariantArray;

use crate::page::place::Place;
use crate::ui::state::State;
use crate::ui::state::subject::subject;
use crate::ui::widgets::choice::{Choice, Item};
use crate::ui::widgets::figure::FigureView;
use crate::ui::widgets::scale_bar::ScaleBar;
use crate::ui::widgets::tiles;
use crate::ui::widgets::tiles::Tiles;
use lambdascope_explain::figures::figure::Figure;
use lambdascope_explain::read::query::Query;
use lambdascope_explain::views::positions;
use lambdascope_explain::views::positions::figures;
use lambdascope_explain::views::positions::{TileKind, common_limit};

/// The tiles and the chosen one.
#[component]
pub fn Learned() -> impl IntoView {
    let state = State::here();
    let kind = Memo::new(move |_| state.parameter::<TileKind>("part").unwrap_or_default());
    // What was learned does not follow the query.
    let place = Memo::new(move |_| {
        let place = state.selection.shown.get()?;
        let still = Place { query: Query { u: place.query.u, ..Query::default() }, ..place };
        Some(if kind.get() == TileKind::Embedding { still } else { place })
    });
    let figures = Memo::new(move |_| {
        let place = place.get();
        let grids =
            state.with_query(place, |layer, query| positions::tiles(layer, query, kind.get())).unwrap_or_default();
        let (subject, limit) = (subject(state, place).unwrap_or_default(), common_limit(&grids));
        let figure = |(channel, grid)| Arc::new(figures::tile(&subject, kind.get(), channel, grid, limit));
        Arc::new(grids.into_iter().enumerate().map(figure).collect::<Vec<Arc<Figure>>>())
    });
    let items = Memo::new(move |_| {
        let tile = |(key, figure): (usize, &Arc<Figure>)| tiles::Tile {
            key,
            figure: figure.clone(),
            lines: vec![(key.to_string(), String::new())],
            spoken: figure.description(),
        };
        Arc::new(figures.read().iter().enumerate().map(tile).collect::<Vec<_>>())
    });
    let channel = Memo::new(move |_| {
        let last = figures.read().len().saturating_sub(1);
        state.parameter::<usize>("channel").unwrap_or(0).min(last)
    });
    let chosen = Memo::new(move |_| figures.read().get(channel.get()).cloned());
    let limit = Signal::derive(move || figures.read().first().map(|figure| figure.scale.limit()));
    let look = Callback::new(move |channel: usize| {
        state.set_parameter("channel", Some(channel.to_string()));
    });
    let symbol = move || match kind.get() {
        TileKind::Embedding => view! { "E"<sub>{channel}</sub> }.into_any(),
        TileKind::Contribution => view! { "q"<sub>{channel}</sub>"E"<sub>{channel}</sub> }.into_any(),
    };
    let says = move || match kind.get() {
        TileKind::Embedding => {
            "One table for each key channel, the same for every query and every head; the ring is the query itself."
        }
        TileKind::Contribution => "Each table times the query’s value in that channel. Their sum is the kernel above.",
    };
    view! {
        <section class="positions-part" aria-labelledby="learned-title">
            <h3 id="learned-title">"What the layer has learned"</h3>
            <div class="part-tools">
                <Choice
                    name="tile-select"
                    legend="Tables"
                    items=Signal::stored(vec![
                        Item::new("as learned", "E_k: the same for every query and every head"),
                        Item::new("times this query", "q_k E_k: what each channel adds to the query’s kernel"),
                    ])
                    selected=Signal::derive(move || TileKind::VARIANTS.iter().position(|tile| *tile == kind.get()).unwrap_or(0))
                    on_choose=move |index| {
                        let tile = TileKind::VARIANTS[index];
                        state.set_parameter("part", (tile != TileKind::default()).then(|| tile.id().to_owned()));
                    }
                />
                <p class="quiet">{says}</p>
            </div>
            <div class="tiles-and-one">
                <div class="tiles-side">
                    <Tiles tiles=items current=channel on_look=look test_id="channel-tiles" label="Key channels" />
                    <div class="scale scale-small">
                        <ScaleBar limit />
                    </div>
                    <p class="quiet">"All tables are on this scale."</p>
                </div>
                <FigureView figure=chosen symbol=symbol.into_any() test_id="channel-tile" pointed=RwSignal::new(None) />
            </div>
        </section>
    }
}
