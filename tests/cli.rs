//! The command line as scripts use it: files in, files and JSON out, one sentence on stderr and a status.

#![cfg(not(target_family = "wasm"))]
#![allow(clippy::unwrap_used, missing_docs)]

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use lambdascope_core::catalogue::ablations::Ablations;
use lambdascope_core::catalogue::family::family;
use lambdascope_core::tensor::{Tensor, relative_difference};
use npyz::WriterBuilder;
use safetensors::SafeTensors;
use serde_json::Value;
use tempfile::TempDir;

#[path = "common/file.rs"]
#[allow(dead_code, reason = "other tests need more of it")]
mod file;
#[path = "common/scaled.rs"]
mod scaled;
#[path = "common/tiny.rs"]
mod tiny;

const SAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../www/samples");

fn lambdascope(arguments: &[&str]) -> Command {
    let mut command = Command::cargo_bin("lambdascope").unwrap();
    command.args(arguments);
    command
}

fn stdout(arguments: &[&str]) -> String {
    String::from_utf8(lambdascope(arguments).assert().success().get_output().stdout.clone()).unwrap()
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&stdout(arguments)).unwrap()
}

/// The sentence on stderr of a call that fails with this status.
fn refusal(arguments: &[&str], status: i32) -> String {
    let assert = lambdascope(arguments).assert().failure().code(status);
    String::from_utf8(assert.get_output().stderr.clone()).unwrap()
}

fn read(path: &Path) -> (Vec<usize>, Vec<f32>) {
    let bytes = fs::read(path).unwrap();
    let file = npyz::NpyFile::new(&bytes[..]).unwrap();
    (file.shape().iter().map(|side| *side as usize).collect(), file.into_vec().unwrap())
}

fn write<T: npyz::AutoSerialize + Copy>(path: &Path, shape: &[usize], data: &[T]) {
    let shape: Vec<u64> = shape.iter().map(|side| *side as u64).collect();
    let options = npyz::WriteOptions::new().default_dtype().shape(&shape).writer(File::create(path).unwrap());
    let mut writer = options.begin_nd().unwrap();
    writer.extend(data.iter().copied()).unwrap();
    writer.finish().unwrap();
}

/// `[H, W, C]` as `[C, H, W]`.
fn channels_first(map: &Tensor) -> (Vec<usize>, Vec<f32>) {
    let &[height, width, channels] = map.shape() else { panic!("a map has three axes") };
    let data = (0..channels).flat_map(|c| map.data().iter().skip(c).step_by(channels).copied()).collect();
    (vec![channels, height, width], data)
}

/// A folder with a golden layer's state dict, input and mask as files.
struct Layer {
    folder: TempDir,
    fixture: Vec<u8>,
}

