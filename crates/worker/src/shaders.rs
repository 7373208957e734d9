//! A layer's shaders: their text, the check of an edited one, and its run on the picture that was answered last.

use web_sys::console;

use super::fetch::{fetch, read_body};
use super::scope::post;
use lambdascope_core::shader_edit::{Fault, ShaderRun};
use lambdascope_engine::{Engine, Seen, ShaderError, shader_module};
use lambdascope_protocol::{LayerShaders, Response, ShaderEdit, ShaderFailure};

/// What shaders are read and checked with.
const MODULE: &str = "shader_check.wasm";

/// Gets what shaders are read and checked with, once.
async fn prepare() -> Result<(), String> {
    if shader_module::is_installed() {
        return Ok(());
    }
    let bytes = async { read_body(&fetch(MODULE).await?, |_| {}).await };
    let bytes = bytes.await.map_err(|error| error.to_string());
    let installed = bytes.and_then(|bytes| shader_module::install(&bytes));
    installed.map_err(|cause| format!("what checks shaders could not be loaded: {cause}"))
}

/// Posts a layer's shaders; `network` is the load whose network the engine runs.
pub async fn text(engine: &Engine, network: u64, layer: usize) {
    // Without it the shaders are there to be read, but for the names of their arrays.
    if let Err(cause) = prepare().await {
        console::warn_1(&cause.into());
    }
    post(&Response::LayerShaders(LayerShaders { network, layer, steps: engine.shader_steps(layer) }));
}

/// Posts what is wrong with an edit.
pub async fn check(engine: &Engine, ShaderEdit { id, layer, step, source }: &ShaderEdit) {
    let fault = match prepare().await {
        Ok(()) => match engine.check_shader(*layer, *step, source) {
            Ok(()) => None,
            Err(ShaderError::Fault(fault)) => Some(fault),
            Err(error) => Some(Fault::of(&error.to_string())),
        },
        Err(cause) => Some(Fault::of(&cause)),
    };
    post(&Response::ShaderChecked { id: *id, fault });
}

/// Posts what came of an edit's run.
pub async fn run(engine: &mut Engine, seen: Option<&Seen>, edit: ShaderEdit) {
    let id = edit.id;
    let outcome = outcome(engine, seen, edit).await.map(Box::new);
    post(&Response::ShaderRan { id, outcome });
}

async fn outcome(
    engine: &mut Engine,
    seen: Option<&Seen>,
    ShaderEdit { layer, step, source, .. }: ShaderEdit,
) -> Result<ShaderRun, ShaderFailure> {
    let Some(seen) = seen else {
        return Err(ShaderFailure {
            message: "There is no picture to run it on. Choose one first.".into(),
            fault: None,
        });
    };
    if let Err(cause) = prepare().await {
        return Err(ShaderFailure { message: format!("It was not run: {cause}."), fault: None });
    }
    match engine.run_with_shader(&seen.input, layer, step, &source).await {
        Ok(run) => Ok(run),
        Err(ShaderError::Fault(fault)) => {
            Err(ShaderFailure { message: "The shader was not run: it has an error.".into(), fault: Some(fault) })
        }
        Err(error) => {
            let message = match error {
                ShaderError::Failed(_) => format!("It gave no result: {error}. The original is back in its place."),
                _ => format!("It was not run: {error}."),
            };
            Err(ShaderFailure { message, fault: None })
        }
    }
}
