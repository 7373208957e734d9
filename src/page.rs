//! What the page remembers and how that changes, free of a browser: its address, the place in the network that is shown,
//! its help, the list of samples, what a file is, which networks are at hand, what works offline.
//! The components in `ui` only wire these to the document.

pub mod address;
pub mod atlas;
pub mod beside;
pub mod check;
pub mod evidence;
pub mod file_kind;
pub mod help;
pub mod lab;
pub mod lesson;
pub mod live;
pub mod need;
pub mod networks;
pub mod offline;
pub mod opening;
pub mod place;
pub mod questions;
pub mod samples;
pub mod shader;
pub mod sizes;
pub mod state_file;
pub mod tour;
pub mod trail;
pub mod view;
pub mod wgsl;
pub mod what_if;
