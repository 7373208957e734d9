//! Pure functions from a trace to what the page draws. Nothing here knows a browser, a device or a network's weights.

pub mod colour;
#[cfg(test)]
pub(crate) mod fixture;
pub mod implicit_attention;
pub mod lambda;
pub mod numbers;
pub mod pixels;
pub mod reading;
pub mod scale;
pub mod softmax_attention;
pub mod summary;
