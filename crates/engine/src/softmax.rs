//! From logits to probabilities.

use lambdascope_core::answer::Prediction;
use lambdascope_core::tensor::all_finite;

/// Classes with their probabilities, most probable first; none where a logit is infinite or no number, which says nothing of
/// any class.
pub fn predictions(labels: &[String], logits: &[f32]) -> Vec<Prediction> {
    if !all_finite(logits) {
        return Vec::new();
    }
    let prediction =
        |(class, probability): (usize, f32)| Some(Prediction { class, label: labels.get(class)?.clone(), probability });
    ranked_softmax(logits).into_iter().filter_map(prediction).collect()
}

/// Probabilities of logits, with the index of each, most probable first.
pub fn ranked_softmax(logits: &[f32]) -> Vec<(usize, f32)> {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f32> = logits.iter().map(|l| (l - largest).exp()).collect();
    let sum: f32 = powers.iter().sum();
    let mut ranked: Vec<(usize, f32)> = powers.into_iter().map(|p| p / sum).enumerate().collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    ranked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_are_ranked_and_sum_to_one() {
        let ranked = ranked_softmax(&[1.0, 1000.0, 999.0]);
        assert_eq!(ranked.iter().map(|r| r.0).collect::<Vec<_>>(), [1, 2, 0]);
        assert!((ranked.iter().map(|r| r.1).sum::<f32>() - 1.0).abs() < 1e-6);
    }

    #[test]
    fn logits_that_are_no_numbers_predict_nothing() {
        let labels = ["a".to_owned(), "b".to_owned()];
        assert_eq!(predictions(&labels, &[1.0, 2.0]).len(), 2);
        assert_eq!(predictions(&labels, &[1.0, f32::NAN]), []);
        assert_eq!(predictions(&labels, &[f32::INFINITY, 0.0]), []);
    }
}
