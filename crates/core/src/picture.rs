//! A picture as a network sees it: its pixels, how they become numbers, and changes to them. Files, their formats and
//! resizing do not belong here.

mod edit;
mod pixels;
mod preprocessing;
mod probe;
mod region;

pub use edit::{CELLS, PictureEdit};
pub use pixels::{LengthError, Picture};
pub use preprocessing::{Interpolation, Preprocessing};
pub use probe::{PROBE, probe};
pub use region::Region;
