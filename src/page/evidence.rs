//! Whose evidence is looked at, as the address has it, and what is said of it.

use lambdascope_core::answer::{Answer, Prediction};
use lambdascope_core::text::{compact, label, scientific};
use lambdascope_explain::views::evidence::Sums;

/// The keys in the address.
pub const CLASS: &str = "class";
/// The other class.
pub const AGAINST: &str = "against";

/// A class, alone or beside another; places among the network's labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The class.
    pub class: usize,
    /// The one that it is held against.
    pub against: Option<usize>,
}

impl Choice {
    /// What an address says of an answer's classes; without a word, or where the network lacks the class, its first guess.
    /// None where there is no class at all.
    pub fn of(answer: &Answer, class: Option<usize>, against: Option<usize>) -> Option<Self> {
        let known = |class: &usize| *class < answer.predictions.len();
        let class = class.filter(known).or_else(|| Some(answer.predictions.first()?.class))?;
        Some(Self { class, against: against.filter(known).filter(|other| *other != class) })
    }

    /// The classes.
    pub fn classes(self) -> impl Iterator<Item = usize> {
        std::iter::once(self.class).chain(self.against)
    }
}

/// A class of an answer.
pub fn of_class(answer: &Answer, class: usize) -> Option<&Prediction> {
    answer.predictions.iter().find(|prediction| prediction.class == class)
}

/// All classes by their names, for a list to choose from.
pub fn by_name(answer: &Answer) -> Vec<(usize, String)> {
    let mut all: Vec<(usize, String)> = answer.predictions.iter().map(|p| (p.class, label(&p.label))).collect();
    all.sort_by(|a, b| a.1.to_lowercase().cmp(&b.1.to_lowercase()).then(a.0.cmp(&b.0)));
    all
}

/// The classes whose name has what is sought, those that begin with it first; all of them where nothing is sought.
pub fn found(names: &[(usize, String)], sought: &str) -> Vec<(usize, String)> {
    let sought = sought.trim().to_lowercase();
    let (mut first, mut other) = (Vec::new(), Vec::new());
    for (class, name) in names {
        let lower = name.to_lowercase();
        if lower.starts_with(&sought) {
            first.push((*class, name.clone()));
        } else if lower.contains(&sought) {
            other.push((*class, name.clone()));
        }
    }
    first.append(&mut other);
    first
}

/// What it comes to, in a sentence.
pub fn said(sums: &Sums, class: &str, against: Option<&str>) -> String {
    let what = match against {
        Some(against) => format!("{} is ahead of {} by", label(class), label(against)),
        None => format!("The logit of {} is", label(class)),
    };
    let (above, below) = (compact(sums.above), compact(sums.below));
    format!(
        "{what} {}: {above} speaks for it, {below} against it, and the bias adds {}.",
        compact(sums.sum),
        compact(sums.bias)
    )
}

/// How well the sum agrees with what the backend computed.
pub fn proof(sums: &Sums) -> String {
    format!(
        "The network computed {}: the difference is {} of the larger side.",
        compact(sums.logit),
        scientific(sums.difference())
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use lambdascope_core::nn::evidence::Evidence;
    use lambdascope_core::nn::trace::Trace;

    fn answer() -> Answer {
        let prediction =
            |class: usize, label: &str, probability| Prediction { class, label: label.into(), probability };
        Answer {
            id: 1,
            network: 0,
            original: [1, 1],
            side: 1,
            crop: vec![0; 3],
            predictions: vec![
                prediction(2, "church", 0.8),
                prediction(0, "chain_saw", 0.1),
                prediction(1, "crane", 0.1),
            ],
            trace: Trace::default(),
            evidence: Evidence::default(),
            computed: None,
        }
    }

    #[test]
    fn the_first_guess_is_looked_at_unless_the_address_names_another() {
        let of = |class, against| Choice::of(&answer(), class, against);
        assert_eq!(of(None, None), Some(Choice { class: 2, against: None }));
        assert_eq!(of(Some(1), Some(2)), Some(Choice { class: 1, against: Some(2) }));
        assert_eq!(of(Some(9), Some(2)), Some(Choice { class: 2, against: None }), "nothing is held against itself");
        assert_eq!(Choice::of(&Answer { predictions: Vec::new(), ..answer() }, None, None), None);
        assert_eq!(of(Some(1), Some(2)).unwrap().classes().collect::<Vec<_>>(), [1, 2]);
    }

    #[test]
    fn classes_are_listed_by_name() {
        let names: Vec<String> = by_name(&answer()).into_iter().map(|(_, name)| name).collect();
        assert_eq!(names, ["chain saw", "church", "crane"]);
        assert_eq!(of_class(&answer(), 0).unwrap().label, "chain_saw");
    }

    #[test]
    fn a_class_is_found_by_a_part_of_its_name() {
        let names = by_name(&answer());
        let of = |sought: &str| found(&names, sought).into_iter().map(|(class, _)| class).collect::<Vec<_>>();
        assert_eq!(of(" SAW"), [0]);
        // What begins with it comes before what has it inside.
        assert_eq!(found(&[(0, "ice crane".into()), (1, "crane".into())], "crane")[0].0, 1);
        assert_eq!(of("c"), [0, 2, 1]);
        assert_eq!(of(""), [0, 2, 1]);
        assert!(of("zebra").is_empty());
    }

    #[test]
    fn what_it_comes_to_is_said() {
        let sums = Sums { above: 3.25, below: -1.5, bias: 0.25, sum: 2.0, logit: 2.0 };
        assert_eq!(
            said(&sums, "chain_saw", None),
            "The logit of chain saw is +2.00: +3.25 speaks for it, −1.50 against it, and the bias adds +0.250."
        );
        assert!(said(&sums, "church", Some("chain_saw")).starts_with("church is ahead of chain saw by +2.00: "));
        assert_eq!(proof(&sums), "The network computed +2.00: the difference is 0 of the larger side.");
    }
}
