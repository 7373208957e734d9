//! The network on screen at other sizes of picture: which sizes, and what is said of them.

use crate::page::place::scaled;
use lambdascope_core::answer::Resized;
use lambdascope_core::cost::fit::fit;
use lambdascope_core::text::label;
use lambdascope_explain::read::query::Query;

/// Pixels of a side.
const SIDES: [usize; 7] = [128, 192, 256, 384, 512, 768, 1024];

/// How many of the most probable classes are shown.
pub const GUESSES: usize = 3;

/// The sizes to run, the network's own among them, the smallest first.
pub fn sides(own: usize) -> Vec<usize> {
    let mut sides = SIDES.to_vec();
    sides.push(own);
    sides.sort_unstable();
    sides.dedup();
    sides
}

/// The same place on a map of another size: the cell that the old one's middle lies in.
pub fn moved(query: Query, [height, width]: [usize; 2], to: [usize; 2]) -> Query {
    Query { y: scaled(query.y, height, to[0]), x: scaled(query.x, width, to[1]), ..query }
}

/// What time and memory grow with, from the sizes that ran; nothing of fewer than three.
pub fn growth(ran: &[&Resized]) -> Option<String> {
    let series = |of: fn(&Resized) -> f64| -> Vec<(f64, f64)> {
        ran.iter().map(|run| ((run.side * run.side) as f64, of(run))).collect()
    };
    let power = |of: fn(&Resized) -> f64| fit(&series(of), ran.len());
    let (time, memory) = (power(|run| run.milliseconds)?, power(|run| run.bytes as f64)?);
    Some(format!(
        "Over the sizes that ran, time grows with the number of pixels to the power of {time}, memory to the power of {memory}. With attention’s stored maps memory would grow to the power of 2."
    ))
}

/// How many of the sizes have the most probable class that the network's own has.
pub fn agreement(ran: &[&Resized], own: usize) -> Option<String> {
    let first = |run: &Resized| run.predictions.first().map(|prediction| (prediction.class, label(&prediction.label)));
    let (class, guess) = first(ran.iter().find(|run| run.side == own)?)?;
    let others: Vec<_> = ran.iter().filter(|run| run.side != own).collect();
    let same = others.iter().filter(|run| first(run).is_some_and(|(other, _)| other == class)).count();
    Some(format!(
        "At {same} of {} other sizes the first guess is {guess}, as at its own. It was trained at {own}×{own} pixels: the further from that, the less it is what it learned.",
        others.len()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use lambdascope_core::answer::Prediction;
    use lambdascope_core::backend::Backend;

    #[test]
    fn the_own_size_is_among_them_once() {
        assert_eq!(sides(128), SIDES);
        assert_eq!(sides(144)[..3], [128, 144, 192]);
    }

    #[test]
    fn a_place_stays_where_it_is_in_the_picture() {
        let at = |y, x| Query { y, x, head: 1, u: 0 };
        assert_eq!(moved(at(3, 0), [8, 8], [8, 8]), at(3, 0));
        assert_eq!(moved(at(3, 7), [8, 8], [16, 16]), at(7, 15));
        assert_eq!(moved(at(15, 15), [16, 16], [4, 4]), at(3, 3));
        assert_eq!(moved(at(0, 0), [8, 8], [1, 1]), at(0, 0));
    }

    fn run(side: usize, class: usize) -> Resized {
        let prediction = Prediction { class, label: format!("class {class}"), probability: 0.5 };
        let pixels = (side * side) as u64;
        Resized {
            side,
            predictions: vec![prediction],
            layer: None,
            macs: pixels,
            bytes: 3 * pixels,
            milliseconds: 1e-3 * pixels as f64,
            backend: Backend::Cpu,
        }
    }

    #[test]
    fn what_it_grows_with_and_whether_guesses_agree() {
        let runs = [run(128, 3), run(144, 3), run(256, 3), run(512, 4)];
        let runs: Vec<&Resized> = runs.iter().collect();
        let said = growth(&runs).unwrap();
        assert!(said.contains("to the power of 1.00 ± 0.00, memory to the power of 1.00 ± 0.00"), "{said}");
        assert_eq!(growth(&runs[..2]), None);
        assert!(agreement(&runs, 144).unwrap().starts_with("At 2 of 3 other sizes the first guess is class 3"));
        assert_eq!(agreement(&runs, 96), None);
    }
}
