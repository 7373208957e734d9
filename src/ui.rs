//! The page's components. They read signals of [`state::State`] and wire events; what they show is computed in
//! [`lambdascope_explain`], what they remember in [`crate::page`]. Nothing of the engine is linked here: it answers from its
//! worker, through [`lambdascope_protocol`].

mod browser;
mod engine;
mod link;
mod shell;
mod state;
mod views;
mod widgets;

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
    shell::input::choose_sample(state);
    shell::own_pictures::load_kept(state);
    engine::precomputed::connect(state);
    shell::history::connect(state);
    shell::walk::connect(state);
    shell::offline::connect(state);
    shell::later::connect(state);

    shell::lesson::connect(state);

    let address = state.address();
    if address.embed {
        let main = NodeRef::new();
        shell::lesson::post_height(main);
        return view! {
            <main class="page page-frame" node_ref=main>
                {match address.lesson.figure {
                    Some(figure) => view! { <shell::lesson::FigureFrame figure /> }.into_any(),
                    None => view! {
                        <h1 class="hidden">"lambdascope"</h1>
                        <shell::tabs::Views />
                    }
                    .into_any(),
                }}
                <shell::share::FrameFoot />
            </main>
        }
        .into_any();
    }
    let on_tour = Memo::new(move |_| state.tour.at.read().is_some());
    view! {
        <a class="skip" href="#view">"Skip to the maps"</a>
        <shell::header::Header>
            <shell::networks::Networks />
            <shell::offline::NewVersion />
        </shell::header::Header>
        <main class="page">
            {move || {
                on_tour.get().then(|| view! { <div class="tour-room"><widgets::later::Later piece=state::later::Piece::Tour /></div> })
            }}
            <div class="columns">
                <div class="input-column">
                    <shell::input::Input />
                    <shell::result::Result />
                </div>
                <div class="stage-column">
                    <shell::strip::Strip />
                    <shell::tabs::Views />
                    <shell::share::Share />
                </div>
            </div>
            <shell::measured::Measured />
        </main>
        <shell::drop::DropVeil />
        <shell::lesson::Presenting />
    }
    .into_any()
}
