//! The page around the views: its head, the ways to give a picture or a network, the tabs, the address.

pub mod crop;
pub mod drop;
pub mod header;
pub mod help;
pub mod history;
pub mod input;
pub mod later;
pub mod lesson;
pub mod live;
pub mod measured;
pub mod networks;
pub mod offline;
pub mod own_pictures;
pub mod paper;
pub mod result;
pub mod share;
pub mod status;
pub mod strip;
pub mod tabs;
pub mod tour;
pub mod walk;
