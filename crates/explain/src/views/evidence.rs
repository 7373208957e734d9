//! The evidence for a class, or for one class rather than another: its map over the picture, and what it adds up to.

use crate::figures::figure::Figure;
use crate::figures::grid::{Grid, Scale};
use crate::figures::subject::file_part;
use lambdascope_core::nn::evidence::ClassEvidence;
use lambdascope_core::tensor::max_abs;
use lambdascope_core::text;

/// What the map's cells are counted by.
const AXES: [&str; 2] = ["row", "column"];

/// What the logit, or the difference of two, is the sum of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sums {
    /// All positions that speak for the class.
    pub above: f32,
    /// All positions that speak against it, 0 or less.
    pub below: f32,
    /// The bias, which belongs to no position.
    pub bias: f32,
    /// The three together.
    pub sum: f32,
    /// The logit as the backend computed it.
    pub logit: f32,
}

impl Sums {
    /// Adds up.
    pub fn of(evidence: &ClassEvidence) -> Self {
        let side = |is_above: bool| {
            let terms = evidence.terms.iter().copied().filter(|term| (*term > 0.0) == is_above);
            terms.map(f64::from).sum::<f64>() as f32
        };
        Self { above: side(true), below: side(false), bias: evidence.bias, sum: evidence.sum(), logit: evidence.logit }
    }

    /// How far the sum is from the backend's logit, as a share of the larger of the two sides.
    pub fn difference(&self) -> f32 {
        let scale = self.above.max(-self.below).max(self.logit.abs());
        if scale > 0.0 { (self.sum - self.logit).abs() / scale } else { 0.0 }
    }
}

/// The map. `setting` names network and picture, `class` and `against` are labels as the weights file spells them.
pub fn figure(setting: &str, columns: usize, evidence: &ClassEvidence, class: &str, against: Option<&str>) -> Figure {
    let [own, other] = [class, against.unwrap_or_default()].map(text::label);
    let (name, title) = match against {
        Some(against) => (
            format!("evidence_{}_against_{}", file_part(class), file_part(against)),
            format!("{own} rather than {other}"),
        ),
        None => (format!("evidence_{}", file_part(class)), format!("evidence for {own}")),
    };
    Figure {
        name,
        caption: format!("What each position adds to the logit, {title}: {setting}"),
        title,
        axes: AXES,
        grid: Grid::new(evidence.terms.clone(), columns),
        scale: Scale::Signed(max_abs(&evidence.terms)),
        ring: None,
        window: None,
    }
}

/// What a change does to the evidence for a class: before, now, and what was gained and lost, on one scale.
pub fn change(setting: &str, columns: usize, [before, now]: [&ClassEvidence; 2], class: &str) -> [Figure; 3] {
    let difference = now.against(before);
    let limit = [before, now, &difference].map(|own| max_abs(&own.terms)).into_iter().fold(0.0, f32::max);
    let one = |evidence: &ClassEvidence, word: &str| {
        let own = figure(setting, columns, evidence, class, None);
        Figure {
            name: format!("{}_{word}", own.name),
            caption: format!("{} ({word})", own.caption),
            title: word.to_owned(),
            scale: Scale::Signed(limit),
            ..own
        }
    };
    [one(before, "before"), one(now, "now"), one(&difference, "difference")]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence() -> ClassEvidence {
        ClassEvidence { class: 3, terms: vec![2.0, -0.5, 0.0, 1.0, -3.0, 0.25], bias: 0.125, logit: -0.125 }
    }

    #[test]
    fn what_speaks_for_and_against_and_the_bias_are_the_logit() {
        let sums = Sums::of(&evidence());
        assert_eq!(sums, Sums { above: 3.25, below: -3.5, bias: 0.125, sum: -0.125, logit: -0.125 });
        assert_eq!(sums.difference(), 0.0);
        assert!((Sums { logit: 0.225, ..sums }.difference() - 0.1).abs() < 1e-6);
    }

    #[test]
    fn a_change_is_drawn_on_one_scale() {
        let now = ClassEvidence { terms: vec![-2.0, -0.5, 0.0, 1.0, -3.0, 0.25], ..evidence() };
        let [before, after, difference] = change("mini, church", 3, [&evidence(), &now], "church");
        assert_eq!(difference.grid.values, [-4.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        assert!([&before, &after, &difference].iter().all(|figure| figure.scale == Scale::Signed(4.0)));
        assert_eq!((before.name.as_str(), after.title.as_str()), ("evidence_church_before", "now"));
    }

    #[test]
    fn the_map_says_what_it_is_of() {
        let one = figure("mini, church", 3, &evidence(), "garbage_truck", None);
        assert_eq!((one.name.as_str(), one.title.as_str()), ("evidence_garbage_truck", "evidence for garbage truck"));
        assert_eq!(one.caption, "What each position adds to the logit, evidence for garbage truck: mini, church");
        assert_eq!((one.grid.rows, one.scale), (2, Scale::Signed(3.0)));
        let two = figure("mini, church", 3, &evidence(), "great white shark, a/b", Some("church"));
        assert_eq!(two.name, "evidence_great_white_shark__a_b_against_church");
        assert_eq!(two.title, "great white shark, a/b rather than church");
    }
}
