//! How large a network's pictures and arrays may be. Far more than any network needs, and little enough to count with.

/// The longest side of a picture that a network runs on, in pixels.
pub const MAX_SIDE: usize = 2048;

/// The most numbers that one value of a graph may hold; indices into it fit the kernels' 32 bits and its bytes a
/// 32-bit address space.
pub const MAX_VALUES: usize = 1 << 28;
