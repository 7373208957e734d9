//! Edited shaders on the native backend: what is refused and where, what bounding their loops leaves as it was, and that an
//! endless one ends.

use crate::common::{attention_golden, bounded, golden};
use std::collections::BTreeSet;
use std::time::Instant;

use lambdascope_core::backend::BackendChoice;
use lambdascope_core::kernels::{Shader, lambda_content, pool_affine};
use lambdascope_core::nn::network::Network;
use lambdascope_core::shader_edit::Fault;
use lambdascope_core::tensor::{Tensor, max_abs};
use lambdascope_engine::gpu;
use lambdascope_engine::{Engine, ShaderError};
use lambdascope_picture::decode;

const CHURCH: &[u8] = include_bytes!("../../www/samples/church.webp");

fn engine() -> (Engine, Tensor) {
    let network = Network::from_safetensors(golden::WEIGHTS).unwrap();
    let engine = pollster::block_on(Engine::new(network, BackendChoice::Cpu)).unwrap();
    let input = engine.prepare(&decode(CHURCH).unwrap()).unwrap().1;
    (engine, input)
}

#[test]
fn bounded_loops_change_no_number() {
    let device = pollster::block_on(gpu::Device::request()).unwrap();
    let mut seen = BTreeSet::new();
    let cases = golden::LAYERS.iter().map(|(name, bytes)| (*name, golden::layer_case(bytes)));
    let attention = attention_golden::LAYERS.iter().map(|(name, bytes)| (*name, attention_golden::layer_case(bytes)));
    for (name, case) in cases.chain(attention).chain([("network", golden::network_case(golden::NETWORK_64))]) {
        let run = bounded::check(&device, &case.graph, &case.context, &case.input);
        seen.extend(pollster::block_on(run).unwrap_or_else(|cause| panic!("{name}: {cause}")));
    }
    // Those that a layer runs, which are what can be edited.
    let expected =
        ["attention", "conv", "lambda_apply", "lambda_build", "lambda_content", "lambda_masked", "pool_affine"];
    for kernel in expected {
        assert!(seen.contains(kernel), "{kernel} was not among {seen:?}");
    }
}

fn fault(shader: &Shader, from: &str, to: &str) -> Fault {
    assert!(shader.source.contains(from), "{} has no {from}", shader.name);
    gpu::check(shader, &shader.source.replacen(from, to, 1)).expect_err("the edit should be refused")
}

/// The line, from 1, that a text first stands in.
fn line(shader: &Shader, text: &str) -> usize {
    shader.source.lines().position(|line| line.contains(text)).unwrap() + 1
}

#[test]
fn a_fault_is_told_with_its_place() {
    let shader = pool_affine::shader();
    let unknown = fault(&shader, "let mean = sum /", "let mean = total /");
    let place = unknown.place.unwrap();
    assert_eq!((place.line, place.column, place.length), (line(&shader, "let mean"), 16, "total".len()));
    assert!(unknown.message.contains("total"), "{unknown:?}");

    let mistyped = fault(&shader, "var sum = 0.0;", "var sum = 0u;");
    assert_eq!(mistyped.place.map(|place| place.line), Some(line(&shader, "sum += input")), "{mistyped:?}");

    // Columns count characters, though those before it may have several bytes.
    let content = lambda_content::shader();
    let unclosed = fault(&content, "let total = partial[0];", "/* Σ k̄ */ let total = wrong;");
    assert_eq!(unclosed.place.map(|place| place.column), Some("    /* Σ k̄ */ let total = ".chars().count() + 1));
}

#[test]
fn another_interface_is_refused_in_words() {
    let shader = pool_affine::shader();
    let said = |from: &str, to: &str| fault(&shader, from, to).message;
    assert!(said("fn main(", "fn other(").contains("main"));
    let missing = said("@group(0) @binding(2) var<storage, read> scale: array<f32>;", "const scale = array(1.0);");
    assert!(missing.starts_with("binding 2 of group 0 is missing"), "{missing}");
    let written = said("@binding(1) var<storage, read> input", "@binding(1) var<storage, read_write> input");
    assert!(written.contains("`var<storage, read>`"), "{written}");
    let typed = said("scale: array<f32>", "scale: array<vec4f>");
    assert!(typed.contains("another type") || typed.contains("type"), "{typed}");
    let surplus = said(
        "@group(0) @binding(4)",
        "@group(0) @binding(9) var<storage, read> more: array<f32>;\n@group(0) @binding(4)",
    );
    assert!(surplus.starts_with("`more` is binding 9"), "{surplus}");
}

