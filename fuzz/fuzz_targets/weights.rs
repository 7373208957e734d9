//! Weights files must be refused with a sentence or make a network; nothing may panic or take more memory than the
//! file's size warrants (`-rss_limit_mb`, `-malloc_limit_mb`).
//!
//! The first byte says how the rest is read: even, as a file; odd, as a header up to the first line break and the data
//! behind it, whose length is put in front, so that mutations reach what lies behind that length.

#![no_main]

use lambdascope_core::nn::lambda_layer::{FIRST_TENSORS, LambdaLayer};
use lambdascope_core::nn::network::Network;
use lambdascope_core::nn::reader::Reader;
use lambdascope_core::nn::weights::Weights;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((&mode, rest)) = input.split_first() else { return };
    if mode % 2 == 0 {
        load(rest);
    } else {
        let end = rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len());
        let (header, data) = rest.split_at(end);
        load(&[&(header.len() as u64).to_le_bytes(), header, data.get(1..).unwrap_or_default()].concat());
    }
});

fn load(bytes: &[u8]) {
    match Network::from_safetensors(bytes) {
        Ok(network) => {
            network.notes().iter().for_each(|note| check(note));
            for size in [[32, 32], [33, 47], [1, 1], [0, 8]] {
                if let Err(error) = network.graph(size) {
                    check(&error.to_string());
                }
            }
        }
        Err(error) => check(&error.to_string()),
    }
    // One layer, as `lambdascope layer` reads it.
    match Weights::from_checkpoint(bytes, &FIRST_TENSORS) {
        Ok(weights) => {
            weights.notes().iter().for_each(|note| check(note));
            if let Err(cause) = LambdaLayer::from_state_dict(&mut Reader::new(&weights), "", None) {
                check(&weights.locate(cause).to_string());
            }
        }
        Err(error) => check(&error.to_string()),
    }
}

/// One sentence is one line of reasonable length.
fn check(sentence: &str) {
    assert!(!sentence.chars().any(char::is_control) && sentence.chars().count() < 2000, "{sentence:?}");
}