impl Layer {
    fn new(case: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let path = format!("{}/../../tests/fixtures/lambda_layer_{case}.safetensors", env!("CARGO_MANIFEST_DIR"));
        let layer = Self { folder, fixture: fs::read(path).unwrap() };
        let tensors = SafeTensors::deserialize(&layer.fixture).unwrap();
        let weights = tensors.iter().filter_map(|(name, view)| Some((name.strip_prefix("weights.")?.to_owned(), view)));
        fs::write(layer.path("layer.safetensors"), safetensors::serialize(weights, None).unwrap()).unwrap();
        let (shape, data) = channels_first(&layer.tensor("input"));
        write(&layer.path("x.npy"), &shape, &data);
        if let Ok(mask) = tensors.tensor("mask") {
            write(&layer.path("m.npy"), mask.shape(), mask.data());
        }
        layer
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    fn tensor(&self, name: &str) -> Tensor {
        let tensors = SafeTensors::deserialize(&self.fixture).unwrap();
        let view = tensors.tensor(name).unwrap();
        let data = view.data().chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect();
        Tensor::new(view.shape(), data).unwrap()
    }
}

#[test]
fn models_are_listed() {
    let rows = json(&["models", "--json"]);
    let names: Vec<_> = rows.as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect();
    let family: Vec<_> = family().unwrap().iter().map(|member| member.name.as_str()).collect();
    let (shipped, public) = names.split_at(family.len());
    assert_eq!(shipped, family);
    assert_eq!(public, ["lambda_resnet26t", "lambda_resnet26rpt_256", "lambda_resnet50ts"]);
    assert_eq!(rows[family.len()]["parameters"], 10_958_272);
    assert!(stdout(&["models"]).contains("lambda_resnet50ts"));
}

#[test]
fn what_a_layer_costs_is_measured_drawn_and_refused() {
    let folder = TempDir::new().unwrap();
    let drawing = folder.path().join("cost.svg");
    let kinds = "--kinds=lambda-local,attention-stored";
    let sweep = ["--backend", "cpu", "cost", kinds, "--sides", "4..16", "--memory", "0.001"];
    let report = json(&[&sweep[..], &["--json", "--svg", drawing.to_str().unwrap()]].concat());
    let points = report["points"].as_array().unwrap();
    assert_eq!(points.len(), 6);
    let measured = |contestant: &str, side: u64| {
        let point = points.iter().find(|point| point["contestant"] == contestant && point["side"] == side).unwrap();
        point["outcome"]["measured"]["milliseconds"].as_array().map_or(0, Vec::len)
    };
    assert!((1..=7).contains(&measured("lambda-local", 16)) && measured("attention-stored", 8) >= 1);
    assert_eq!(measured("attention-stored", 16), 0, "1.6 MB of a map and its ends");
    assert!(fs::read_to_string(&drawing).unwrap().starts_with("<svg"));
    let said = stdout(&sweep);
    assert!(said.contains("16² refused: it needs 1.7 MB; a layer may take here at most 1.0 MB"), "{said}");
    assert!(refusal(&["cost"], 1).contains("--backend cpu or --backend gpu"));
    assert!(refusal(&["cost", "--kinds", "pooling"], 2).contains("lambda-global"));
    assert!(refusal(&["--backend", "cpu", "cost", "--heads", "3"], 1).contains("3 heads"));
}

#[test]
fn every_network_in_the_program_answers_to_its_name() {
    let church = concat!(env!("CARGO_MANIFEST_DIR"), "/../../www/samples/church.webp");
    for member in family().unwrap() {
        let answer = json(&["--backend", "cpu", "classify", "--image", church, "--model", &member.name, "--json"]);
        assert!(answer.to_string().contains("\"church\""), "{}: {answer}", member.name);
    }
    let error = refusal(&["--backend", "cpu", "classify", "--image", church, "--model", "lambda_resnet_maxi"], 1);
    for member in family().unwrap() {
        assert!(error.contains(&member.name), "{error}");
    }
}

#[test]
fn layers_of_both_packages_run_with_and_without_a_mask() {
    for (case, extra) in [
        ("default", vec![]),
        ("networks_local_u4", vec![]),
        ("global_wide", vec![]),
        ("pooled", vec!["--stride", "2"]),
        ("causal_sequence", vec!["--causal"]),
        ("masked_local", vec!["--mask", "m.npy"]),
    ] {
        let layer = Layer::new(case);
        for backend in ["cpu", "gpu"] {
            let mask = layer.text("m.npy");
            let extra: Vec<&str> =
                extra.iter().map(|word| if *word == "m.npy" { mask.as_str() } else { word }).collect();
            let (weights, input, output) = (layer.text("layer.safetensors"), layer.text("x.npy"), layer.text("y.npy"));
            let mut arguments =
                vec!["layer", "--backend", backend, "--weights", &weights, "--input", &input, "--output", &output];
            arguments.extend(extra);
            stdout(&arguments);
            let (shape, found) = read(&layer.path("y.npy"));
            let (expected_shape, expected) = channels_first(&layer.tensor("output"));
            assert_eq!(shape, expected_shape, "{case}");
            let difference = relative_difference(&found, &expected);
            assert!(difference <= 1e-4, "{case} on {backend}: {difference:e}");
        }
    }
}

#[test]
fn explained_maps_times_values_give_the_output() {
    for case in ["default", "networks_local_u4"] {
        let layer = Layer::new(case);
        let (weights, input, output) = (layer.text("layer.safetensors"), layer.text("x.npy"), layer.text("out"));
        let said = stdout(&[
            "explain",
            "--weights",
            &weights,
            "--input",
            &input,
            "--query",
            "1,2",
            "--output",
            &output,
            "--backend",
            "cpu",
        ]);
        assert!(said.contains("of its largest value"), "{said}");
        let file = |name: &str| read(&layer.path(&format!("out/{name}.npy")));
        let ((shape, total), (_, content), (_, position)) = (file("total"), file("content"), file("position"));
        let ((value_shape, value), (_, bias), (output_shape, output)) = (file("value"), file("bias"), file("output"));
        let (h, pixels) = (shape[0], shape[shape.len() - 2..].iter().product::<usize>());
        let u = if shape.len() == 4 { shape[1] } else { 1 };
        let v = value_shape[value_shape.len() - 3];
        assert_eq!(output_shape[0], h * v);
        let query = output_shape[2] + 2;
        let scale = output.iter().fold(0.0f32, |most, y| most.max(y.abs()));
        for head in 0..h {
            for j in 0..v {
                let sum: f32 = (0..u * pixels)
                    .map(|i| total[head * u * pixels + i] * value[(i / pixels * v + j) * pixels + i % pixels])
                    .sum();
                let y = output[(head * v + j) * output_shape[1] * output_shape[2] + query];
                assert!((sum + bias[head] - y).abs() <= 1e-5 * scale, "{case}, head {head}, value {j}");
            }
        }
        assert!(total.iter().zip(&content).zip(&position).all(|((t, c), p)| (c + p - t).abs() <= 1e-6 * scale));
        let (key_shape, keys) = file("key_maps");
        assert_eq!(key_shape[key_shape.len() - 2..], shape[shape.len() - 2..]);
        for key in keys.chunks_exact(pixels) {
            assert!((key.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        }
        let expected = layer.tensor("lambda_content");
        assert!(relative_difference(&file("lambda_content").1, expected.data()) <= 1e-4);
        assert_eq!(file("lambda_position").0, expected.shape());
        for picture in ["content", "position", "total", "key_maps", "lambda_content", "lambda_position"] {
            let bytes = fs::read(layer.path(&format!("out/{picture}.png"))).unwrap();
            assert!(lambdascope_picture::decode(&bytes).unwrap().width > 100, "{picture}");
        }
    }
}

#[test]
fn the_evidence_is_pytorchs_and_adds_up_to_the_logit() {
    let fixture = fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/evidence.safetensors")).unwrap();
    let tensors = SafeTensors::deserialize(&fixture).unwrap();
    let view = tensors.tensor("lambda_resnet_mini.evidence").unwrap();
    let golden: Vec<f32> = view.data().chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect();
    let (first, second) = golden.split_at(golden.len() / 2);
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("out");
    let church = format!("{SAMPLES}/church.webp");
    let run = |extra: &[&str]| {
        let written = output.to_str().unwrap();
        let arguments = ["evidence", "--image", &church, "--output", written, "--backend", "cpu"];
        let said = stdout(&[&arguments, extra].concat());
        let numbers: Value = serde_json::from_slice(&fs::read(output.join("evidence.json")).unwrap()).unwrap();
        let (shape, values) = read(&output.join("evidence.npy"));
        assert_eq!(shape, [8, 8]);
        let sum = values.iter().map(|value| f64::from(*value)).sum::<f64>() + numbers["bias"].as_f64().unwrap();
        assert!((sum - numbers["logit"].as_f64().unwrap()).abs() < 1e-4, "{numbers}");
        (said, numbers, values)
    };
    let (said, numbers, values) = run(&[]);
    assert!(said.starts_with("evidence for church: +"), "{said}");
    assert_eq!((numbers["class"]["label"].as_str(), numbers["class"]["index"].as_u64()), (Some("church"), Some(2)));
    assert!(relative_difference(&values, first) <= 1e-4);
    // The second most probable one, by its place.
    let classified = json(&["classify", "--image", &church, "--json", "--backend", "cpu", "--top", "2"]);
    let against = classified["predictions"][1]["index"].to_string();
    let (_, numbers, values) = run(&["--class", "church", "--against", &against]);
    assert_eq!(numbers["against"]["index"].to_string(), against);
    let expected: Vec<f32> = first.iter().zip(second).map(|(one, other)| one - other).collect();
    assert!(relative_difference(&values, &expected) <= 2e-4);
    let picture = fs::read(output.join("evidence.png")).unwrap();
    assert!(lambdascope_picture::decode(&picture).unwrap().width > 100);
    assert!(fs::read_to_string(output.join("evidence.svg")).unwrap().starts_with("<svg"));
    let written = output.to_str().unwrap();
    let unknown = ["evidence", "--image", &church, "--class", "cathedral", "--output", written];
    assert!(refusal(&unknown, 1).contains("the network has no class `cathedral`"));
    refusal(&["evidence", "--output", written], 2);
}

#[test]
fn a_picture_goes_through_every_command() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let church = format!("{SAMPLES}/church.webp");
    let classified = json(&["classify", "--image", &church, "--json", "--backend", "cpu", "--top", "3"]);
    assert_eq!(classified["backend"], "cpu");
    assert_eq!(classified["predictions"].as_array().unwrap().len(), 3);
    let best = &classified["predictions"][0];
    assert_eq!((best["label"].as_str(), best["index"].as_u64()), (Some("church"), Some(2)));

    stdout(&["preprocess", "--image", &church, "--output", &path("x.npy")]);
    assert_eq!(read(&folder.path().join("x.npy")).0, [1, 3, 128, 128]);
    stdout(&["infer", "--input", &path("x.npy"), "--output", &path("y.npy"), "--backend", "cpu"]);
    let (shape, logits) = read(&folder.path().join("y.npy"));
    assert_eq!(shape, [1, 10]);
    let powers: Vec<f64> = logits.iter().map(|l| f64::from(*l).exp()).collect();
    let probability = powers[2] / powers.iter().sum::<f64>();
    assert!((probability - best["probability"].as_f64().unwrap()).abs() < 1e-5);

    // The network runs at other sizes as well, and not only square ones.
    write(&folder.path().join("wide.npy"), &[2, 3, 64, 96], &vec![0.25f32; 2 * 3 * 64 * 96]);
    stdout(&["infer", "--input", &path("wide.npy"), "--output", &path("z.npy"), "--backend", "cpu"]);
    let (shape, logits) = read(&folder.path().join("z.npy"));
    assert_eq!(shape, [2, 10]);
    assert_eq!(logits[..10], logits[10..]);

    let explain = ["explain", "--image", &church, "--layer", "stages.1.1", "--query", "5,9", "--output", &path("out")];
    assert!(stdout(&explain).contains("of its largest value"));
    assert_eq!(read(&folder.path().join("out/total.npy")).0, [4, 16, 16]);

    fs::create_dir_all(folder.path().join("val/Church")).unwrap();
    fs::create_dir_all(folder.path().join("val/n03425413")).unwrap();
    fs::copy(&church, folder.path().join("val/Church/1.webp")).unwrap();
    fs::copy(format!("{SAMPLES}/golf_ball.webp"), folder.path().join("val/n03425413/2.webp")).unwrap();
    // Left behind by a file manager.
    fs::write(folder.path().join("val/Church/._1.webp"), "no picture").unwrap();
    fs::write(folder.path().join("val/.DS_Store"), "").unwrap();
    let ran = lambdascope(&["evaluate", "--data", &path("val"), "--json", "--backend", "cpu"]).assert().success();
    let evaluated: Value = serde_json::from_slice(&ran.get_output().stdout).unwrap();
    assert_eq!((evaluated["images"].as_u64(), evaluated["top1"].as_f64()), (Some(2), Some(0.5)));
    assert_eq!(evaluated["passed_over"], 2);
    assert!(String::from_utf8_lossy(&ran.get_output().stderr).contains("note: 2 files in "), "{ran:?}");

    let ablate = ["ablate", "--data", &path("val"), "--json", "--backend", "cpu"];
    let ablated: Ablations = serde_json::from_str(&stdout(&ablate)).unwrap();
    let shipped = &family().unwrap()[0];
    assert_eq!((&ablated.network, &ablated.sha256), (&shipped.name, &shipped.sha256));
    assert_eq!((ablated.pictures, ablated.passed_over, ablated.unchanged.top1), (2, 2, 1));
    // Every layer alone, then all.
    let single: Vec<&String> = ablated.single_layers().map(|row| &row.layers[0]).collect();
    assert!(single.len() > 1 && ablated.all_layers().unwrap().layers.iter().eq(single));
    assert!(ablated.rows.iter().all(|row| row.ablations().count() == 3));
    assert!(ablated.command.ends_with("--json --backend cpu") && ablated.dataset.ends_with("/val"), "{ablated:?}");
    let refused = refusal(&["ablate", "--data", &path("val"), "--model", "conv_resnet_mini"], 1);
    assert!(refused.contains("conv_resnet_mini has no lambda layers"), "{refused}");

    let benched = json(&["bench", "--runs", "2", "--json", "--backend", "cpu"]);
    assert_eq!(benched["parameters"], family().unwrap()[0].parameters);
    for figure in ["load_ms", "first_run_ms", "median_ms", "p95_ms", "weight_bytes", "activation_bytes"] {
        assert!(benched[figure].as_f64().unwrap() > 0.0, "{figure}");
    }
    let calls = |benched: &Value, name: &str| {
        let kernels = benched["kernels"].as_array().unwrap();
        kernels.iter().find(|kernel| kernel["kernel"] == name).and_then(|kernel| kernel["calls"].as_u64())
    };
    assert_eq!(calls(&benched, "lambda_apply"), Some(4));
    let benched = json(&["bench", "--runs", "1", "--json", "--backend", "gpu"]);
    assert_eq!(benched["backend"], "gpu");
    // Software Vulkan has timestamps, as has nearly every other driver.
    assert_eq!(calls(&benched, "lambda_apply"), Some(4), "{benched:?}");
}

#[test]
fn an_attention_layer_is_explained_by_its_softmax_weights() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (description, parts) = tiny::with_attention();
    fs::write(path("tiny.safetensors"), tiny::file(&description, &parts)).unwrap();
    let input: Vec<f32> = (0..3 * 16 * 16).map(|i| (i as f32 * 0.37).sin() * 4.0).collect();
    write(&folder.path().join("x.npy"), &[1, 3, 16, 16], &input);
    let (weights, x, out) = (path("tiny.safetensors"), path("x.npy"), path("out"));
    let said = stdout(&[
        "explain",
        "--model",
        &weights,
        "--input",
        &x,
        "--layer",
        "stages.0.1",
        "--query",
        "1,2",
        "--output",
        &out,
    ]);
    assert!(said.contains("weights times values differ from the layer's output by"), "{said}");
    let read = |name: &str| read(&folder.path().join("out").join(name));
    let ((shape, maps), content, position) =
        (read("weights.npy"), read("logits_content.npy").1, read("logits_position.npy").1);
    assert_eq!(shape, [2, 4, 4]);
    let (values, output) = (read("value.npy").1, read("output.npy").1);
    for (head, map) in maps.chunks(16).enumerate() {
        assert!(map.iter().all(|weight| *weight >= 0.0) && (map.iter().sum::<f32>() - 1.0).abs() < 1e-5, "{map:?}");
        let powers: Vec<f32> = (16 * head..16 * head + 16).map(|i| (content[i] + position[i]).exp()).collect();
        let sum: f32 = powers.iter().sum();
        let softmax: Vec<f32> = powers.iter().map(|power| power / sum).collect();
        assert!(relative_difference(map, &softmax) < 1e-5);
        // Four channels a head; the query stands at 1,2.
        let given: Vec<f32> = (4 * head..4 * head + 4)
            .map(|channel| map.iter().zip(&values[16 * channel..]).map(|(weight, value)| weight * value).sum())
            .collect();
        let own: Vec<f32> = (4 * head..4 * head + 4).map(|channel| output[16 * channel + 6]).collect();
        assert!(relative_difference(&given, &own) < 1e-4, "{given:?} against {own:?}");
    }
    for figure in ["weights.png", "logits_content.png", "logits_position.png"] {
        assert!(fs::metadata(folder.path().join("out").join(figure)).unwrap().len() > 500, "{figure}");
    }

    let benched = json(&["bench", "--model", &weights, "--runs", "1", "--json", "--backend", "cpu"]);
    assert_eq!(benched["context_bytes"], serde_json::json!({"attention_maps": 4 * 2 * 16 * 16, "lambdas": 0}));
}

#[test]
fn weights_are_taken_as_people_save_them_and_it_is_said() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let church = format!("{SAMPLES}/church.webp");
    let mut parts = tiny::parts();
    for part in &mut parts {
        part.name = format!("module.{}", part.name);
    }
    fs::write(path("wrapped.safetensors"), file::file(&parts, None)).unwrap();
    let wrapped =
        ["classify", "--model", &path("wrapped.safetensors"), "--image", &church, "--json", "--backend", "cpu"];
    let ran = lambdascope(&wrapped).assert().success();
    let classified: Value = serde_json::from_slice(&ran.get_output().stdout).unwrap();
    assert_eq!(classified["predictions"].as_array().unwrap().len(), 2);
    assert_eq!(
        String::from_utf8_lossy(&ran.get_output().stderr),
        "note: The prefix `module.` was left off the names of the file’s tensors.\n"
    );
}

