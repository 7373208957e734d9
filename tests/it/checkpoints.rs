//! Weights files as people save them: cast as a whole, wrapped, averaged, with a run's whole state, and files that are
//! something else under the name of one. Whatever loads is the same network, number by number.

use half::f16;

use crate::common::file;
use crate::common::file::{Part, raw};
use crate::common::tiny;
use lambdascope_core::nn::lambda_layer::{FIRST_TENSORS, LambdaLayer};
use lambdascope_core::nn::network::Network;
use lambdascope_core::nn::reader::Reader;
use lambdascope_core::nn::weights::Weights;

/// Every number of a network as it runs, and what was said of its file.
fn loaded(bytes: &[u8]) -> (Vec<Vec<f32>>, Vec<String>) {
    let network = Network::from_safetensors(bytes).unwrap_or_else(|error| panic!("{error}"));
    let constants = network.graph([32; 2]).unwrap().constants;
    (constants.into_iter().map(|constant| constant.into_data()).collect(), network.notes().to_vec())
}

fn refused(bytes: &[u8]) -> String {
    Network::from_safetensors(bytes).unwrap_err().to_string()
}

/// A state dict of F16 with a counter, as timm saves a network, without a description.
fn state_dict() -> Vec<Part> {
    [tiny::parts(), vec![Part::counter("stem.conv1.bn.num_batches_tracked")]].concat()
}

fn under(prefix: &str, parts: Vec<Part>) -> Vec<Part> {
    parts.into_iter().map(|part| Part { name: format!("{prefix}{}", part.name), ..part }).collect()
}

fn scalar(name: &str, dtype: &'static str, bytes: &[u8]) -> Part {
    Part { name: name.into(), dtype, shape: vec![], bytes: bytes.into() }
}

/// A tensor in another format, whose values that format has.
fn cast(part: &Part, dtype: &'static str) -> Part {
    let values: Vec<f32> = match part.dtype {
        "I64" => vec![7.0],
        _ => part.bytes.chunks_exact(2).map(|b| f16::from_le_bytes([b[0], b[1]]).to_f32()).collect(),
    };
    let bytes = |v: &f32| match dtype {
        "F64" => f64::from(*v).to_le_bytes().to_vec(),
        "F32" => v.to_le_bytes().to_vec(),
        _ => f16::from_f32(*v).to_le_bytes().to_vec(),
    };
    Part { dtype, bytes: values.iter().flat_map(bytes).collect(), ..part.clone() }
}

#[test]
fn a_state_dict_cast_as_a_whole_is_the_same_network() {
    let (numbers, notes) = loaded(&file::file(&state_dict(), None));
    assert!(notes.is_empty() && !numbers.is_empty());
    for dtype in ["F16", "F32", "F64"] {
        let parts: Vec<Part> = state_dict().iter().map(|part| cast(part, dtype)).collect();
        let (cast, notes) = loaded(&file::file(&parts, None));
        assert!(cast == numbers, "{dtype}");
        let rounded = ["Numbers in double precision (F64) were rounded to single precision."];
        assert_eq!(notes, if dtype == "F64" { &rounded[..] } else { &[] });
    }
}

