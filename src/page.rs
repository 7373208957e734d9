//! What the page remembers and how that changes, free of a browser: its address, the place in the network that is shown,
//! the list of samples. The components in [`crate::ui`] only wire these to the document.

pub mod address;
pub mod place;
pub mod samples;
