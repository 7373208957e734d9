//! Networks with self-attention: the sizes that they take, what is refused, and how a bare state dict is told.

use crate::common::file::Part;
use crate::common::tiny::file;
use crate::common::{file, tiny};
use lambdascope_core::nn::description::Block;
use lambdascope_core::nn::graph::Op;
use lambdascope_core::nn::network::Network;

#[test]
fn attention_takes_maps_up_to_its_tables() {
    let (description, parts) = tiny::with_attention();
    let network = Network::from_safetensors(&file(&description, &parts)).unwrap();
    for (size, map) in [([16, 16], [4, 4]), ([16, 9], [4, 3]), ([1, 1], [1, 1])] {
        let graph = network.graph(size).unwrap();
        let Op::Attention { params, vertical, horizontal, .. } =
            graph.ops.iter().find(|op| matches!(op, Op::Attention { .. })).unwrap()
        else {
            unreachable!()
        };
        assert_eq!([params.height, params.width].map(|n| n as usize), map);
        let offsets = [vertical, horizontal].map(|id| graph.constants[*id].shape()[0]);
        assert_eq!(offsets, map.map(|side| 2 * side - 1));
        // Two heads' maps of weights, and no lambda.
        let positions = (map[0] * map[1]) as u64;
        let context = graph.context_bytes();
        assert_eq!((context.attention_maps, context.lambdas), (4 * 2 * positions * positions, 0));
    }
    assert_eq!(
        network.graph([16, 32]).unwrap_err().to_string(),
        "pictures of 16×32 pixels (height × width) do not fit the network: the map of `stages.0.1` is 4×8, expected at \
         most 4×4, for which its position tables have offsets"
    );
}

#[test]
fn attention_whose_tensors_do_not_fit_is_refused() {
    let (description, parts) = tiny::with_attention();
    let layer = "stages.0.1.self_attn";
    for (name, shape, expected) in [
        (
            "qkv.weight",
            Some(vec![16, 8, 1, 1]),
            "tensor `stages.0.1.self_attn.qkv.weight` has shape [16, 8, 1, 1], expected [20, 8, 1, 1]",
        ),
        (
            "pos_embed.height_rel",
            None,
            "tensor `stages.0.1.self_attn.pos_embed.height_rel` is missing, expected with 2 dimensions",
        ),
        (
            "pos_embed.width_rel",
            Some(vec![8, 3]),
            "the shape of `stages.0.1.self_attn.pos_embed.width_rel` is [8, 3], expected [2 · side − 1, 3]",
        ),
        (
            "pos_embed.width_rel",
            Some(vec![5, 3]),
            "the map of `stages.0.1` is 4×4, expected at most 4×3, for which its position tables have offsets",
        ),
    ] {
        let name = format!("{layer}.{name}");
        let kept = parts.iter().filter(|part| part.name != name).cloned();
        let changed = shape.map(|shape| Part::filled(&name, &shape));
        let parts: Vec<Part> = kept.chain(changed).collect();
        assert_eq!(Network::from_safetensors(&file(&description, &parts)).unwrap_err().to_string(), expected);
    }
}

#[test]
fn attention_in_a_bare_state_dict_is_told_by_its_tensors() {
    let (_, parts) = tiny::with_attention();
    let network = Network::from_safetensors(&file::file(&parts, None)).unwrap();
    let block = &network.description.stages[0].blocks[1];
    assert_eq!(*block, Block::Attention { stride: 1, heads: 2, k: 3 });
    // Its tables fix the size: a map of 4×4 after a stem that divides by four.
    assert_eq!(network.description.input.crop, 16);
    assert!(network.description.title.contains("0 lambda and 1 attention layers"), "{}", network.description.title);
}
