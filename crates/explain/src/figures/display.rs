//! How a map and the picture lie on each other.

use strum::{EnumString, IntoStaticStr, VariantArray};

/// The ways, in the order shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum Display {
    /// The map alone.
    #[default]
    Map,
    /// The map over the dimmed picture; strength is opacity.
    Overlay,
    /// The picture with lines round the cells of at least half the limit.
    Contours,
}

impl Display {
    /// Its name in the address.
    pub fn id(self) -> &'static str {
        self.into()
    }

    /// Whether the picture is to be seen.
    pub fn shows_picture(self) -> bool {
        self != Self::Map
    }
}
