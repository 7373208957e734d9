//! What each kernel of a run takes on the device, by its own clock.

use crate::nn::graph::ValueId;

use super::device::{Device, GpuError};
