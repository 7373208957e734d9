//! Where a weights file of ours keeps its description, and which version of it this code reads.

/// The metadata key under which a weights file carries its description.
pub const METADATA_KEY: &str = "lambdascope";

/// The format this code reads.
pub const FORMAT: u32 = 1;
