//! `cargo xtask build` cuts the page in two modules (`xtask/src/parts.rs`), and says so by PAGE_IN_PARTS. Then the page is
//! compiled with the cut marked, and linked with what the cut needs to know. Trunk alone builds a page of one module.

use std::env;

const ASKED_FOR: &str = "PAGE_IN_PARTS";

fn main() {
    println!("cargo::rerun-if-env-changed={ASKED_FOR}");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(page_in_parts)");
    let is_wasm = env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "wasm");
    if is_wasm && env::var_os(ASKED_FOR).is_some() {
        println!("cargo::rustc-cfg=page_in_parts");
        println!("cargo::rustc-link-arg-bin=page=--emit-relocs");
    }
}
