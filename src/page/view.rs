//! The ways of looking at one place in the network. All of them share picture, network, layer, head and query.

use strum::{EnumString, IntoStaticStr, VariantArray};

/// A view, in the order shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum View {
    /// Where one query takes from: content + position = total.
    #[default]
    Lens,
    /// What λ is made of: keys, values, the sum of their outer products.
    Anatomy,
    /// The same product in two orders: summarise then apply, or compare then sum.
    Orders,
    /// The position embeddings and what shifting does to them.
    Position,
    /// Every layer and head at once.
    Atlas,
    /// What each position adds to a class's logit.
    Evidence,
    /// The network with parts of it changed.
    WhatIf,
    /// The equations with the numbers of one cell.
    Formula,
    /// The WGSL of a step.
    Shader,
    /// What layers take on this device as maps grow.
    Cost,
    /// What people ask, and five questions back.
    Questions,
}

impl View {
    /// Its name in the address and in code.
    pub fn id(self) -> &'static str {
        self.into()
    }

    /// The id of its tab in the document.
    pub fn tab_id(self) -> String {
        format!("tab-{}", self.id())
    }

    /// Its name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Lens => "Lens",
            Self::Anatomy => "Anatomy of λ",
            Self::Orders => "Two orders",
            Self::Position => "Positions",
            Self::Atlas => "Atlas",
            Self::Evidence => "Evidence",
            Self::WhatIf => "What if",
            Self::Formula => "Formula",
            Self::Shader => "Shader",
            Self::Cost => "Cost",
            Self::Questions => "Questions",
        }
    }

    /// The question that it answers.
    pub fn question(self) -> &'static str {
        match self {
            Self::Lens => "Which pixels does this query draw on?",
            Self::Anatomy => "What is a lambda made of?",
            Self::Orders => "How is the same answer reached without attention maps?",
            Self::Position => "What has the layer learned about position?",
            Self::Atlas => "What do all layers and heads do with this query?",
            Self::Evidence => "Where in the picture does the guess come from?",
            Self::WhatIf => "What happens to the guess if you remove a part?",
            Self::Formula => "Which numbers make up this output?",
            Self::Shader => "What does the GPU run to compute this?",
            Self::Cost => "What does it cost on this device?",
            Self::Questions => "What do people ask about lambda layers?",
        }
    }

    /// Whether it can follow a live picture; the others take one apart that stays as it is.
    pub fn follows_live(self) -> bool {
        match self {
            Self::Lens | Self::Atlas | Self::Evidence | Self::WhatIf => true,
            Self::Anatomy
            | Self::Orders
            | Self::Position
            | Self::Formula
            | Self::Shader
            | Self::Cost
            | Self::Questions => false,
        }
    }

    /// The view that many places further in the order, round its ends.
    pub fn beside(self, by: isize) -> Self {
        let count = Self::VARIANTS.len() as isize;
        let at = self as isize;
        Self::VARIANTS[(at + by).rem_euclid(count) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_view_is_found_by_its_id() {
        for view in View::VARIANTS {
            assert_eq!(view.id().parse(), Ok(*view));
        }
        assert!("Lens".parse::<View>().is_err());
        assert_eq!(View::VARIANTS[0], View::default());
    }

    #[test]
    fn the_order_is_a_ring() {
        let last = View::VARIANTS[View::VARIANTS.len() - 1];
        assert_eq!(View::Lens.beside(-1), last);
        assert_eq!(last.beside(1), View::Lens);
        assert_eq!(View::Lens.beside(1), View::Anatomy);
    }
}
