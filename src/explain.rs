//! Pure functions from a trace to what the page draws. Nothing here knows a browser, a device or a network's weights.

pub mod colour;
pub mod implicit_attention;
pub mod lambda;
