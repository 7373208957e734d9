//! What the networks of the family reached, as measured by this project: `weights/results.json`, in the order given.
//!
//! Networks that were trained equally long are compared with each other and with nothing else.

use serde::Deserialize;

use super::family::{Member, Training};

/// The measured comparison.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Results {
    /// The pictures that accuracy was measured on.
    pub dataset: String,
    /// One row a training run.
    pub rows: Vec<Row>,
    /// How large a difference means something, in one sentence.
    pub noise: String,
    /// The machine that the times were taken on, if it is said.
    #[serde(default)]
    pub machine: Option<String>,
}

/// One training run of one network.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Row {
    /// The network's name in code.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// Which runs it may be compared with.
    pub run: Run,
    /// The run.
    #[serde(flatten)]
    pub training: Training,
    /// Learned values.
    pub parameters: u64,
    /// Multiplications with an addition, for one picture.
    pub macs: u64,
    /// Fraction of the pictures whose most probable class is right.
    pub top1: f64,
    /// Fraction whose class is among the five most probable.
    pub top5: f64,
    /// What its layers hold to gather context, for one picture.
    pub context_bytes: ContextBytes,
    /// Milliseconds for one picture.
    pub ms: Milliseconds,
}

/// How long a run was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Run {
    /// As long as the other networks' runs of this kind.
    Equal,
    /// As long as was affordable.
    Long,
}

/// Bytes held to gather context, summed over the layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct ContextBytes {
    /// Attention's maps.
    pub attention_maps: u64,
    /// Content and position lambdas.
    pub lambdas: u64,
}

/// Milliseconds on either backend, where they were measured.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub struct Milliseconds {
    /// On the CPU.
    pub cpu: Option<f64>,
    /// With WebGPU.
    pub webgpu: Option<f64>,
}

/// Reads the file.
///
/// # Errors
/// If the text is no such comparison.
pub fn parse(text: &str) -> Result<Results, serde_json::Error> {
    serde_json::from_str(text)
}

impl Row {
    /// Whether this run gave the network that the page ships.
    pub fn is_run_of(&self, member: &Member) -> bool {
        self.name == member.name && self.training == member.training
    }
}

impl Results {
    /// The rows that may be compared with each other.
    pub fn group(&self, run: Run) -> Vec<&Row> {
        self.rows.iter().filter(|row| row.run == run).collect()
    }
}

/// A network's top-1 accuracies over its seeds.
#[derive(Clone, Debug, PartialEq)]
pub struct Dots {
    /// The network's name for people.
    pub title: String,
    /// One a seed, in the order given.
    pub top1: Vec<f64>,
}

impl Dots {
    /// The least and the greatest.
    pub fn spread(&self) -> (f64, f64) {
        spread(&self.top1)
    }
}

/// The accuracies of every network among `rows`, in the order of its first row.
pub fn dots(rows: &[&Row]) -> Vec<Dots> {
    let mut names: Vec<&str> = Vec::new();
    let mut dots: Vec<Dots> = Vec::new();
    for row in rows {
        let place = names.iter().position(|name| *name == row.name).unwrap_or_else(|| {
            names.push(&row.name);
            dots.push(Dots { title: row.title.clone(), top1: Vec::new() });
            dots.len() - 1
        });
        dots[place].top1.push(row.top1);
    }
    dots
}

/// The ends of an axis that holds every dot, as whole percents that are at least two apart.
pub fn axis(dots: &[Dots]) -> (f64, f64) {
    let all: Vec<f64> = dots.iter().flat_map(|dots| dots.top1.iter().copied()).collect();
    let (least, greatest) = spread(&all);
    // A hair's width, so that 0.9 · 100 is not taken for more than 90.
    let (low, high) = ((least * 100.0 + 1e-9).floor(), (greatest * 100.0 - 1e-9).ceil());
    (low.min(high - 2.0).max(0.0) / 100.0, high / 100.0)
}

fn spread(values: &[f64]) -> (f64, f64) {
    values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(*value), high.max(*value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{"dataset": "d", "noise": "n", "rows": [
        {"name": "a", "title": "A", "run": "equal", "seed": 1, "epochs": 20, "parameters": 10, "macs": 20, "top1": 0.90,
         "top5": 0.99, "context_bytes": {"attention_maps": 0, "lambdas": 5}, "ms": {"cpu": 35.0, "webgpu": null}},
        {"name": "b", "title": "B", "run": "equal", "seed": 1, "epochs": 20, "parameters": 10, "macs": 20, "top1": 0.885,
         "top5": 0.99, "context_bytes": {"attention_maps": 7, "lambdas": 0}, "ms": {"cpu": null, "webgpu": null}},
        {"name": "a", "title": "A", "run": "long", "seed": 1, "epochs": 80, "parameters": 10, "macs": 20, "top1": 0.93,
         "top5": 0.99, "context_bytes": {"attention_maps": 0, "lambdas": 5}, "ms": {"cpu": 35.0, "webgpu": 2.5}},
        {"name": "a", "title": "A", "run": "equal", "seed": 2, "epochs": 20, "parameters": 10, "macs": 20, "top1": 0.892,
         "top5": 0.99, "context_bytes": {"attention_maps": 0, "lambdas": 5}, "ms": {"cpu": 35.0, "webgpu": null}}]}"#;

    #[test]
    fn runs_of_different_length_are_kept_apart() {
        let results = parse(TEXT).unwrap();
        let seeds =
            |run| results.group(run).iter().map(|row| (row.name.as_str(), row.training.seed)).collect::<Vec<_>>();
        assert_eq!(seeds(Run::Equal), [("a", 1), ("b", 1), ("a", 2)]);
        assert_eq!(seeds(Run::Long), [("a", 1)]);
        assert_eq!(results.group(Run::Long)[0].training.epochs, 80);
    }

    #[test]
    fn seeds_of_a_network_stand_on_one_line_inside_the_axis() {
        let results = parse(TEXT).unwrap();
        let dots = dots(&results.group(Run::Equal));
        assert_eq!(dots[0], Dots { title: "A".into(), top1: vec![0.90, 0.892] });
        assert_eq!(dots[0].spread(), (0.892, 0.90));
        assert_eq!(dots[1].top1, [0.885]);
        assert_eq!(axis(&dots), (0.88, 0.90));
    }

    #[test]
    fn an_axis_is_two_percents_wide_at_least() {
        let one = |top1| Dots { title: String::new(), top1: vec![top1] };
        assert_eq!(axis(&[one(0.905)]), (0.89, 0.91));
        assert_eq!(axis(&[one(1.0)]), (0.98, 1.0));
    }

    #[test]
    fn a_missing_figure_is_named() {
        let error = parse(r#"{"dataset": "d", "rows": [{"name": "a"}], "noise": "n"}"#).unwrap_err();
        assert!(error.to_string().contains("title"), "{error}");
    }
}
