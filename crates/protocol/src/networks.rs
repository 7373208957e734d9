//! What page and engine say to each other about networks other than the one on screen.

use serde::{Deserialize, Serialize};

/// A public network that the page offers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NetworkOffer {
    /// Its name in code and in the page's address.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// Its repository on the hub, such as `timm/lambda_resnet26t.c1_in1k`.
    pub hub: String,
    /// Bytes of the weights file: exact once it is on this device, about right before.
    pub bytes: u64,
    /// Fraction of ImageNet's validation pictures whose most probable class is right, as its makers report it.
    pub top1: f64,
    /// Learned values.
    pub parameters: u64,
    /// Multiplications with an addition, for one picture.
    pub macs: u64,
    /// The SPDX name of the weights' licence.
    pub licence: String,
    /// Whether this browser's cache holds it.
    pub on_device: bool,
}

/// What can be loaded besides a visitor's own file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Offers {
    /// The names of those beside the page that this browser's cache holds.
    pub kept: Vec<String>,
    /// The public ones, in the order they are offered.
    pub public: Vec<NetworkOffer>,
}
