//! Where in the picture a class comes from: the map of what each position adds to its logit, alone or against another class,
//! what it adds up to, and the trail from a position back through the layers.

mod choose;
mod follow;
mod looked;
mod positions;
mod sums;

use std::sync::Arc;

use leptos::prelude::*;

use crate::ui::engine::evidence::ask_on_change;
use crate::ui::state::State;
use crate::ui::widgets::display_choice::DisplayChoice;
use crate::ui::widgets::figure::FigureView;
use choose::Choose;
use follow::{Follow, begin};
use lambdascope_explain::views::evidence;
use looked::{Looked, looked};
use positions::Positions;
use sums::SumsView;

/// The view.
#[component]
pub fn Evidence() -> impl IntoView {
    let state = State::here();
    ask_on_change(state);
    let looked = looked(state);
    let figure = Memo::new(move |_| {
        let looked = looked.get()?;
        let Looked { evidence, map, class, against } = &*looked;
        Some(Arc::new(evidence::figure(&state.setting.read(), map[1], evidence, class, against.as_deref())))
    });
    let pointed = RwSignal::new(None);
    let is_awaited = move || looked.read().is_none();
    view! {
        <div class="evidence" data-testid="evidence" aria-busy=move || is_awaited().to_string()>
            <p class="evidence-lead">
                "The network ends in a mean over all positions and one linear layer. A class’s logit is therefore an exact sum: what each position adds, and a bias. Nothing is estimated here."
            </p>
            <Choose />
            <div class="evidence-parts">
                <div class="evidence-map">
                    <FigureView
                        figure
                        symbol=view! { "w"<sub>"c"</sub> "·f"<sub>"p"</sub> " / P" }.into_any()
                        test_id="evidence-map"
                        pointed
                        on_picture=true
                        on_choose=Callback::new(move |cell| begin(state, cell))
                    />
                    <DisplayChoice />
                </div>
                <div class="evidence-side">
                    <SumsView looked />
                    <Positions figure pointed />
                    <Follow />
                </div>
            </div>
        </div>
    }
}
