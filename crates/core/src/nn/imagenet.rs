//! ImageNet-1k: the names of its thousand classes and the statistics of its pictures.

use crate::picture::{Interpolation, Preprocessing};

/// One name a line, in the order of the logits; the first of WordNet's synonyms, told apart where two are the same.
const LABELS: &str = include_str!("imagenet_labels.txt");

/// The WordNet id of each class, such as `n01440764`, which the data set's folders are called by; one a line, likewise.
const SYNSETS: &str = include_str!("imagenet_synsets.txt");

/// Mean of red, green and blue over the training pictures, on the scale 0..1.
pub const MEAN: [f32; 3] = [0.485, 0.456, 0.406];

/// Standard deviation of red, green and blue over the training pictures, on the scale 0..1.
pub const STD: [f32; 3] = [0.229, 0.224, 0.225];

/// How many classes there are.
pub const CLASSES: usize = 1000;

/// The names of the classes in the order of the logits.
pub fn labels() -> Vec<String> {
    LABELS.lines().map(str::to_owned).collect()
}

/// The name of the class with this WordNet id, if it is one of the thousand.
pub fn label_of_synset(id: &str) -> Option<&'static str> {
    SYNSETS.lines().zip(LABELS.lines()).find(|(synset, _)| *synset == id).map(|(_, label)| label)
}

/// How networks trained on it take a picture: the shorter side brought to `resize` pixels, a square of `crop` cut out.
pub fn preprocessing(resize: usize, crop: usize) -> Preprocessing {
    Preprocessing { resize, crop, interpolation: Interpolation::Bicubic, mean: MEAN, std: STD }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_names_are_all_different() {
        let labels = labels();
        assert_eq!(labels.len(), CLASSES);
        assert_eq!(labels.iter().collect::<std::collections::BTreeSet<_>>().len(), CLASSES);
        assert!(labels.iter().all(|label| !label.is_empty() && label.trim() == label));
        assert_eq!(
            [&labels[0], &labels[497], &labels[517], &labels[999]],
            ["tench", "church", "crane (machine)", "toilet tissue"]
        );
    }
}
