//! What a lesson makes of the page: controls left out one by one, large type for a projector, one figure in a frame. All of it
//! stands in the address.

use std::collections::BTreeSet;

use strum::{EnumString, IntoStaticStr, VariantArray};

/// A part of the page that can be left out by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum Control {
    /// The choice of the network.
    Network,
    /// What the page runs on.
    Backend,
    /// The choice of colours.
    Colours,
    /// The help.
    Help,
    /// The pictures to choose from.
    Pictures,
    /// The network's guess.
    Guess,
    /// The strip of layers.
    Layers,
    /// The choice of the head.
    Heads,
    /// The views' tabs.
    Views,
    /// The scale and its choices.
    Scale,
    /// What is written about the view.
    Notes,
    /// Sharing.
    Share,
    /// The table of what the networks reached.
    Results,
}

impl Control {
    /// Its name in the address and in the style sheet.
    pub fn id(self) -> &'static str {
        self.into()
    }

    /// Its name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Backend => "device",
            Self::Colours => "colours",
            Self::Help => "help",
            Self::Pictures => "pictures",
            Self::Guess => "guess",
            Self::Layers => "layers",
            Self::Heads => "heads",
            Self::Views => "views",
            Self::Scale => "scale",
            Self::Notes => "notes",
            Self::Share => "share",
            Self::Results => "measured here",
        }
    }
}

/// A drawing of the lens that can stand in a frame by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum FrameFigure {
    /// The picture with its query.
    Picture,
    /// The content part.
    Content,
    /// The position part.
    Position,
    /// Their sum.
    Total,
    /// The weights of two networks side by side.
    Networks,
}

impl FrameFigure {
    /// Its name in the address.
    pub fn id(self) -> &'static str {
        self.into()
    }

    /// The heading of a frame that shows it.
    pub fn heading(self) -> &'static str {
        match self {
            Self::Picture => "The picture with its query",
            Self::Content => "What the query draws on by content",
            Self::Position => "What the query draws on by position",
            Self::Total => "What the query draws on",
            Self::Networks => "What the query draws on in two networks",
        }
    }
}

/// What the address says of all this.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lesson {
    /// What is left out.
    pub hidden: BTreeSet<Control>,
    /// Whether the page is shown to a room: large type, the view alone, the pointer ringed.
    pub presents: bool,
    /// The one drawing that a frame shows.
    pub figure: Option<FrameFigure>,
}

impl Lesson {
    /// Reads what is left out, names with points between them; names that nobody knows are passed over.
    pub fn read_hidden(text: &str) -> BTreeSet<Control> {
        text.split('.').filter_map(|name| name.parse().ok()).collect()
    }

    /// What is left out as [`Lesson::read_hidden`] reads it; `None` where nothing is.
    pub fn hidden_text(&self) -> Option<String> {
        let names: Vec<&str> = self.hidden.iter().map(|control| control.id()).collect();
        (!names.is_empty()).then(|| names.join("."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_read_as_it_is_written() {
        let all = Lesson { hidden: Control::VARIANTS.iter().copied().collect(), ..Lesson::default() };
        assert_eq!(Lesson::read_hidden(&all.hidden_text().unwrap()), all.hidden);
        let hidden = Lesson::read_hidden("views.nonsense.network");
        assert_eq!(hidden, [Control::Network, Control::Views].into());
        assert_eq!(Lesson { hidden, ..Lesson::default() }.hidden_text().as_deref(), Some("network.views"));
        assert_eq!(Lesson::default().hidden_text(), None);
    }

    #[test]
    fn every_control_can_be_hidden_by_the_style_sheet() {
        let css = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/www/style/lesson.css")).unwrap();
        for control in Control::VARIANTS {
            assert!(css.contains(&format!("[data-hide~=\"{}\"]", control.id())), "{}", control.id());
        }
    }
}
