//! Figures of the paper itself, on ImageNet, to stand beside the ones measured here: LambdaNetworks, Bello 2021
//! (arXiv 2102.08602). Tables are counted in the order of its source.

/// One table of the paper, in part.
#[derive(Clone, Copy, Debug)]
pub struct PaperTable {
    /// What is compared.
    pub title: &'static str,
    /// Where it stands in the paper, and under which conditions it was measured.
    pub source: &'static str,
    /// The rows.
    pub rows: &'static [PaperRow],
}

/// One network of the paper.
#[derive(Clone, Copy, Debug)]
pub struct PaperRow {
    /// The layer.
    pub layer: &'static str,
    /// Millions of learned values.
    pub millions: f64,
    /// Top-1 accuracy on ImageNet, in percent.
    pub top1: f64,
}

/// Layers against each other, and the two halves of a lambda layer.
pub static TABLES: [PaperTable; 2] = [
    PaperTable {
        title: "Layers in a ResNet-50",
        source: "Table 3: 224×224 pixels, 90 epochs; the attention figures are those of the works cited there",
        rows: &[
            PaperRow { layer: "3×3 convolution", millions: 25.6, top1: 76.9 },
            PaperRow { layer: "convolution with relative self-attention (Bello 2019)", millions: 25.8, top1: 77.7 },
            PaperRow { layer: "local relative self-attention (Ramachandran 2019)", millions: 18.0, top1: 77.4 },
            PaperRow { layer: "lambda layer", millions: 15.0, top1: 78.4 },
        ],
    },
    PaperTable {
        title: "Content and position lambdas",
        source: "Table 10: ResNet-50, 224×224 pixels",
        rows: &[
            PaperRow { layer: "content only", millions: 14.9, top1: 68.8 },
            PaperRow { layer: "position only", millions: 14.9, top1: 78.1 },
            PaperRow { layer: "both", millions: 14.9, top1: 78.4 },
        ],
    },
];
