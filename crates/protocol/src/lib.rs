//! The messages between the page and the engine behind it. Both ends are built from this crate, so they travel as postcard
//! bytes in one transferred buffer.
//!
//! A request for a picture carries an id; the page shows only the answer to the latest one it sent. What a message is about
//! (an answer, a network's card, a shader) is [`lambdascope_core`]'s; nothing here computes.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod codec;
mod networks;
mod precomputed;
mod request;
mod response;
mod shaders;

pub use codec::{decode, encode};
pub use networks::{NetworkOffer, Offers};
pub use precomputed::{Precomputed, PrecomputedError};
pub use request::Request;
pub use response::{LoadStep, Response, WhatIfAnswer};
pub use shaders::{LayerShaders, ShaderEdit, ShaderFailure};
