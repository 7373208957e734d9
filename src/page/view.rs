//! The ways of looking at one place in the network. All of them share picture, network, layer, head and query.

/// A view.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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
    /// The network with parts of it changed.
    WhatIf,
    /// The equations with the numbers of one cell.
    Formula,
    /// The WGSL of a step.
    Shader,
}

impl View {
    /// All of them, in the order shown.
    pub const ALL: [Self; 8] = [
        Self::Lens,
        Self::Anatomy,
        Self::Orders,
        Self::Position,
        Self::Atlas,
        Self::WhatIf,
        Self::Formula,
        Self::Shader,
    ];

    /// Its name in the address and in code.
    pub fn id(self) -> &'static str {
        match self {
            Self::Lens => "lens",
            Self::Anatomy => "anatomy",
            Self::Orders => "orders",
            Self::Position => "position",
            Self::Atlas => "atlas",
            Self::WhatIf => "what-if",
            Self::Formula => "formula",
            Self::Shader => "shader",
        }
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
            Self::WhatIf => "What if",
            Self::Formula => "Formula",
            Self::Shader => "Shader",
        }
    }

    /// The question that it answers.
    pub fn question(self) -> &'static str {
        match self {
            Self::Lens => "Where does one query’s output come from?",
            Self::Anatomy => "What is a lambda made of?",
            Self::Orders => "How is the same answer reached without attention maps?",
            Self::Position => "What has the layer learned about position?",
            Self::Atlas => "What do all layers and heads do with this query?",
            Self::WhatIf => "What becomes of the guess if a part is taken away?",
            Self::Formula => "Which numbers make up this output?",
            Self::Shader => "What does the GPU run to compute this?",
        }
    }

    /// The view of this name.
    pub fn of_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|view| view.id() == id)
    }

    /// The view that many places further in the order, round its ends.
    pub fn beside(self, by: isize) -> Self {
        let count = Self::ALL.len() as isize;
        let at = Self::ALL.iter().position(|view| *view == self).unwrap_or(0) as isize;
        Self::ALL[(at + by).rem_euclid(count) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_view_is_found_by_its_id() {
        for view in View::ALL {
            assert_eq!(View::of_id(view.id()), Some(view));
        }
        assert_eq!(View::of_id("Lens"), None);
        assert_eq!(View::ALL[0], View::default());
    }

    #[test]
    fn the_order_is_a_ring() {
        let last = View::ALL[View::ALL.len() - 1];
        assert_eq!(View::Lens.beside(-1), last);
        assert_eq!(last.beside(1), View::Lens);
        assert_eq!(View::Lens.beside(1), View::Anatomy);
    }
}