#[test]
fn another_file_under_the_name_is_called_what_it_is() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let church = format!("{SAMPLES}/church.webp");
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n";
    fs::write(path("pointer.safetensors"), pointer).unwrap();
    let refused = refusal(&["classify", "--model", &path("pointer.safetensors"), "--image", &church], 1);
    assert!(refused.contains("pointer.safetensors: this is a Git LFS pointer") && refused.contains("`git lfs pull`"));
}

#[test]
fn a_known_networks_picture_needs_no_weights() {
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("x.npy");
    let preprocess = ["preprocess", "--model", "lambda_resnet26t", "--image", &format!("{SAMPLES}/church.webp")];
    let output_option = ["--output", output.to_str().unwrap()];
    lambdascope(&[&preprocess[..], &output_option].concat()).env("HF_HUB_CACHE", folder.path()).assert().success();
    assert_eq!(read(&output).0, [1, 3, 256, 256]);
    // A file beside it is asked all the same.
    let missing = [&preprocess[..], &output_option, &["--weights", "nowhere.safetensors"]].concat();
    assert!(refusal(&missing, 1).contains("cannot read nowhere.safetensors"));
}

#[test]
fn mistakes_get_a_sentence_and_a_status() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    assert!(refusal(&["classify"], 2).contains("--image"));
    assert!(refusal(&["bench", "--runs", "0"], 2).contains("--runs"));
    assert!(refusal(&["explain", "--query", "1;2", "--output", "x"], 2).contains("expected Y,X"));
    assert!(refusal(&["explain", "--query", "1,2", "--output", "x"], 2).contains("a network needs --layer"));

    let church = format!("{SAMPLES}/church.webp");
    let missing = refusal(&["classify", "--image", "nowhere.png"], 1);
    assert!(missing.contains("error: cannot read nowhere.png"), "{missing}");
    let unknown = refusal(&["classify", "--model", "resnet50", "--image", &church], 1);
    assert!(unknown.contains("`resnet50` is neither a file nor a network known by name"), "{unknown}");
    let away = lambdascope(&["classify", "--model", "lambda_resnet26t", "--image", &church])
        .env("HF_HUB_CACHE", folder.path())
        .assert()
        .failure()
        .code(1);
    let away = String::from_utf8(away.get_output().stderr.clone()).unwrap();
    assert!(
        away.contains("https://huggingface.co/timm/lambda_resnet26t.c1_in1k/resolve/main/model.safetensors"),
        "{away}"
    );
    let layer =
        refusal(&["explain", "--image", &church, "--layer", "stages.0.0", "--query", "1,2", "--output", &path("o")], 1);
    assert!(layer.contains("no lambda or attention layer `stages.0.0`; it has stages.1.1"), "{layer}");
    let outside =
        refusal(&["explain", "--image", &church, "--layer", "0", "--query", "16,2", "--output", &path("o")], 1);
    assert!(outside.contains("the query 16,2 lies outside stages.1.1, whose map has 16 rows"), "{outside}");

    // A header that claims more than the file holds, and values that are none.
    write(&folder.path().join("x.npy"), &[1, 3, 2, 2], &[0.0f32; 12]);
    let mut bytes = fs::read(folder.path().join("x.npy")).unwrap();
    let at = bytes.windows(11).position(|window| window == b"(1, 3, 2, 2").unwrap();
    bytes[at..at + 11].copy_from_slice(b"(1, 3, 9, 9");
    fs::write(folder.path().join("big.npy"), &bytes).unwrap();
    let output = path("y.npy");
    let big = refusal(&["infer", "--input", &path("big.npy"), "--output", &output], 1);
    assert!(big.contains("more than its"), "{big}");
    write(&folder.path().join("nan.npy"), &[1, 3, 1, 1], &[0.0, f32::NAN, 0.0]);
    let nan = refusal(&["infer", "--input", &path("nan.npy"), "--output", &output], 1);
    assert!(nan.contains("holds NaN at position 1"), "{nan}");
    write(&folder.path().join("u8.npy"), &[1, 3, 1, 1], &[0u8; 3]);
    let dtype = refusal(&["infer", "--input", &path("u8.npy"), "--output", &output], 1);
    assert!(dtype.contains("expected f32"), "{dtype}");
    fs::write(folder.path().join("text.npy"), "no array").unwrap();
    assert!(refusal(&["infer", "--input", &path("text.npy"), "--output", &output], 1).contains("is not a .npy file"));
}

#[test]
fn numbers_that_overflow_give_no_class_and_no_logits_but_the_layer() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let shipped = include_bytes!("../www/weights/lambda_resnet_mini.safetensors");
    let factors = [("stages.1.0.conv1_1x1.conv.weight", 1e25), ("stages.1.0.conv2_kxk.conv.weight", 1e25)];
    fs::write(path("large.safetensors"), scaled::weights_file(shipped, &factors)).unwrap();
    let church = format!("{SAMPLES}/church.webp");
    let weights = path("large.safetensors");
    let classified = refusal(&["classify", "--weights", &weights, "--image", &church], 1);
    write(Path::new(&path("zeros.npy")), &[3, 64, 64], &[0.5f32; 3 * 64 * 64]);
    let inferred =
        refusal(&["infer", "--weights", &weights, "--input", &path("zeros.npy"), "--output", &path("logits.npy")], 1);
    for said in [classified, inferred] {
        assert!(said.contains("the numbers of stages.1.0") && said.contains("means nothing"), "{said}");
    }
    assert!(!Path::new(&path("logits.npy")).exists());
}
