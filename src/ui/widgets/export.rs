//! A drawing as a file: PNG and SVG with legend, limits and caption; its values as NPY and CSV.

use std::sync::Arc;

use leptos::prelude::*;
use wasm_bindgen::prelude::*;

use crate::ui::browser;
use crate::ui::browser::describe;
use crate::ui::state::State;
use lambdascope_explain::figures::figure::Figure;

/// Pixels of a PNG for each of the SVG's.
const DENSITY: f64 = 2.0;

/// The formats.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Png,
    Svg,
    Npy,
    Csv,
}

impl Format {
    const ALL: [Self; 4] = [Self::Png, Self::Svg, Self::Npy, Self::Csv];

    fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Svg => "svg",
            Self::Npy => "npy",
            Self::Csv => "csv",
        }
    }
}

/// The buttons.
#[component]
pub fn Export(figure: Signal<Option<Arc<Figure>>>, title: Memo<Option<String>>) -> impl IntoView {
    let state = State::here();
    let problem = RwSignal::new(None::<String>);
    let save = move |format: Format| {
        let Some(figure) = figure.get_untracked() else { return };
        let theme = state.theme.get_untracked();
        problem.set(None);
        leptos::task::spawn_local(async move {
            let name = format!("{}.{}", figure.name, format.extension());
            let saved = match format {
                Format::Svg => browser::save(&name, "image/svg+xml", figure.svg(theme).as_bytes()),
                Format::Csv => {
                    figure.csv().map_err(|e| e.to_string()).and_then(|csv| browser::save(&name, "text/csv", &csv))
                }
                Format::Npy => figure
                    .npy()
                    .map_err(|error| error.to_string())
                    .and_then(|npy| browser::save(&name, "application/octet-stream", &npy)),
                Format::Png => match png(&figure.svg(theme)).await {
                    Ok(blob) => browser::save_blob(&name, &blob),
                    Err(error) => Err(describe(&error)),
                },
            };
            if let Err(cause) = saved {
                problem.set(Some(format!("{name} could not be written: {cause}.")));
            }
        });
    };
    view! {
        <details class="fold">
            <summary>"Save"</summary>
            <div class="export" role="group" aria-label=move || {
                title.read().as_ref().map(|title| format!("Save: {title}"))
            }>
                {Format::ALL
                    .map(|format| {
                        let name = format.extension();
                        view! {
                            <button type="button" class="button" data-format=name on:click=move |_| save(format)>
                                {name.to_uppercase()}
                            </button>
                        }
                    })
                    .collect_view()}
            </div>
            {move || problem.get().map(|problem| view! { <p role="alert">{problem}</p> })}
        </details>
    }
}

/// An SVG as pixels.
async fn png(svg: &str) -> Result<web_sys::Blob, JsValue> {
    let svg = browser::blob("image/svg+xml", svg.as_bytes())?;
    browser::canvas::svg_as_png(&svg, None, |size| size.map(|side| side * DENSITY)).await
}
