//! Every shader of a graph as an edit would run it, its loops bounded, for the native and the browser's test.

use std::sync::Arc;

use lambdascope_core::kernels::conv::Strategy;
use lambdascope_core::nn::graph::Graph;
use lambdascope_core::tensor::relative_difference;
use lambdascope_engine::gpu;
use lambdascope_engine::gpu::Session;

/// How far a bounded shader's numbers may be from the original's, relative to the largest: another compiler's rounding.
const TOLERANCE: f32 = 1e-6;

/// Runs a graph as it is, then once more for each of its shaders with that one bounded; the shaders' names.
///
/// # Errors
/// A sentence with the step, if a shader does not pass, the GPU fails, or a value differs.
pub async fn check(
    device: &gpu::Device,
    graph: &Arc<Graph>,
    context: &[f32],
    input: &[f32],
) -> Result<Vec<String>, String> {
    let kept: Vec<usize> = (0..graph.values.len()).collect();
    let way = |params: &_| Strategy::SOFTWARE.way(params);
    let session = Session::with_ways(device, Arc::clone(graph), &kept, way).await;
    let mut session = session.map_err(|error| error.to_string())?;
    session.set_context(context).map_err(|error| error.to_string())?;
    let before = session.run(input, &kept).await.map_err(|error| error.to_string())?;
    let mut names: Vec<String> = Vec::new();
    for (step, op) in graph.ops.iter().enumerate() {
        let shader = gpu::dispatch(op, way).shader;
        if names.iter().any(|name| name == shader.name)
            && !shader.overrides.iter().any(|(name, _)| *name != "WORKGROUP")
        {
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
        names.push(shader.name.to_owned());
    }
    Ok(names)
}
