//! What the page remembers and how that changes, free of a browser: its address, the place in the network that is shown,
//! the list of samples, what a
//! file is, how the networks stand. The components in [`crate::ui`] only wire these to the document.

pub mod address;
pub mod file_kind;
pub mod networks;
pub mod place;
pub mod samples;
