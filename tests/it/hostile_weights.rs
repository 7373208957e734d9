//! Weights files that are broken or lie: one sentence for each, which names the tensor or field, what was expected and
//! what was found.

use crate::common::file;
use crate::common::file::{Part, raw};
use crate::common::tiny::{description, file, parts};
use lambdascope_core::nn::network::Network;
use serde_json::{Value, json};

/// What is wrong with a file.
fn sentence(bytes: &[u8]) -> String {
    let sentence = Network::from_safetensors(bytes).expect_err("the file must be refused").to_string();
    assert!(!sentence.contains('\n') && !sentence.contains(". ") && sentence.len() < 800, "one sentence: {sentence}");
    sentence
}

/// Asserts many sentences, so that all that are wrong show at once.
#[derive(Default)]
struct Sentences(Vec<(String, String)>);

impl Sentences {
    fn expect(&mut self, bytes: &[u8], expected: impl Into<String>) {
        let (found, expected) = (sentence(bytes), expected.into());
        if found != expected {
            self.0.push((found, expected));
        }
    }

    fn check(self) {
        assert!(self.0.is_empty(), "found and expected: {:#?}", self.0);
    }
}

#[test]
fn the_file_that_all_others_are_broken_from_is_whole() {
    let mut parts = parts();
    parts.push(Part::counter("stem.conv1.bn.num_batches_tracked"));
    let network = Network::from_safetensors(&file(&description(), &parts)).unwrap();
    assert_eq!(network.graph([16, 24]).unwrap().layers.len(), 1);
}

const NO_FILE: &str = "this is not a usable safetensors file: ";