#[test]
fn a_counter_may_have_any_format_and_shape() {
    let (numbers, _) = loaded(&file::file(&tiny::parts(), None));
    for (dtype, bits) in [
        ("BOOL", 8),
        ("U8", 8),
        ("I8", 8),
        ("F8_E5M2", 8),
        ("F8_E4M3", 8),
        ("F8_E8M0", 8),
        ("F8_E4M3FNUZ", 8),
        ("F8_E5M2FNUZ", 8),
        ("I16", 16),
        ("U16", 16),
        ("F16", 16),
        ("BF16", 16),
        ("I32", 32),
        ("U32", 32),
        ("F32", 32),
        ("C64", 64),
        ("F64", 64),
        ("I64", 64),
        ("U64", 64),
        ("F4", 4),
        ("F6_E2M3", 6),
        ("F6_E3M2", 6),
    ] {
        for shape in [vec![], vec![1], vec![4], vec![0], vec![2, 0], vec![1; 9]] {
            let values: usize = shape.iter().product();
            if !(values * bits).is_multiple_of(8) {
                continue;
            }
            let name = "stem.conv1.bn.num_batches_tracked".to_owned();
            // NaN, where the format has it: nobody looks.
            let counter = Part { name, dtype, shape: shape.clone(), bytes: vec![0xFF; values * bits / 8] };
            let bytes = file::file(&[&tiny::parts()[..], &[counter]].concat(), None);
            assert_eq!(loaded(&bytes), (numbers.clone(), vec![]), "{dtype} {shape:?}");
        }
    }
    // Its size has to be that of its format all the same, and the format one that has a size.
    let with = |dtype, bytes: &[u8]| {
        file::file(&[tiny::parts(), vec![scalar("a.num_batches_tracked", dtype, bytes)]].concat(), None)
    };
    let start = "this is not a usable safetensors file: tensor `a.num_batches_tracked`";
    assert_eq!(refused(&with("I32", &[0; 8])), format!("{start} of shape [] takes 4 bytes as I32, found 8"));
    assert_eq!(
        refused(&with("F4", &[0])),
        format!("{start} of shape [] takes 4 bits, which are no whole bytes, as F4, found 1")
    );
    assert_eq!(
        refused(&with("I4", &[0])),
        format!("{start} has dtype I4, expected one that safetensors has, such as F32")
    );
}

#[test]
fn a_number_that_single_precision_cannot_hold_is_refused() {
    let mut parts = tiny::parts();
    let bias = parts.iter_mut().find(|part| part.name == "head.fc.bias").unwrap();
    let with =
        |value: f64| Part { dtype: "F64", bytes: [value.to_le_bytes(), 1f64.to_le_bytes()].concat(), ..bias.clone() };
    let [large, infinite] = [with(1e39), with(f64::INFINITY)];
    *bias = large;
    assert_eq!(
        refused(&file::file(&parts, None)),
        "the number at position 0 of tensor `head.fc.bias` is 1e39, expected one that single precision can hold"
    );
    *parts.iter_mut().find(|part| part.name == "head.fc.bias").unwrap() = infinite;
    assert_eq!(
        refused(&file::file(&parts, None)),
        "tensor `head.fc.bias` holds inf at position 0, expected finite numbers only"
    );
}

#[test]
fn a_wrapped_network_is_the_same_network() {
    let (numbers, _) = loaded(&file::file(&state_dict(), None));
    for prefix in ["module.", "_orig_mod.module.", "state_dict.model.", "net.backbone."] {
        let note = format!("The prefix `{prefix}` was left off the names of the file’s tensors.");
        assert_eq!(loaded(&file::file(&under(prefix, state_dict()), None)), (numbers.clone(), vec![note]));
    }
    // What is wrong below it is said with it.
    let mut parts = under("module.", state_dict());
    parts.retain(|part| part.name != "module.head.fc.bias");
    assert_eq!(
        refused(&file::file(&parts, None)),
        "under `module.`, tensor `head.fc.bias` is missing, expected with shape [2]"
    );
    // A file that describes itself means its names.
    let described = tiny::file(&tiny::description(), &under("module.", tiny::parts()));
    assert_eq!(refused(&described), "tensor `stem.conv1.conv.weight` is missing, expected with shape [4, 3, 3, 3]");
}

#[test]
fn an_averaged_copy_is_taken_whole_and_what_else_a_run_saves_is_left_out() {
    let averaged: Vec<Part> = state_dict()
        .into_iter()
        .map(|part| if part.name == "head.fc.bias" { Part::f32(&part.name, &[2], &[3.0, 4.0]) } else { part })
        .collect();
    let (numbers, _) = loaded(&file::file(&averaged, None));
    let rest = || {
        vec![
            scalar("epoch", "I64", &[0; 8]),
            // Nothing is asked of what nobody reads.
            scalar("optimizer.state.0.exp_avg", "F32", &f32::NAN.to_le_bytes()),
            scalar("optimizer.state.0.step", "U8", &[1]),
        ]
    };
    let both = [under("state_dict.", state_dict()), under("state_dict_ema.", averaged.clone()), rest()].concat();
    let (found, notes) = loaded(&file::file(&both, None));
    assert!(found == numbers);
    assert_eq!(
        notes,
        [
            "The file holds two copies of the network: the averaged one under `state_dict_ema.` is used, the one under \
             `state_dict.` is not.",
            "3 tensors that are not under `state_dict_ema.` were left out, `epoch` among them."
        ]
    );
    // Never a tensor of one in the other.
    let mut half = averaged.clone();
    half.retain(|part| part.name != "stem.conv1.bn.running_mean");
    let mixed = [under("model.", state_dict()), under("ema.", half)].concat();
    assert_eq!(
        refused(&file::file(&mixed, None)),
        "under `ema.`, tensor `stem.conv1.bn.running_mean` is missing, expected with shape [4]"
    );
    // torch.optim.swa_utils.AveragedModel.
    let alone = [vec![scalar("n_averaged", "I64", &[0; 8])], under("module.", averaged)].concat();
    let (found, notes) = loaded(&file::file(&alone, None));
    assert!(found == numbers && notes.len() == 2, "{notes:?}");
    // At the top level a tensor that belongs to nothing may be one that the network misses elsewhere.
    let top = file::file(&[state_dict(), rest()].concat(), None);
    assert_eq!(refused(&top), "tensor `epoch` has dtype I64, expected F32, F16, BF16 or F64");
}

