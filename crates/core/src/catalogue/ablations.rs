//! What the parts of a network's lambda layers are worth: how many pictures it gets right with a part switched off, a layer
//! at a time and in all of them at once.
//!
//! `weights/ablations.json` holds the engine's counts for the network that the page opens with, `lambdascope ablate` writes
//! it; PyTorch's counts, with the same parts left out, are kept in the same form under `training/results`.

use serde::{Deserialize, Serialize};
use strum::VariantArray;

use crate::nn::edit::{Edits, LayerEdit};

/// The counts of one network over one folder of pictures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ablations {
    /// The network's name in code.
    pub network: String,
    /// SHA-256 of its weights file, lower-case hexadecimal.
    pub sha256: String,
    /// The folder of pictures, such as `imagenette-144/val`.
    pub dataset: String,
    /// How many pictures there are.
    pub pictures: u64,
    /// How many other files in the folder were passed over.
    #[serde(default)]
    pub passed_over: u64,
    /// The command that counted.
    pub command: String,
    /// With nothing switched off.
    pub unchanged: Hits,
    /// One row a lambda layer, in the network's order; with several of them, all at once in a last row.
    pub rows: Vec<Row>,
}

/// The counts with parts of the same layers switched off; `None` where the layers lack the part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The layers, such as `stages.1.1`.
    pub layers: Vec<String>,
    /// Without content lambdas.
    pub content_off: Option<Hits>,
    /// Without position lambdas and their bias.
    pub position_off: Option<Hits>,
    /// Without either, so that the layers' output is zero.
    pub both_off: Option<Hits>,
}

/// How many pictures are right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hits {
    /// Pictures whose most probable class is right.
    pub top1: u64,
    /// Pictures whose class is among the five most probable.
    pub top5: u64,
}

/// What is switched off in a lambda layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, VariantArray)]
pub enum Part {
    /// The content lambda.
    Content,
    /// The position lambdas.
    Position,
    /// The content lambda and the position lambdas.
    Both,
}

/// A part of some layers, and the counts without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ablation<'a> {
    /// The layers.
    pub layers: &'a [String],
    /// What is switched off in each of them.
    pub part: Part,
    /// What is still right then.
    pub hits: Hits,
}

impl Part {
    /// What switches it off in a layer.
    pub fn off(self) -> LayerEdit {
        LayerEdit { content: self == Self::Position, position: self == Self::Content, ..LayerEdit::default() }
    }

    /// What switches it off in these layers.
    pub fn off_in(self, layers: &[String]) -> Edits {
        Edits { layers: layers.iter().map(|layer| (layer.clone(), self.off())).collect() }
    }
}

impl Hits {
    /// Counts one more picture, whose class came at `rank`, the most probable class being at 0.
    pub fn add(&mut self, rank: usize) {
        self.top1 += u64::from(rank == 0);
        self.top5 += u64::from(rank < 5);
    }

    /// The most probable class of how many of `pictures` is right, as a fraction.
    pub fn top1_of(self, pictures: u64) -> f64 {
        self.top1 as f64 / pictures as f64
    }

    /// The same for the five most probable classes.
    pub fn top5_of(self, pictures: u64) -> f64 {
        self.top5 as f64 / pictures as f64
    }
}

impl Row {
    /// The counts without a part.
    pub fn hits(&self, part: Part) -> Option<Hits> {
        match part {
            Part::Content => self.content_off,
            Part::Position => self.position_off,
            Part::Both => self.both_off,
        }
    }

    /// Every part that was switched off, with its counts.
    pub fn ablations(&self) -> impl Iterator<Item = Ablation<'_>> {
        let one = |part: &Part| Some(Ablation { layers: &self.layers, part: *part, hits: self.hits(*part)? });
        Part::VARIANTS.iter().filter_map(one)
    }
}

impl Ablations {
    /// How far top-1 accuracy moves from that of the unchanged network, in percentage points.
    pub fn points(&self, hits: Hits) -> f64 {
        100.0 * (hits.top1_of(self.pictures) - self.unchanged.top1_of(self.pictures))
    }

    /// The row of all layers at once, where there are several.
    pub fn all_layers(&self) -> Option<&Row> {
        self.rows.last().filter(|row| row.layers.len() > 1)
    }

    /// The rows of one layer each.
    pub fn single_layers(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.layers.len() == 1)
    }
}

/// Reads the file.
///
/// # Errors
/// If the text holds no such counts.
pub fn parse(text: &str) -> Result<Ablations, serde_json::Error> {
    serde_json::from_str(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{"network": "n", "sha256": "ab", "dataset": "d/val", "pictures": 200, "command": "c",
        "unchanged": {"top1": 180, "top5": 199}, "rows": [
        {"layers": ["a"], "content_off": {"top1": 171, "top5": 198}, "position_off": null, "both_off": null},
        {"layers": ["b"], "content_off": {"top1": 181, "top5": 199}, "position_off": {"top1": 90, "top5": 150},
         "both_off": {"top1": 80, "top5": 120}},
        {"layers": ["a", "b"], "content_off": {"top1": 150, "top5": 190}, "position_off": {"top1": 90, "top5": 150},
         "both_off": {"top1": 20, "top5": 100}}]}"#;

    #[test]
    fn what_is_written_is_read() {
        let ablations = parse(TEXT).unwrap();
        assert_eq!(parse(&serde_json::to_string(&ablations).unwrap()).unwrap(), ablations);
        assert!(parse("{}").unwrap_err().to_string().contains("network"));
    }

    #[test]
    fn rows_are_told_apart_by_their_layers() {
        let ablations = parse(TEXT).unwrap();
        let single: Vec<&str> = ablations.single_layers().map(|row| row.layers[0].as_str()).collect();
        assert_eq!(single, ["a", "b"]);
        assert_eq!(ablations.all_layers().unwrap().layers, ["a", "b"]);
        let one = Ablations { rows: ablations.rows[..1].to_vec(), ..ablations };
        assert_eq!(one.all_layers(), None);
    }

    #[test]
    fn a_part_that_a_layer_lacks_has_no_counts() {
        let ablations = parse(TEXT).unwrap();
        let parts = |row: usize| ablations.rows[row].ablations().map(|found| found.part).collect::<Vec<_>>();
        assert_eq!(parts(0), [Part::Content]);
        assert_eq!(parts(1), Part::VARIANTS);
        let half_points: Vec<f64> =
            ablations.rows[1].ablations().map(|found| (2.0 * ablations.points(found.hits)).round()).collect();
        assert_eq!(half_points, [1.0, -90.0, -100.0]);
    }

    #[test]
    fn a_part_is_switched_off_by_the_edit_that_the_page_makes() {
        let switches = |part: Part| (part.off().content, part.off().position);
        assert_eq!(
            Part::VARIANTS.iter().copied().map(switches).collect::<Vec<_>>(),
            [(false, true), (true, false), (false, false)]
        );
        let edits = Part::Position.off_in(&["a".into(), "b".into()]);
        assert_eq!(edits.layers.keys().collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn hits_are_counted_by_rank() {
        let mut hits = Hits::default();
        [0, 4, 5, 0].into_iter().for_each(|rank| hits.add(rank));
        assert_eq!(hits, Hits { top1: 2, top5: 3 });
        assert_eq!((hits.top1_of(4), hits.top5_of(4)), (0.5, 0.75));
    }
}
