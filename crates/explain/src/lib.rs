//! Pure functions from a trace to what the page draws. Nothing here knows a browser, a device or a network's weights.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod anatomy;
pub mod atlas;
pub mod caption;
pub mod colour;
pub mod display;
pub mod figure;
#[cfg(any(test, feature = "fixture"))]
pub mod fixture;
pub mod formula;
pub mod grid;
pub mod implicit_attention;
pub mod lambda;
pub mod lens;
pub mod order_chart;
pub mod order_cost;
pub mod order_shapes;
pub mod orders;
pub mod outer_products;
pub mod pixels;
pub mod position_figures;
pub mod positions;
pub mod reading;
pub mod scale;
pub mod shader_change;
pub mod sheet;
pub mod shift;
pub mod softmax_attention;
pub mod subject;
pub mod summary;
pub mod what_if;
