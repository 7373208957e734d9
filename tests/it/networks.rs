//! Golden tests of timm's three LambdaResNets with seeded weights: stem, every block, every lambda layer and the logits,
//! at the networks' own sizes and at others, on the CPU and on the native GPU backend.

use crate::common::seeded;
use std::sync::Arc;

use lambdascope_core::nn::graph::{Graph, ValueId, padded};
use lambdascope_core::nn::network::Network;
use lambdascope_core::nn::trace::gather;
use lambdascope_core::tensor::{Tensor, relative_difference};
use lambdascope_engine::{cpu, gpu};
use lambdascope_explain::read::implicit_attention::{Proof, every_u, reconstruct};
use lambdascope_explain::read::query::Query;
use safetensors::SafeTensors;

/// Two sides agree when max|a − b| ≤ this · max|b|.
const TOLERANCE: f32 = 1e-4;

struct Golden {
    name: &'static str,
    bytes: Vec<u8>,
    network: Network,
}

#[derive(serde::Deserialize)]
struct Case {
    map: [usize; 2],
    others: Vec<[usize; 2]>,
    samples: usize,
}

impl Golden {
    fn new(name: &'static str) -> Self {
        let path = format!("{}/tests/fixtures/network_{name}.safetensors", env!("CARGO_MANIFEST_DIR"));
        let network = Network::from_safetensors(&seeded::weights_file(name).unwrap()).unwrap();
        assert_eq!(network.description.name, name);
        Self { name, bytes: std::fs::read(path).unwrap(), network }
    }

    fn case(&self) -> Case {
        let (_, header) = SafeTensors::read_metadata(&self.bytes).unwrap();
        serde_json::from_str(&header.metadata().as_ref().unwrap()["case"]).unwrap()
    }

    fn tensor(&self, name: &str) -> Option<Vec<f32>> {
        let tensors = SafeTensors::deserialize(&self.bytes).unwrap();
        let view = tensors.tensor(name).ok()?;
        Some(view.data().chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect())
    }

    /// The values of the graph at `size` that a backend computes.
    fn run(&self, size: [usize; 2], backend: impl Fn(Arc<Graph>, &[f32], &[ValueId]) -> Vec<Vec<f32>>) -> Ran {
        let graph = Arc::new(self.network.graph(size).unwrap());
        let picture = Tensor::new([size[0], size[1], 3], seeded::picture(size)).unwrap();
        let named =
            (0..graph.values.len()).filter(|id| self.tensor(&format!("{}.sample", graph.values[*id].name)).is_some());
        let mut kept: Vec<ValueId> = graph.traced().into_iter().chain(named).collect();
        kept.sort_unstable();
        kept.dedup();
        let values = backend(Arc::clone(&graph), &padded(&picture), &kept);
        Ran { graph, kept, values }
    }

    fn close(&self, what: &str, found: &[f32], expected: &[f32]) {
        let difference = relative_difference(found, expected);
        assert!(difference <= TOLERANCE, "{} {what}: {difference:e}", self.name);
    }

