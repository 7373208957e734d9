//! The shaders of the layer on screen, their edits, and what came of them.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;

use crate::page::shader::kernel_text::KernelText;
use crate::page::shader::kernels::text_of;
use crate::ui::state::debounce::Debounce;
use crate::ui::state::shader::Outcome;
use crate::ui::state::{Phase, State};
use lambdascope_core::catalogue::Source;
use lambdascope_core::shader_edit::{Fault, ShaderRun, ShaderStep};
use lambdascope_protocol::{LayerShaders, Request, ShaderEdit, ShaderFailure};

/// An edited run that takes longer is given up, and its engine is ended.
const LIMIT: Duration = Duration::from_secs(30);

/// A pause in typing before the text is checked.
const PAUSE: Duration = Duration::from_millis(300);

/// The step on screen.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// The layer's place in the trace.
    pub layer: usize,
    /// The step's place in the layer.
    pub index: usize,
    /// The step.
    pub step: ShaderStep,
    /// What is said of it.
    pub text: Option<&'static KernelText>,
}

/// The shaders of the layer on screen, once they are there. Tracks them.
pub fn layer_shaders(state: State) -> Option<Arc<LayerShaders>> {
    let layer = state.selection.place.get()?.layer;
    let network = state.answer.read().as_ref()?.network;
    state.shader.texts.get().filter(|texts| (texts.network, texts.layer) == (network, layer))
}

/// The step that is chosen, at first the one that gives the layer's output.
pub fn shown(state: State) -> Option<Shown> {
    let shaders = layer_shaders(state)?;
    let named = state.parameter::<String>("kernel");
    let place = |test: &dyn Fn(&ShaderStep) -> bool| shaders.steps.iter().position(test);
    let index = named
        .and_then(|name| place(&|step| step.kernel == name))
        .or_else(|| place(&|step| ["lambda_apply", "lambda_build", "attention"].contains(&step.kernel.as_str())))
        .unwrap_or(0);
    let step = shaders.steps.get(index)?.clone();
    let text = text_of(&step.kernel);
    Some(Shown { layer: shaders.layer, index, step, text })
}

/// The text in the editor: the edit where there is one.
pub fn source(state: State, shown: &Shown) -> String {
    state.shader.edits.read().get(&shown.step.source).unwrap_or(&shown.step.source).clone()
}

/// Puts a text in the editor.
pub fn edit(state: State, shown: &Shown, source: String) {
    state.shader.edits.update(|edits| {
        if source == shown.step.source {
            edits.remove(&source);
        } else {
            edits.insert(shown.step.source.clone(), source);
        }
    });
}

/// What is wrong with a text, if it was checked: `Some(None)` is nothing. Tracks the check.
pub fn fault(state: State, source: &str) -> Option<Option<Fault>> {
    let checked = state.shader.checked.read();
    checked.as_ref().filter(|(text, _)| text == source).map(|(_, fault)| fault.clone())
}

/// What came of the text on screen, if it ran on the answer on screen.
pub fn outcome(state: State, shown: &Shown) -> Option<Outcome> {
    let answer = state.answer.read().as_ref().map(|answer| answer.id);
    let is_of = |outcome: &Outcome| match &outcome.result {
        Ok(run) => (run.layer, run.step) == (shown.layer, shown.index) && outcome.answer == answer,
        Err(_) => outcome.source == source(state, shown),
    };
    state.shader.outcome.get().filter(is_of)
}

/// Asks for the shaders of the layer on screen, and has every edit checked once typing has paused.
pub fn connect(state: State) {
    let signals = state.shader;
    Effect::new(move |_| {
        if state.phase.get() != Phase::Ready || layer_shaders(state).is_some() {
            return;
        }
        let (Some(place), engine) = (state.selection.place.get(), state.engine_load.get()) else { return };
        if state.answer.read().as_ref().is_some_and(|answer| answer.network == engine) {
            state.send(&Request::LayerShaders { layer: place.layer }, None);
        }
    });
    let debounce = Debounce::new();
    Effect::new(move |_| {
        if state.phase.get() != Phase::Ready {
            return;
        }
        let Some(shown) = shown(state) else { return };
        let source = source(state, &shown);
        debounce.cancel();
        if source == shown.step.source {
            signals.checked.set(Some((source, None)));
            return;
        }
        debounce.after(PAUSE, move || {
            let id = signals.checking.with_value(|(id, _)| id + 1);
            signals.checking.set_value((id, source.clone()));
            let edit = ShaderEdit { id, layer: shown.layer, step: shown.index, source };
            state.send(&Request::CheckShader(edit), None);
        });
    });
}

/// Runs the text in the editor.
pub fn run(state: State) {
    let signals = state.shader;
    let Some(shown) = untrack(|| shown(state)) else { return };
    if signals.running.get_untracked()
        || state.phase.get_untracked() != Phase::Ready
        || state.precomputed.get_untracked()
    {
        return;
    }
    let source = untrack(|| source(state, &shown));
    let id = signals.ran.with_value(|(id, _)| id + 1);
    signals.ran.set_value((id, source.clone()));
    signals.outcome.set(None);
    signals.running.set(true);
    signals.patience.after(LIMIT, move || give_up(state, id));
    let edit = ShaderEdit { id, layer: shown.layer, step: shown.index, source };
    state.send(&Request::RunShader(edit), None);
}

/// Gives up a run that does not end: the engine that hangs in it is replaced by another.
fn give_up(state: State, id: u64) {
    let is_this = state.shader.ran.with_value(|(ran, _)| *ran == id);
    if !is_this || !state.shader.running.get_untracked() {
        return;
    }
    let own = state.networks.running.with_untracked(|running| {
        running.as_ref().is_some_and(|running| matches!(running.source, Source::File { .. }))
    });
    let again = if own { " Your own network has to be loaded again." } else { "" };
    let message = format!(
        "It took longer than {} seconds, so the engine was stopped and a new one started on the CPU, since the GPU may still \
         be busy with it. Your edit is still here; reload the page to use the GPU again.{again}",
        LIMIT.as_secs()
    );
    finish(state, Err(ShaderFailure { message, fault: None }));
    // The engine that hangs is ended, and another started.
    state.gpu_hangs.update(|hangs| *hangs += 1);
}

fn finish(state: State, result: Result<Arc<ShaderRun>, ShaderFailure>) {
    let signals = state.shader;
    signals.patience.cancel();
    signals.running.set(false);
    let source = signals.ran.with_value(|(_, source)| source.clone());
    let answer = state.answer.read_untracked().as_ref().map(|answer| answer.id);
    if let Err(ShaderFailure { fault: Some(fault), .. }) = &result {
        signals.checked.set(Some((source.clone(), Some(fault.clone()))));
    }
    signals.outcome.set(Some(Outcome { source, result, answer }));
}

/// Takes a layer's shaders.
pub fn received(state: State, shaders: LayerShaders) {
    state.shader.texts.set(Some(Arc::new(shaders)));
}

/// Takes the outcome of a check; only the last one counts.
pub fn checked(state: State, id: u64, fault: Option<Fault>) {
    let (asked, source) = state.shader.checking.get_value();
    if asked == id {
        state.shader.checked.set(Some((source, fault)));
    }
}

/// Takes the outcome of a run; only the last one counts.
pub fn ran(state: State, id: u64, outcome: Result<Box<ShaderRun>, ShaderFailure>) {
    if state.shader.ran.with_value(|(asked, _)| *asked == id) && state.shader.running.get_untracked() {
        finish(state, outcome.map(|run| Arc::new(*run)));
    }
}