#[test]
fn an_edit_runs_in_the_place_of_the_original_and_leaves_it_as_it_was() {
    let (mut engine, input) = engine();
    let steps = engine.shader_steps(0);
    let kernels: Vec<&str> = steps.iter().map(|step| step.kernel.as_str()).collect();
    assert_eq!(kernels, ["conv", "lambda_content", "lambda_apply", "pool_affine"]);
    let variables: Vec<&str> = steps[2].arrays.iter().map(|array| array.variable.as_str()).collect();
    assert_eq!(variables, ["queries", "context", "lambda_content", "position", "bias", "output"]);
    assert!(steps[2].arrays[5].written && steps[2].arrays[3].value.is_none());

    for (step, shader) in steps.iter().enumerate() {
        let run = pollster::block_on(engine.run_with_shader(&input, 0, step, &shader.source)).unwrap();
        for changed in &run.values {
            let difference = changed.before.iter().zip(&changed.after).fold(0.0_f32, |d, (a, b)| d.max((a - b).abs()));
            assert!(difference <= 1e-6 * max_abs(&changed.before), "{}: {difference}", changed.name);
        }
    }
    let apply = &steps[2].source;
    let doubled = apply.replace("sum += weights[w] *", "sum += 2.0 * weights[w] *");
    assert_ne!(*apply, doubled);
    let run = pollster::block_on(engine.run_with_shader(&input, 0, 2, &doubled)).unwrap();
    let [y] = &run.values[..] else { panic!("{:?}", run.values.len()) };
    assert_eq!((y.name.as_str(), y.shape.iter().product::<usize>()), ("stages.1.1.self_attn", y.after.len()));
    // What the CPU computes is what the original gives on the GPU.
    let own = pollster::block_on(engine.run(&input)).unwrap();
    let layer = own.trace.layers[0].as_lambda().unwrap();
    assert!(lambdascope_core::tensor::relative_difference(&y.before, layer.output.data()) < 1e-4);
    assert!(lambdascope_core::tensor::relative_difference(&y.after, layer.output.data()) > 1e-2);
    assert_ne!(run.predictions[0], run.predictions[1]);
    let again = pollster::block_on(engine.run_with_shader(&input, 0, 2, apply)).unwrap();
    assert_eq!(again.predictions[0], run.predictions[0], "the original has come back");
}

#[test]
fn an_endless_shader_ends() {
    let (mut engine, input) = engine();
    let source = engine.shader_steps(0)[3].source.clone();
    let start = "    var sum = 0.0;\n";
    for endless in
        ["loop { }", "loop { if sum < 0.0 { break; } }", "while true { sum += 0.0; }", "for (;;) { loop { } }"]
    {
        let edit = source.replace(start, &format!("{start}    {endless}\n"));
        assert_ne!(edit, source);
        let started = Instant::now();
        let run = pollster::block_on(engine.run_with_shader(&input, 0, 3, &edit)).unwrap();
        println!("{endless}: {:?}", started.elapsed());
        // It left its loop and did the rest as ever.
        assert_eq!(run.values[0].after, run.values[0].before, "{endless}");
    }
    // Nor does calling one from another multiply them.
    let nested = source.replace("fn activate(", "fn forever() { loop { } }\n\nfn activate(");
    let nested = nested.replace(start, &format!("{start}    loop {{ forever(); }}\n"));
    let run = pollster::block_on(engine.run_with_shader(&input, 0, 3, &nested)).unwrap();
    assert_eq!(run.values[0].after, run.values[0].before);
    let unknown = pollster::block_on(engine.run_with_shader(&input, 0, 9, &source)).unwrap_err();
    assert_eq!(unknown, ShaderError::NoStep { layer: 0, step: 9 });
}
