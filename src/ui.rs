//! The page's components. They read signals of [`state::State`] and wire events; what they show is computed in
//! [`lambdascope_explain`], what they remember in [`crate::page`]. Nothing of the engine is linked here: it answers from its
//! worker, through [`lambdascope_protocol`].

mod actions;
mod anatomy;
mod atlas;
mod browser;
mod camera;
mod choice;
mod compare;
mod dot_plot;
mod drop;
mod engine;
mod export;
mod family;
mod figure;
mod formula;
mod guess_bars;
mod header;
mod help;
mod history;
mod input;
mod legend;
mod lens;
mod link;
mod loads;
mod map;
mod measured;
mod motion;
mod network_entry;
mod network_signals;
mod networks;
mod notes;
mod nothing_inside;
mod orders;
mod paper;
mod positions;
mod precomputed;
mod proof;
mod query_grid;
mod query_vector;
mod rest;
mod result;
mod scale_bar;
mod shader;
mod share;
mod stage;
mod state;
mod status;
mod strip;
mod subject;
mod tiles;
mod views;
mod weights;
mod what_if;

use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Mounts the page to `#app`, in place of what stood there while it loaded.
pub fn mount() {
    let Some(app) = document().get_element_by_id("app").and_then(|app| app.dyn_into::<web_sys::HtmlElement>().ok())
    else {
        leptos::logging::error!("the document has no element #app to mount the page to");
        return;
    };
    app.set_inner_html("");
    leptos::mount::mount_to(app, App).forget();
}

#[component]
fn App() -> impl IntoView {
    let state = state::State::new();
    provide_context(state);
    engine::connect(state);
    input::load_samples(state);
    precomputed::connect(state);
    history::connect(state);

    if state.address().embed {
        return view! {
            <main class="page page-frame">
                <views::Views />
                <share::FrameFoot />
            </main>
        }
        .into_any();
    }
    view! {
        <a class="skip" href="#view">"Skip to the maps"</a>
        <header::Header />
        <main class="page">
            <networks::Networks />
            <strip::Strip />
            <div class="columns">
                <div class="input-column">
                    <input::Input />
                    <result::Result />
                </div>
                <div class="stage-column">
                    <views::Views />
                    <share::Share />
                </div>
            </div>
            <measured::Measured />
        </main>
        <drop::DropVeil />
    }
    .into_any()
}