    /// Compares everything at the network's own size, and the logits at the others.
    fn check(&self, backend: impl Fn(Arc<Graph>, &[f32], &[ValueId]) -> Vec<Vec<f32>>) {
        let case = self.case();
        let ran = self.run(case.map, &backend);
        let logits = self.tensor("logits").unwrap();
        self.close("logits", &ran.value(ran.graph.logits)[..logits.len()], &logits);
        let mut compared = 0;
        for (id, value) in ran.graph.values.iter().enumerate() {
            let Some(samples) = self.tensor(&format!("{}.sample", value.name)) else { continue };
            let largest = self.tensor(&format!("{}.max_abs", value.name)).unwrap()[0];
            let mut found = ran.value(id).to_vec();
            let stride = |count: usize| count.div_ceil(case.samples) | 1;
            if found.len().div_ceil(stride(found.len())) != samples.len() {
                // timm's layer includes the average pool of a stride of 2.
                found = pooled(&found, value.shape);
            }
            let found: Vec<f32> = found.iter().step_by(stride(found.len())).copied().collect();
            assert_eq!(found.len(), samples.len(), "{} {}", self.name, value.name);
            let worst = found.iter().zip(&samples).fold(0.0f32, |worst, (a, b)| worst.max((a - b).abs()));
            assert!(worst <= TOLERANCE * largest, "{} {}: {worst:e} of {largest}", self.name, value.name);
            compared += 1;
        }
        let blocks: usize = self.network.description.stages.iter().map(|stage| stage.blocks.len()).sum();
        assert_eq!(compared, 1 + blocks + ran.graph.layers.len(), "{}", self.name);

        let trace = gather(&ran.graph, |id| Ok::<_, ()>(ran.value(id).to_vec())).unwrap();
        for layer in trace.layers.iter().filter_map(|layer| layer.as_lambda()) {
            for (y, x, head) in [(0, 0, 0), (layer.dims.height / 2, layer.dims.width - 1, 3)] {
                let query = Query { y, x, head, u: 0 };
                let proof = Proof::of(layer, query, &reconstruct(layer, &every_u(layer, query)));
                assert!(proof.relative() <= 1e-5, "{} {} {query:?}: {proof:?}", self.name, layer.name);
            }
        }
        for [height, width] in case.others {
            let ran = self.run([height, width], &backend);
            let logits = self.tensor(&format!("logits_{height}x{width}")).unwrap();
            self.close(&format!("{height}×{width}"), &ran.value(ran.graph.logits)[..logits.len()], &logits);
        }
    }
}

struct Ran {
    graph: Arc<Graph>,
    kept: Vec<ValueId>,
    values: Vec<Vec<f32>>,
}

impl Ran {
    fn value(&self, id: ValueId) -> &[f32] {
        &self.values[self.kept.iter().position(|kept| *kept == id).unwrap()]
    }
}

/// 2×2 average pool, `[H, W, C]`.
fn pooled(map: &[f32], [height, width, channels]: [usize; 3]) -> Vec<f32> {
    let at = |y: usize, x: usize, c: usize| map[(y * width + x) * channels + c];
    let mean = |y: usize, x: usize, c: usize| {
        (at(2 * y, 2 * x, c) + at(2 * y, 2 * x + 1, c) + at(2 * y + 1, 2 * x, c) + at(2 * y + 1, 2 * x + 1, c)) / 4.0
    };
    let mean = &mean;
    (0..height / 2).flat_map(|y| (0..width / 2).flat_map(move |x| (0..channels).map(move |c| mean(y, x, c)))).collect()
}

fn on_cpu(graph: Arc<Graph>, picture: &[f32], kept: &[ValueId]) -> Vec<Vec<f32>> {
    let mut executor = cpu::Executor::new(graph, kept);
    executor.run(picture);
    kept.iter().map(|id| executor.read(*id).to_vec()).collect()
}

fn on_gpu(graph: Arc<Graph>, picture: &[f32], kept: &[ValueId]) -> Vec<Vec<f32>> {
    pollster::block_on(async {
        let device = gpu::Device::request().await.unwrap();
        let mut session = gpu::Session::new(&device, graph, kept).await.unwrap();
        session.run(picture, kept).await.unwrap()
    })
}

#[test]
fn lambda_resnet26t_matches_timm() {
    let golden = Golden::new("lambda_resnet26t");
    golden.check(on_cpu);
    golden.check(on_gpu);
}

#[test]
fn lambda_resnet26rpt_256_matches_timm() {
    let golden = Golden::new("lambda_resnet26rpt_256");
    golden.check(on_cpu);
    golden.check(on_gpu);
}

#[test]
fn lambda_resnet50ts_matches_timm() {
    let golden = Golden::new("lambda_resnet50ts");
    golden.check(on_cpu);
    golden.check(on_gpu);
}
