//! Every shader of a graph as an edit would run it, its loops bounded, for the native and the browser's test.

use std::collections::BTreeMap;
use std::sync::Arc;

use lambdascope_core::kernels::conv::Strategy;
use lambdascope_core::nn::graph::Graph;
use lambdascope_core::tensor::relative_difference;
use lambdascope_engine::gpu;
use lambdascope_engine::gpu::Session;

/// How far a bounded shader's numbers may be from the original's, relative to the largest: another compiler's rounding.
const TOLERANCE: f32 = 1e-6;

/// Runs a graph as it is, then once more for each of its shaders that is not among those `seen`, with that one bounded. A
/// shader is another one with other constants, since they make another program of it, and is `seen` from then on.
///
/// # Errors
/// A sentence with the step, if a shader does not pass, the GPU fails, or a value differs.
pub async fn check(
    device: &gpu::Device,
    graph: &Arc<Graph>,
    context: &[f32],
    input: &[f32],
    seen: &mut BTreeMap<String, &'static str>,
) -> Result<(), String> {
    let kept: Vec<usize> = (0..graph.values.len()).collect();
    let tile = |params: &_| Strategy::SOFTWARE.tile(params);
    let session = Session::with_tiles(device, Arc::clone(graph), &kept, tile).await;
    let mut session = session.map_err(|error| error.to_string())?;
    session.set_context(context).map_err(|error| error.to_string())?;
    let before = session.run(input, &kept).await.map_err(|error| error.to_string())?;
    for (step, op) in graph.ops.iter().enumerate() {
        let shader = gpu::dispatch(op, tile).shader;
        let program = format!("{} {:?}", shader.name, shader.overrides);
        if seen.insert(program, shader.name).is_some() {
            continue;
        }
        let failed = |cause: String| format!("{} at step {step}: {cause}", shader.name);
        let edited = gpu::check(&shader, &shader.source).map_err(|fault| failed(format!("{fault:?}")))?;
        let replacement = session.replacement(step, edited.clone()).await;
        let mut replacement = replacement.map_err(|error| failed(format!("{error}\n{}", edited.source)))?;
        session.exchange(&mut replacement);
        let after = session.run(input, &kept).await.map_err(|error| failed(error.to_string()))?;
        session.exchange(&mut replacement);
        for (id, (after, before)) in after.iter().zip(&before).enumerate() {
            let difference = relative_difference(after, before);
            if difference > TOLERANCE || difference.is_nan() {
                return Err(failed(format!("{} differs by {difference:.1e}", graph.values[id].name)));
            }
        }
    }
    Ok(())
}