#[test]
fn a_broken_container_is_described() {
    let mut sentences = Sentences::default();
    let whole = file(&description(), &parts());
    let header = |text: &str, data: usize| raw(text.as_bytes(), &vec![0; data]);
    let length = |claimed: u64| [&claimed.to_le_bytes()[..], b"{}"].concat();
    let (data, last) = (whole.len() - 8 - file::header(&parts(), Some(&description().to_string())).len(), 4);
    let long = format!("{{\"a\":{}", " ".repeat(1 << 20));
    for (bytes, expected) in [
        (vec![1, 2, 3], "it has 3 bytes, expected at least 8".to_owned()),
        (length(3), "its header should take 3 bytes, expected at most the 2 that follow".into()),
        (length(4 << 30), "its header should take 4294967296 bytes, expected at most the 2 that follow".into()),
        (length(u64::MAX), "its header should take 18446744073709551615 bytes, expected at most the 2 that follow".into()),
        (header(&long, 0), format!("its header takes {} bytes, expected at most 1048576", long.len())),
        (
            whole[..whole.len() - 1].to_vec(),
            format!(
                "tensor `head.fc.bias` lies at bytes {} to {data} of the data, expected a range within the {} there are",
                data - last,
                data - 1
            ),
        ),
        (raw(b"{\"\xFF\":1}", &[]), "its header is not text after byte 2, expected UTF-8".into()),
        (header("", 0), "its header is not the JSON expected: EOF while parsing a value at line 1 column 0".into()),
        (
            header("[]", 0),
            "its header is not the JSON expected: invalid type: sequence, expected an object of tensors at line 1 column 0"
                .into(),
        ),
        (
            header(r#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, 4),
            "its header is not the JSON expected: `a`: invalid value: integer `-1`, expected u64 at line 1 column 31".into(),
        ),
        (
            header(r#"{"a":{"dtype":"F32","shape":[1]}}"#, 4),
            "its header is not the JSON expected: `a`: missing field `data_offsets` at line 1 column 32".into(),
        ),
        (
            header(r#"{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 4),
            "its header is not the JSON expected: `a`: duplicate field `dtype` at line 1 column 27".into(),
        ),
        (
            header(r#"{"__metadata__":{"a":1}}"#, 0),
            "its header is not the JSON expected: `__metadata__`: invalid type: integer `1`, expected a string at line 1 \
             column 22"
                .into(),
        ),
        (
            header(&format!("{}{}", "[".repeat(500_000), "]".repeat(500_000)), 0),
            "its header is not the JSON expected: invalid type: sequence, expected an object of tensors at line 1 column 0"
                .into(),
        ),
        (
            header(&format!(r#"{{"a":{{"x":{}{}}}}}"#, "[".repeat(5000), "]".repeat(5000)), 0),
            "its header is not the JSON expected: `a`: missing field `dtype` at line 1 column 10011".into(),
        ),
        (
            header(r#"{"__metadata__":{"lambdascope":"1","lambdascope":"2"}}"#, 0),
            "metadata entry `lambdascope` is listed twice, expected once".into(),
        ),
    ] {
        sentences.expect(&bytes, format!("{NO_FILE}{expected}"));
    }
    sentences.check();
}

#[test]
fn tensors_that_contradict_each_other_are_named() {
    let mut sentences = Sentences::default();
    let entry = |name: &str, dtype: &str, shape: &str, offsets: [u64; 2]| {
        format!(r#""{name}":{{"dtype":"{dtype}","shape":{shape},"data_offsets":{offsets:?}}}"#)
    };
    let a = entry("a", "F32", "[2]", [0, 8]);
    let cases = [
        (vec![a.clone(), a.clone()], 8, "tensor `a` is listed twice, expected once"),
        (
            vec![a.clone(), entry("b", "F32", "[2]", [4, 12])],
            12,
            "tensor `b` starts at byte 4 of the data, expected 8, where the tensors before it end",
        ),
        (
            vec![a.clone(), entry("b", "F32", "[2]", [12, 20])],
            20,
            "tensor `b` starts at byte 12 of the data, expected 8, where the tensors before it end",
        ),
        (
            vec![entry("b", "F32", "[1]", [4, 8])],
            8,
            "tensor `b` starts at byte 4 of the data, expected 0, where the tensors before it end",
        ),
        (vec![a.clone()], 12, "it has 12 bytes of data, expected the 8 that its tensors take"),
        (
            vec![entry("a", "F32", "[2]", [8, 0])],
            8,
            "tensor `a` lies at bytes 8 to 0 of the data, expected a range within the 8 there are",
        ),
        (
            vec![entry("a", "F32", "[2]", [0, u64::MAX])],
            8,
            "tensor `a` lies at bytes 0 to 18446744073709551615 of the data, expected a range within the 8 there are",
        ),
        (vec![entry("a", "F32", "[3]", [0, 8])], 8, "tensor `a` of shape [3] takes 12 bytes as F32, found 8"),
        (
            vec![entry("a", "F16", "[4294967296, 4294967296]", [0, 8])],
            8,
            "tensor `a` of shape [4294967296, 4294967296] takes more bytes than can be counted as F16, found 8",
        ),
        (
            vec![entry("a", "BF16", "[9223372036854775807, 2]", [0, 8])],
            8,
            "tensor `a` of shape [9223372036854775807, 2] takes more bytes than can be counted as BF16, found 8",
        ),
        (
            vec![entry("a", "F32", "[0, 9223372036854775807]", [0, 0])],
            0,
            "tensor `a` has shape [0, 9223372036854775807], expected at most 8 dimensions, none of them 0",
        ),
        (
            vec![entry("a", "F32", "[1,1,1,1,1,1,1,1,1]", [0, 4])],
            4,
            "tensor `a` has shape [1, 1, 1, 1, 1, 1, 1, 1, 1], expected at most 8 dimensions, none of them 0",
        ),
        (
            vec![entry(r"two\nlines", "F32", "[2]", [0, 8])],
            8,
            r#"a tensor is called "two\nlines", expected 1 to 256 bytes of text"#,
        ),
    ];
    for (entries, data, expected) in cases {
        let header = format!("{{{}}}", entries.join(","));
        sentences.expect(&raw(header.as_bytes(), &vec![0; data]), format!("{NO_FILE}{expected}"));
    }
    for (dtype, shape, bytes) in [("I64", "[1]", 8), ("U8", "[1]", 1), ("F8_E4M3", "[1]", 1), ("F4", "[2]", 1)] {
        let header = format!("{{{}}}", entry("a", dtype, shape, [0, bytes]));
        let expected = format!("tensor `a` has dtype {dtype}, expected F32, F16, BF16 or F64");
        sentences.expect(&raw(header.as_bytes(), &vec![0; bytes as usize]), expected);
    }
    let long = format!("{{{}}}", entry(&"x".repeat(1000), "F32", "[2]", [0, 8]));
    let expected = format!("{NO_FILE}a tensor is called \"{}…, expected 1 to 256 bytes of text", "x".repeat(199));
    sentences.expect(&raw(long.as_bytes(), &[0; 8]), expected);
    sentences.check();
}

/// The whole file's tensors with one of them replaced, or dropped.
fn with(name: &str, part: Option<Part>) -> Vec<Part> {
    let mut parts = parts();
    let at = parts.iter().position(|part| part.name == name).unwrap();
    match part {
        Some(part) => parts[at] = part,
        None => drop(parts.remove(at)),
    }
    parts
}

#[test]
fn tensors_that_do_not_fit_the_network_are_named() {
    let mut sentences = Sentences::default();
    let missing = |name: &str| with(name, None);
    let shaped = |name: &str, shape: &[usize]| with(name, Some(Part::filled(name, shape)));
    let valued = |name: &str, values: &[f32]| with(name, Some(Part::f32(name, &[values.len()], values)));
    let extra = |name: &str| [parts(), vec![Part::filled(name, &[3])]].concat();
    for (parts, expected) in [
        (
            missing("stem.conv1.conv.weight"),
            "tensor `stem.conv1.conv.weight` is missing, expected with shape [4, 3, 3, 3]",
        ),
        (
            missing("stages.0.1.post_attn.bias"),
            "tensor `stages.0.1.post_attn.bias` is missing, expected with shape [8]",
        ),
        (missing("head.fc.bias"), "tensor `head.fc.bias` is missing, expected with shape [2]"),
        (
            shaped("stages.0.0.conv2_kxk.conv.weight", &[8, 8, 1, 1]),
            "tensor `stages.0.0.conv2_kxk.conv.weight` has shape [8, 8, 1, 1], expected [8, 8, 3, 3]",
        ),
        (
            shaped("stages.0.1.self_attn.qkv.weight", &[128]),
            "tensor `stages.0.1.self_attn.qkv.weight` has shape [128], expected 4 dimensions",
        ),
        (
            shaped("stages.0.1.self_attn.conv_lambda.weight", &[4, 1, 5, 5, 1]),
            "the position embedding of `stages.0.1.self_attn` is a window of 5×5, expected a window of 3×3 as described",
        ),
        (shaped("head.fc.weight", &[3, 8]), "tensor `head.fc.weight` has shape [3, 8], expected [2, 8]"),
        (
            extra("stages.0.2.conv1_1x1.conv.weight"),
            "tensor `stages.0.2.conv1_1x1.conv.weight` belongs to nothing in the network, expected only tensors that it uses",
        ),
        (
            valued("stages.0.1.post_attn.weight", &[0.0, 1.0, f32::NAN, 0.0, 0.0, 0.0, 0.0, 0.0]),
            "tensor `stages.0.1.post_attn.weight` holds NaN at position 2, expected finite numbers only",
        ),
        (
            valued("head.fc.bias", &[0.0, f32::NEG_INFINITY]),
            "tensor `head.fc.bias` holds -inf at position 1, expected finite numbers only",
        ),
        (
            valued("stem.conv1.bn.running_var", &[1.0, 0.0, 1.0, -0.5]),
            "tensor `stem.conv1.bn.running_var` holds -0.5 at position 3, expected variances of at least 0",
        ),
        (
            valued("stem.conv1.bn.weight", &[3e38, 3e38, 3e38, 3e38]),
            "a weight of `stem.conv1` with its norm folded in is inf, expected a finite number",
        ),
        (
            valued("stages.0.1.post_attn.weight", &[3e38; 8]),
            "a weight of `stages.0.1` with its norm folded in is inf, expected a finite number",
        ),
    ] {
        let mut parts = parts;
        // Without variance the root is that of BatchNorm's ε alone, the largest scale there is.
        for norm in ["stem.conv1.bn", "stages.0.1.post_attn"] {
            if let Some(part) = parts.iter_mut().find(|p| p.name == format!("{norm}.running_var") && p.dtype == "F16") {
                *part = Part::f16(&part.name, &part.shape, &vec![0.0; part.shape[0]]);
            }
        }
        sentences.expect(&file(&description(), &parts), expected);
    }
    sentences.check();
}

#[test]
fn absurd_descriptions_are_refused_by_their_field() {
    let mut sentences = Sentences::default();
    let huge = 1u64 << 60;
    let block = |changed: Value| {
        let mut block = description()["stages"][0]["blocks"][1].clone();
        block.as_object_mut().unwrap().extend(changed.as_object().unwrap().clone());
        json!([description()["stages"][0]["blocks"][0], block])
    };
    let blocks = "/stages/0/blocks";
    for (pointer, value, expected) in [
        ("/input/crop", json!(0), "`input.crop` is 0, expected from 1 to 2048"),
        ("/input/crop", json!(huge), "`input.crop` is 1152921504606846976, expected from 1 to 2048"),
        ("/input/resize", json!(15), "`input.resize` is 15, expected from 16 to 4096"),
        ("/input/resize", json!(huge), "`input.resize` is 1152921504606846976, expected from 16 to 4096"),
        ("/input/std", json!([0.2, 0.0, 0.2]), "`input.std[1]` is 0, expected from 0.001 to 1000"),
        ("/input/std", json!([0.2, 0.2, -0.2]), "`input.std[2]` is -0.2, expected from 0.001 to 1000"),
        ("/input/mean", json!([1e39, 0.0, 0.0]), "`input.mean[0]` is inf, expected from -1000 to 1000"),
        ("/labels", json!([]), "the number of `labels` is 0, expected from 1 to 65536"),
        ("/labels", json!(["cat", "dog", "owl"]), "tensor `head.fc.weight` has shape [2, 8], expected [3, 8]"),
        ("/activation", json!("none"), "`activation` is none, expected relu or silu"),
        ("/stem/convs", json!([]), "the number of `stem.convs` is 0, expected from 1 to 16"),
        ("/stem/convs/0/out", json!(huge), "`stem.convs[0].out` is 1152921504606846976, expected from 4 to 65536"),
        ("/stem/convs/0/out", json!(6), "`stem.convs[0].out` is 6, expected a multiple of 4"),
        ("/stem/convs/0/stride", json!(0), "`stem.convs[0].stride` is 0, expected from 1 to 2"),
        ("/stages", json!([]), "the number of `stages` is 0, expected from 1 to 64"),
        ("/stages/0/out", json!(0), "`stages[0].out` is 0, expected from 4 to 65536"),
        ("/stages/0/mid", json!(huge), "`stages[0].mid` is 1152921504606846976, expected from 4 to 65536"),
        (blocks, json!([]), "the number of `stages[0].blocks` is 0, expected from 1 to 1024"),
        (blocks, block(json!({"stride": 2})), "`stages[0].blocks[1].stride` is 2, expected 1"),
        (blocks, block(json!({"heads": 0})), "`stages[0].blocks[1].heads` is 0, expected a divisor of its 8 channels"),
        (blocks, block(json!({"heads": 3})), "`stages[0].blocks[1].heads` is 3, expected a divisor of its 8 channels"),
        (blocks, block(json!({"k": huge})), "`stages[0].blocks[1].k` is 1152921504606846976, expected from 1 to 65536"),
        (
            blocks,
            block(json!({"k": 65536})),
            "the number of queries, keys and values of `stages[0].blocks[1]` is 196612, expected from 1 to 65536",
        ),
        (blocks, block(json!({"u": 0})), "`stages[0].blocks[1].u` is 0, expected from 1 to 65536"),
        (
            blocks,
            block(json!({"position": {"kind": "local", "r": 4}})),
            "`stages[0].blocks[1].position.r` is 4, expected an odd number",
        ),
        (
            blocks,
            block(json!({"position": {"kind": "local", "r": huge + 1}})),
            "`stages[0].blocks[1].position.r` is 1152921504606846977, expected from 1 to 255",
        ),
        (
            blocks,
            block(json!({"kind": "attention", "heads": 3})),
            "`stages[0].blocks[1].heads` is 3, expected a divisor of its 8 channels",
        ),
        (blocks, block(json!({"kind": "attention", "k": 0})), "`stages[0].blocks[1].k` is 0, expected from 1 to 65536"),
        (
            blocks,
            block(json!({"kind": "attention", "k": 16383})),
            "the number of queries, keys and values of `stages[0].blocks[1]` is 65540, expected from 1 to 65536",
        ),
        ("/format", json!(2), "the network description has format 2, expected 1"),
        (
            "/check",
            json!({"logits": [0.5]}),
            "the number of `check.logits` is 1, expected one for each of the 2 labels",
        ),
        ("/check", json!({"logits": [0.5, 1e39]}), "`check.logits[1]` is inf, expected a finite number"),
    ] {
        let mut description = description();
        description["check"] = Value::Null;
        *description.pointer_mut(pointer).unwrap() = value;
        sentences.expect(&file(&description, &parts()), expected);
    }
    sentences.check();
}

#[test]
fn a_description_that_is_no_description_is_described() {
    let mut sentences = Sentences::default();
    let unreadable = "the network description in the file's metadata cannot be read: ";
    let long = format!(r#"{{"format":1,"name":"x","title":"x","input":"{}"}}"#, "y".repeat(1000));
    for (text, expected) in [
        ("", "EOF while parsing a value at line 1 column 0".to_owned()),
        ("{}", "missing field `format` at line 1 column 2".into()),
        (r#"{"format":-1}"#, "invalid value: integer `-1`, expected u32 at line 1 column 12".into()),
        (&long, format!("invalid type: string \"{}…", "y".repeat(178))),
    ] {
        sentences.expect(&file::file(&parts(), Some(text)), format!("{unreadable}{expected}"));
    }
    sentences.check();
}
