//! The shader itself: the WGSL of a step beside its equation, to be read, edited and run in place of the original.

mod editor;
mod equation;
mod lit;
mod outcome;

use leptos::prelude::*;

use crate::page::shader::steps::{launch, short_name, step_name};
use crate::ui::engine::shader::{self, Shown, layer_shaders, shown};
use crate::ui::state::State;
use crate::ui::widgets::choice::{Choice, Item};
use editor::Editor;
use equation::Equation;
use lambdascope_core::backend::Backend;
use lit::Lit;
use outcome::OutcomeView;

/// The view.
#[component]
pub fn ShaderView() -> impl IntoView {
    let state = State::here();
    shader::connect(state);
    let shown = Memo::new(move |_| shown(state));
    let lit = Lit { part: RwSignal::new(None), line: RwSignal::new(None) };
    let names = Signal::derive(move || {
        layer_shaders(state)
            .map(|shaders| shaders.steps.iter().map(|step| Item::plain(step_name(step))).collect())
            .unwrap_or_default()
    });
    let choose = move |index: usize| {
        let kernel = layer_shaders(state).and_then(|shaders| Some(shaders.steps.get(index)?.kernel.clone()));
        lit.part.set(None);
        lit.line.set(None);
        state.set_parameter("kernel", kernel);
    };
    let on_cpu = Memo::new(move |_| {
        state
            .answer
            .read()
            .as_ref()
            .and_then(|answer| answer.computed.as_ref())
            .is_some_and(|own| own.report.backend == Backend::Cpu)
    });
    view! {
        <div class="shader explained" data-testid="shader">
            <Show when=move || shown.read().is_some() fallback=|| view! { <p class="quiet">"Waiting for the engine to send the layer’s shaders…"</p> }>
                <Choice
                    name="shader-step"
                    legend="Step"
                    items=names
                    selected=Signal::derive(move || shown.read().as_ref().map_or(0, |shown| shown.index))
                    on_choose=choose
                />
                <div class="shader-head">
                    <Equation shown lit />
                    <Arrays shown />
                </div>
                <Show when=move || on_cpu.get()>
                    <p class="quiet" data-testid="shader-on-cpu">
                        "The numbers on screen come from this shader’s twin on the CPU, which agrees with it to within 1 in 10,000. An edit still runs on WebGPU, where the browser has it, beside the original."
                    </p>
                </Show>
                <Editor shown lit />
                <OutcomeView shown />
            </Show>
        </div>
    }
}

/// What the step reads and writes, and how it is launched.
#[component]
fn Arrays(shown: Memo<Option<Shown>>) -> impl IntoView {
    let rows = move || {
        let shown = shown.get()?;
        let row = |array: &lambdascope_core::shader_edit::ShaderArray| {
            let shape: Vec<String> = array.shape.iter().map(ToString::to_string).collect();
            view! {
                <tr>
                    <th scope="row"><code>{array.variable.clone()}</code></th>
                    <td>{if array.written { "writes" } else { "reads" }}</td>
                    <td>{shape.join(" × ")}</td>
                    <td>{array.value.as_deref().map_or("weights", short_name).to_owned()}</td>
                </tr>
            }
        };
        Some(shown.step.arrays.iter().map(row).collect_view())
    };
    view! {
        <div class="shader-arrays">
            <div class="table-scroll" tabindex="0" role="region" aria-label="Arrays of this step">
                <table class="numbers" data-testid="shader-arrays">
                    <thead>
                        <tr>
                            <th scope="col">"array"</th>
                            <th scope="col"><span class="hidden">"use"</span></th>
                            <th scope="col">"shape"</th>
                            <th scope="col">"holds"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <p class="quiet" data-testid="shader-launch">{move || shown.read().as_ref().map(|shown| launch(&shown.step))}</p>
        </div>
    }
}
