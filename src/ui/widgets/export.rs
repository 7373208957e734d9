//! A drawing as a file: PNG and SVG with legend, limits and caption; its values as NPY and CSV.

use std::sync::Arc;

use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

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
    let source = browser::blob("image/svg+xml", svg.as_bytes())?;
    let url = web_sys::Url::create_object_url_with_blob(&source)?;
    let image = web_sys::HtmlImageElement::new()?;
    image.set_src(&url);
    let decoded = JsFuture::from(image.decode()).await;
    let drawn = decoded.and_then(|_| {
        let canvas: web_sys::HtmlCanvasElement = document().create_element("canvas")?.unchecked_into();
        let [width, height] = [image.natural_width(), image.natural_height()].map(|side| f64::from(side) * DENSITY);
        canvas.set_width(width as u32);
        canvas.set_height(height as u32);
        let context = canvas.get_context("2d")?.ok_or("this browser offers no 2D canvas")?;
        context
            .unchecked_into::<web_sys::CanvasRenderingContext2d>()
            .draw_image_with_html_image_element_and_dw_and_dh(&image, 0.0, 0.0, width, height)?;
        Ok(canvas)
    });
    let _ = web_sys::Url::revoke_object_url(&url);
    let canvas = drawn?;
    let promise = js_sys::Promise::new(&mut |resolve, reject| {
        let done = Closure::once_into_js(move |blob: JsValue| {
            let _ = resolve.call1(&JsValue::NULL, &blob);
        });
        if let Err(error) = canvas.to_blob(done.unchecked_ref()) {
            let _ = reject.call1(&JsValue::NULL, &error);
        }
    });
    JsFuture::from(promise).await?.dyn_into()
}
