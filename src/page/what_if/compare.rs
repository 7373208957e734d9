//! What a change did to the network's guess.

use lambdascope_core::answer::Prediction;
use lambdascope_core::text::{label, percent, signed};

/// A class before and after.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// As the weights file spells it.
    pub label: String,
    /// Probability without the change.
    pub before: f32,
    /// Probability with it.
    pub after: f32,
}

impl Row {
    /// The difference in percentage points, with its sign.
    pub fn points(&self) -> String {
        signed((self.after - self.before) * 100.0, 1)
    }
}

/// The `count` classes that are likeliest before or after, by what they were before.
pub fn rows(before: &[Prediction], after: &[Prediction], count: usize) -> Vec<Row> {
    let now = |label: &str| after.iter().find(|class| class.label == label).map(|class| class.probability);
    let mut rows: Vec<Row> = before
        .iter()
        .filter_map(|class| {
            Some(Row { label: class.label.clone(), before: class.probability, after: now(&class.label)? })
        })
        .collect();
    rows.sort_by(|a, b| b.before.max(b.after).total_cmp(&a.before.max(a.after)));
    rows.truncate(count);
    rows.sort_by(|a, b| b.before.total_cmp(&a.before));
    rows
}

/// What happened, in a sentence; empty where there is nothing to compare.
pub fn sentence(before: &[Prediction], after: &[Prediction]) -> String {
    let Some(first) = before.first() else { return String::new() };
    let Some(now) = after.first() else {
        return "Its outputs are infinite or not numbers, so there is no guess.".to_owned();
    };
    let same = after.iter().find(|class| class.label == first.label).map_or(0.0, |class| class.probability);
    let moved = format!("{} {} → {}", label(&first.label), percent(first.probability), percent(same));
    if now.label == first.label {
        format!("{moved}; still first.")
    } else {
        format!("{moved}; now first: {}, {}.", label(&now.label), percent(now.probability))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(classes: &[(&str, f32)]) -> Vec<Prediction> {
        classes
            .iter()
            .enumerate()
            .map(|(class, (label, probability))| Prediction {
                class,
                label: (*label).into(),
                probability: *probability,
            })
            .collect()
    }

    #[test]
    fn the_likeliest_of_either_are_listed_by_what_they_were() {
        let before = of(&[("church", 0.9), ("gas_pump", 0.06), ("tench", 0.03), ("golf_ball", 0.01)]);
        let after = of(&[("golf_ball", 0.5), ("church", 0.4), ("tench", 0.06), ("gas_pump", 0.04)]);
        let rows = rows(&before, &after, 2);
        let said: Vec<(&str, String)> = rows.iter().map(|row| (row.label.as_str(), row.points())).collect();
        assert_eq!(said, [("church", "−50.0".to_owned()), ("golf_ball", "+49.0".to_owned())]);
    }

    #[test]
    fn the_sentence_says_what_became_of_the_first() {
        let before = of(&[("church", 0.912), ("gas_pump", 0.088)]);
        assert_eq!(
            sentence(&before, &of(&[("gas_pump", 0.597), ("church", 0.403)])),
            "church 91.2 % → 40.3 %; now first: gas pump, 59.7 %."
        );
        assert_eq!(sentence(&before, &before), "church 91.2 % → 91.2 %; still first.");
        assert_eq!(sentence(&[], &before), "");
        assert!(sentence(&before, &[]).contains("no guess"));
    }
}
