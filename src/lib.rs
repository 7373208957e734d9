//! LambdaNetworks (Bello 2021) in the browser: an engine for lambda layers on WebGPU and on the CPU, and the pure
//! functions behind the page that explains them.

pub mod tensor;
