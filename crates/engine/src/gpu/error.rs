//! Why the GPU could not do what was asked.

/// Why the GPU could not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GpuError {
    /// There is no adapter, or none that may be used; why, in words.
    #[error("{0}")]
    NoAdapter(String),
    /// The adapter gives no device.
    #[error("the adapter {adapter} provides no device: {reason}")]
    NoDevice {
        /// The adapter's name.
        adapter: String,
        /// What the driver or browser said.
        reason: String,
    },
    /// The network needs more than the device has.
    #[error("{what} needs {needed} {unit}, but this device allows only {allowed}")]
    Limit {
        /// The array or kernel.
        what: String,
        /// What is counted, in the plural.
        unit: &'static str,
        /// How much it needs.
        needed: u64,
        /// The limit.
        allowed: u64,
    },
    /// A shader does not compile.
    #[error("the shader {shader} does not compile: {reason}")]
    Shader {
        /// The stem of its file.
        shader: &'static str,
        /// What the compiler said.
        reason: String,
    },
    /// The picture does not fit the network.
    #[error("the network takes a picture of {expected} values, but was given {found}")]
    Input {
        /// The length of the graph's input.
        expected: usize,
        /// The length given.
        found: usize,
    },
    /// A value was asked for that the session does not keep.
    #[error("{0} is not among the values that this session keeps")]
    NotKept(String),
    /// The device is gone: unplugged, crashed, taken away by the system, or destroyed.
    #[error("the GPU device was lost: {0}")]
    DeviceLost(String),
    /// The GPU has not done what was asked of it in a time in which any that works has.
    #[error("the GPU did not {what} within {seconds} s")]
    Silent {
        /// What it should have done, as in 'did not start'.
        what: &'static str,
        /// How long it was waited for.
        seconds: u64,
    },
    /// The driver or browser refused an operation that should have been valid.
    #[error("the GPU refused an operation: {0}")]
    Refused(String),
}
