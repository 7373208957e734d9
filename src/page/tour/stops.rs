//! The stops, in the order of the story.

mod apply;
mod attention;
mod content;
mod lambda;
mod memory;
mod network;
mod orders;
mod position;
mod price;

use super::STOPS_IN_ALL;
use super::stop::Stop;

/// All of them.
pub static STOPS: [Stop; STOPS_IN_ALL] = [
    memory::STOP,
    orders::STOP,
    lambda::STOP,
    content::STOP,
    position::STOP,
    apply::STOP,
    attention::STOP,
    price::STOP,
    network::STOP,
];

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::page::address::ViewParameters;
    use crate::page::lab::plan::Plan;
    use crate::page::place::Place;
    use crate::page::tour::seen::{Mark, Seen};
    use crate::page::tour::stop::WORDS;
    use crate::page::what_if::Changes;
    use lambdascope_core::answer::Prediction;
    use lambdascope_core::backend::Backend;
    use lambdascope_core::cost::report::{Clock, Outcome, Report};
    use lambdascope_core::nn::trace::LambdaTrace;
    use lambdascope_explain::fixture;
    use lambdascope_explain::read::query::Query;
    use lambdascope_explain::read::reading::Reading;

    #[test]
    fn every_stop_says_what_it_has_to_in_few_words() {
        let mut ids: Vec<&str> = STOPS.iter().map(|stop| stop.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), STOPS_IN_ALL);
        for stop in &STOPS {
            let words = stop.text.split_whitespace().count();
            assert!((20..=WORDS).contains(&words), "{}: {words} words", stop.id);
            assert!(stop.question.ends_with('?') && stop.task.ends_with('.'), "{}", stop.id);
            assert!(!stop.target.is_empty(), "{}", stop.id);
            assert!(stop.ask.as_ref().is_none_or(|ask| ask.choices.len() > 1), "{}", stop.id);
        }
    }

    /// A page with a learner on it.
    struct Learner {
        layer: LambdaTrace,
        place: Place,
        parameters: ViewParameters,
        report: Option<Report>,
        after: Option<Vec<Prediction>>,
        changes: Changes,
        reading: Reading,
    }

    fn guess(class: usize) -> Vec<Prediction> {
        vec![Prediction { class, label: format!("class_{class}"), probability: 0.75 }]
    }

    impl Learner {
        fn new() -> Self {
            let layer = fixture::layer(6, 7);
            let query = Query { y: 1, x: 2, head: 1, u: 0 };
            let reading = Reading::of(&layer, query);
            let place = Place { layer: 0, query };
            let (parameters, changes) = (ViewParameters::new(), Changes::default());
            Self { layer, place, parameters, report: None, after: None, changes, reading }
        }

        fn with<T>(&self, read: impl FnOnce(&Seen) -> T) -> T {
            let before = guess(3);
            read(&Seen {
                place: Some(self.place),
                parameters: &self.parameters,
                layer: Some(&self.layer),
                reading: Some(&self.reading),
                backend: Backend::Cpu,
                report: self.report.as_ref(),
                is_measured: self.report.is_some(),
                before: &before,
                after: self.after.as_deref(),
                changes: &self.changes,
            })
        }

        fn mark(&self) -> Mark {
            Mark { place: Some(self.place), reading: Some(Arc::new(self.reading.clone())) }
        }

        fn set(&mut self, key: &str, value: impl ToString) {
            self.parameters.insert(key.into(), value.to_string());
        }

        fn go(&mut self, y: usize, x: usize) {
            self.place.query = Query { y, x, ..self.place.query };
            self.reading = Reading::of(&self.layer, self.place.query);
        }

        /// Does what a stop asks for, as its view writes it down.
        fn act(&mut self, stop: &Stop) {
            match stop.id {
                "memory" => self.set("need", "384.1.1.1.4.16.32"),
                "orders" => drop(self.parameters.remove("step")),
                "lambda" => self.set("t", 42),
                "content" => self.go(2, 2),
                "position" => self.set("shift", "1.0"),
                "apply" => self.set("cell", "y.j2"),
                "attention" => self.go(5, 2),
                "price" => {
                    let text = |key: &str| self.parameters.get(key).map(String::as_str);
                    let plan = Plan::read(text("sweep"), text("layers"), Backend::Cpu);
                    let mut report = plan.report("a test".into(), None);
                    for step in plan.steps() {
                        let mut point = step.failed(String::new());
                        let bytes = point.predicted.bytes.on(Backend::Cpu);
                        let milliseconds = vec![1e-6 * point.predicted.macs as f64];
                        point.outcome = Outcome::Measured { milliseconds, clock: Clock::Wall, bytes };
                        report.points.push(point);
                    }
                    self.report = Some(report);
                }
                "network" => {
                    self.changes.change("stages.1.1", |edit| edit.position = false);
                    self.after = Some(guess(4));
                }
                other => panic!("nobody knows how to do {other}"),
            }
        }
    }

    #[test]
    fn every_stop_is_open_on_arrival_and_done_by_a_learner() {
        for stop in &STOPS {
            let mut learner = Learner::new();
            for (key, value) in learner.with(|seen| (stop.set)(seen)) {
                match value {
                    Some(value) => drop(learner.parameters.insert(key.into(), value)),
                    None => drop(learner.parameters.remove(key)),
                }
            }
            let mark = learner.mark();
            assert!(!learner.with(|seen| (stop.is_done)(seen, &mark)), "{} is done before it began", stop.id);
            learner.act(stop);
            assert!(learner.with(|seen| (stop.is_done)(seen, &mark)), "{} cannot be done", stop.id);
            let said = learner.with(|seen| (stop.said)(seen, &mark)).unwrap();
            assert!(said.ends_with('.') && said.chars().any(|c| c.is_ascii_digit()), "{}: {said}", stop.id);
            if let Some(ask) = &stop.ask {
                let right = learner.with(|seen| (ask.right)(seen, &mark)).unwrap();
                let verdict = |predicted| learner.with(|seen| ask.verdict(predicted, seen, &mark)).unwrap();
                assert!(verdict(Some(right)).starts_with("You predicted it"), "{}", stop.id);
                assert!(verdict(Some((right + 1) % ask.choices.len())).starts_with("Not quite"), "{}", stop.id);
                assert!(verdict(None).starts_with("The answer"), "{}", stop.id);
            }
        }
    }

    #[test]
    fn answers_are_those_of_what_was_seen() {
        let said = |id: &str| {
            let stop = STOPS.iter().find(|stop| stop.id == id).unwrap();
            let mut learner = Learner::new();
            let mark = learner.mark();
            for (key, value) in learner.with(|seen| (stop.set)(seen)) {
                value.map(|value| learner.parameters.insert(key.into(), value));
            }
            learner.act(stop);
            learner.with(|seen| (stop.said)(seen, &mark)).unwrap()
        };
        // (384²)² · 4 bytes, and (192²)² · 4.
        assert!(said("memory").contains("n = 147,456 and the maps take 87.0 GB; at half the side they take 5.4 GB"));
        assert!(said("orders").contains("n × m = 1,764 weights"), "{}", said("orders"));
        assert!(said("lambda").starts_with("42 outer products"));
        assert!(said("content").starts_with("λᶜ did not change, not by a bit"));
        assert!(said("network").starts_with("Before: class 3 (75.0 %); without them: class 4 (75.0 %)."));
    }
}