#[test]
fn a_single_layer_is_found_under_a_prefix_too() {
    let parts: Vec<Part> = tiny::parts().into_iter().filter(|part| part.name.contains("self_attn.")).collect();
    let read = |prefix: &str| {
        let parts = parts.iter().map(|part| {
            let name = part.name.replace("stages.0.1.self_attn.", prefix);
            Part { name, ..part.clone() }
        });
        let weights = Weights::from_checkpoint(&file::file(&parts.collect::<Vec<_>>(), None), &FIRST_TENSORS).unwrap();
        let layer = LambdaLayer::from_state_dict(&mut Reader::new(&weights), "", None).unwrap();
        (layer.shape, layer.query.weight, weights.notes().len())
    };
    let (shape, weight, notes) = read("");
    assert_eq!(notes, 0);
    assert_eq!(read("module.attn."), (shape, weight, 1));
}

#[test]
fn headers_that_safetensors_reads_are_read() {
    let (numbers, _) = loaded(&file::file(&tiny::parts(), None));
    let data: Vec<u8> = tiny::parts().iter().flat_map(|part| part.bytes.clone()).collect();
    let header = file::header(&tiny::parts(), None);
    let tensors = &header[1..];
    for header in [
        format!(r#"{{"__metadata__":null,{tensors}"#),
        format!(r#"{{"__metadata__":{{}},{tensors}"#),
        format!(r#"{{"__metadata__":{{"format":"pt"}},{tensors}"#),
        format!("{header}       "),
        format!(" \n{header}"),
        header.replace(r#""dtype""#, r#""x":1,"dtype""#),
    ] {
        assert_eq!(loaded(&raw(header.as_bytes(), &data)), (numbers.clone(), vec![]), "{}", &header[..40]);
    }
    let twice = format!(r#"{{"__metadata__":{{}},"__metadata__":null,{tensors}"#);
    assert_eq!(
        refused(&raw(twice.as_bytes(), &data)),
        "this is not a usable safetensors file: `__metadata__` is listed twice, expected once"
    );
    // No tensors at all, and one of no size, are whole files; but no networks.
    assert!(refused(&raw(b"{}", &[])).ends_with("found no tensor at all"));
    let empty = Part { name: "head.extra".into(), dtype: "F32", shape: vec![0], bytes: vec![] };
    assert_eq!(
        refused(&file::file(&[tiny::parts(), vec![empty]].concat(), None)),
        "this is not a usable safetensors file: tensor `head.extra` has shape [0], expected at most 8 dimensions, none of \
         them 0"
    );
}

#[test]
fn another_file_under_the_name_is_called_what_it_is() {
    for (bytes, expected) in [
        (&b""[..], "this is an empty file, not a safetensors file: download it or save it again"),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n",
            "this is a Git LFS pointer, which only stands for the weights, not a safetensors file: fetch them with \
             `git lfs pull`, or download the file itself",
        ),
        (
            b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.",
            "this is a Python pickle such as PyTorch’s older checkpoints, which can run code when it is read, not a \
             safetensors file: load it in Python and save its state dict with \
             `safetensors.torch.save_file(model.state_dict(), \"model.safetensors\")`",
        ),
    ] {
        assert_eq!(refused(bytes), expected);
    }
}
