//! How a map and the picture lie on each other.

/// The ways.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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
    /// All of them, in the order shown.
    pub const ALL: [Self; 3] = [Self::Map, Self::Overlay, Self::Contours];

    /// Its name in the address.
    pub fn id(self) -> &'static str {
        match self {
            Self::Map => "map",
            Self::Overlay => "overlay",
            Self::Contours => "contours",
        }
    }

    /// The display of this name.
    pub fn of_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|display| display.id() == id)
    }

    /// Whether the picture is to be seen.
    pub fn shows_picture(self) -> bool {
        self != Self::Map
    }
}
