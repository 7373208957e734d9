//! From the bytes of a picture's file to what a network sees of it: decoding, orientation, resizing and the centre crop.
//!
//! Bytes go in, an upright 8-bit RGB [`Picture`](lambdascope_core::picture::Picture) comes out; [`crop`] turns that into the
//! exact pixels that a network was trained on. Everything runs on one thread without a file system, natively and in wasm.
//! Colour profiles are not applied, as in training. Drawing and networks do not belong here.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod crop;
mod decode;
mod error;
mod jpeg;
mod limits;
mod png;
mod sniff;
mod stored;
mod webp;

pub use crop::{crop, crop_of_side};
pub use decode::{Opened, decode, open};
pub use error::PictureError;
pub use limits::{Limits, MAX_PIXELS, MAX_SIDE};
