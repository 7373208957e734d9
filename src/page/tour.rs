//! The tour: stops along the story of a lambda layer, each with one question, one thing to do on the live page, and what is said
//! once it is done. A stop is data; [`seen`] is what it can see of the page, [`stops`] are all of them, [`progress`] is what
//! this device remembers.

pub mod progress;
pub mod seen;
pub mod stop;
pub mod stops;

/// The address's key: the stop's number, from 1.
pub const TOUR: &str = "tour";

/// How many stops there are.
pub const STOPS_IN_ALL: usize = 9;
