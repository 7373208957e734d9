//! The page's second module: all that is not on the first screen. It is fetched once the engine has answered, or at once where
//! it is asked for; everything that only this file's `draw` reaches is in it.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::SplitLoaderError;

use crate::page::view::View;
use crate::ui::shell::tour::Sheet;
use crate::ui::state::State;
use crate::ui::state::later::{Draw, Piece};
use crate::ui::views::anatomy::Anatomy;
use crate::ui::views::atlas::Atlas;
use crate::ui::views::cost::Cost;
use crate::ui::views::evidence::Evidence;
use crate::ui::views::formula::Formula;
use crate::ui::views::lens::Lens;
use crate::ui::views::lens::beside::BesideStage;
use crate::ui::views::orders::Orders;
use crate::ui::views::positions::Positions;
use crate::ui::views::questions::Questions;
use crate::ui::views::shader::ShaderView;
use crate::ui::views::what_if::WhatIf;

/// Fetches the module as soon as it is wanted, and again whenever somebody tries again.
pub fn connect(state: State) {
    let later = state.later;
    let address = state.address();
    if address.view.is_some_and(|view| view != View::Lens) {
        later.want();
    }
    Effect::new(move |_| {
        // What a frame does not show it does not fetch.
        let has_answered = state.answer.read().as_ref().is_some_and(|answer| answer.computed.is_some());
        if has_answered && !state.address().embed {
            later.want();
        }
    });
    Effect::new(move |_| {
        if !later.is_wanted.get() || later.has_failed.get() || later.draw.read_untracked().is_some() {
            return;
        }
        spawn_local(async move {
            match module().await {
                Ok(draw) => later.draw.set(Some(draw)),
                Err(_) => later.has_failed.set(true),
            }
        });
    });
}

fn draw(piece: Piece) -> AnyView {
    let view = match piece {
        Piece::Beside => return view! { <BesideStage /> }.into_any(),
        Piece::Tour => return view! { <Sheet /> }.into_any(),
        Piece::View(view) => view,
    };
    match view {
        View::Lens => view! { <Lens /> }.into_any(),
        View::Anatomy => view! { <Anatomy /> }.into_any(),
        View::Orders => view! { <Orders /> }.into_any(),
        View::Position => view! { <Positions /> }.into_any(),
        View::Atlas => view! { <Atlas /> }.into_any(),
        View::Evidence => view! { <Evidence /> }.into_any(),
        View::WhatIf => view! { <WhatIf /> }.into_any(),
        View::Formula => view! { <Formula /> }.into_any(),
        View::Shader => view! { <ShaderView /> }.into_any(),
        View::Cost => view! { <Cost /> }.into_any(),
        View::Questions => view! { <Questions /> }.into_any(),
    }
}

// The name of the module's file comes of the first argument.
#[cfg(page_in_parts)]
#[leptos::wasm_split::wasm_split(later, wasm_split_path = ::leptos::wasm_split, fallible)]
fn module() -> Result<Draw, SplitLoaderError> {
    Ok(draw)
}

/// Trunk alone makes one module of everything.
#[cfg(not(page_in_parts))]
async fn module() -> Result<Draw, SplitLoaderError> {
    Ok(draw)
}
