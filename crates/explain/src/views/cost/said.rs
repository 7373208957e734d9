//! What a sweep tells, in sentences: who was refused and why, what each grows with, where two take as long.

use strum::VariantArray;

use lambdascope_core::cost::contestant::Contestant;
use lambdascope_core::cost::fit::crossings;
use lambdascope_core::cost::report::Report;
use lambdascope_core::text::grouped;

/// Whom each contestant is compared with: attention, as far as it runs.
const AGAINST: [Contestant; 2] = [Contestant::AttentionStored, Contestant::AttentionStreamed];

/// Who is compared in the first place.
const LAMBDA: Contestant = Contestant::LambdaLocal;

/// Who was refused, from which size on, and by what.
pub fn refusals(report: &Report) -> Vec<(Contestant, String)> {
    let of = |contestant: &Contestant| {
        let (side, refusal) = report.refused(*contestant)?;
        Some((*contestant, sentence(&format!("{} at {side}×{side}: {refusal}.", contestant.noun()))))
    };
    Contestant::VARIANTS.iter().filter_map(of).collect()
}

/// The powers of n that a contestant grows with: `time n^1.02 ± 0.03, memory n^1.00 ± 0.01`; nothing where fewer than three sizes
/// ran.
pub fn growth(report: &Report, contestant: Contestant) -> Option<[String; 2]> {
    report.growth(contestant).map(|growth| growth.map(|fit| fit.to_string()))
}

/// Where a contestant's time crosses attention's and who is the faster beyond that; of a lambda layer with a local window also
/// that it is the faster one everywhere, or the slower.
pub fn meetings(report: &Report) -> Vec<String> {
    let mut said = Vec::new();
    for &one in Contestant::VARIANTS.iter().filter(|contestant| !AGAINST.contains(contestant)) {
        for other in AGAINST {
            let both = both(report, one, other);
            let order = |is_faster: bool| if is_faster { [one, other] } else { [other, one] }.map(Contestant::noun);
            let crossings = crossings(&report.times(one), &report.times(other));
            if crossings.is_empty() && one == LAMBDA && both.len() > 1 {
                let [first, second] = order(both[0].1 < both[0].2);
                said.push(sentence(&format!("{first} is faster than {second} at every size on which both ran.")));
            }
            said.extend(crossings.into_iter().map(|n| {
                let is_faster = both.iter().find(|(at, ..)| *at >= n).is_none_or(|(_, one, other)| one < other);
                let ([first, second], side) = (order(is_faster), n.sqrt());
                let n = grouped(n.round() as u64);
                format!("From n ≈ {n} on ({side:.0}×{side:.0}), {first} is faster than {second}.")
            }));
        }
    }
    said
}

/// n at which both ran, and the times of both.
fn both(report: &Report, one: Contestant, other: Contestant) -> Vec<(f64, f64, f64)> {
    let others = report.times(other);
    let time_of = |n: f64| others.iter().find(|point| point.0 == n).map(|point| point.1);
    report.times(one).into_iter().filter_map(|(n, time)| Some((n, time, time_of(n)?))).collect()
}

/// The largest map on which both ran, with how many times as long attention took there as a lambda layer with a local window.
pub fn headline(report: &Report) -> Option<String> {
    let lambda = report.of(LAMBDA);
    let ratio = |other: Contestant| {
        let largest = lambda.iter().rev().find_map(|point| {
            let time = point.time()?;
            let others = report.of(other).into_iter().find(|with| with.side == point.side)?.time()?;
            Some((point.side, others / time))
        })?;
        Some((other, largest))
    };
    let said = AGAINST.iter().filter_map(|other| ratio(*other)).map(|(other, (side, ratio))| {
        let n = grouped((side * side) as u64);
        if ratio >= 1.0 {
            format!("At {side}×{side} (n = {n}), {} takes {ratio:.1} times as long as {}.", other.noun(), LAMBDA.noun())
        } else {
            format!(
                "At {side}×{side} (n = {n}), {} takes {:.0} % of the time of {}.",
                other.title(),
                ratio * 100.0,
                LAMBDA.noun()
            )
        }
    });
    let mut said: Vec<String> = said.collect();
    let largest = lambda.iter().rev().find(|point| point.time().is_some())?;
    let alone = AGAINST.iter().all(|other| report.refused(*other).is_some_and(|(side, _)| side <= largest.side));
    if alone {
        said.push(format!("At {0}×{0}, {1} runs; attention is refused either way.", largest.side, LAMBDA.noun()));
    }
    (!said.is_empty()).then(|| said.join(" "))
}

/// With a capital.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::cost::chart::tests::report;
    use lambdascope_core::cost::report::Outcome;

    #[test]
    fn a_sweep_is_put_in_words() {
        let report = report();
        let [(who, refusal)] = &refusals(&report)[..] else { panic!("one was refused") };
        assert_eq!(*who, Contestant::AttentionStored);
        assert_eq!(refusal, "Attention with a stored map at 64×64: too large.");
        assert_eq!(growth(&report, Contestant::LambdaLocal).unwrap()[0], "1.00 ± 0.00");
        assert_eq!(
            headline(&report).unwrap(),
            "At 32×32 (n = 1,024), attention with a stored map takes 1024.0 times as long as a lambda layer with a local window."
        );
        let everywhere = "A lambda layer with a local window is faster than attention with a stored map at every size on which both ran.";
        assert_eq!(meetings(&report), [everywhere]);
    }

    #[test]
    fn a_crossing_says_who_is_faster_beyond_it() {
        let mut report = report();
        for point in report.points.iter_mut().filter(|point| point.contestant == Contestant::LambdaLocal) {
            if let Outcome::Measured { milliseconds, .. } = &mut point.outcome {
                milliseconds[0] *= 500.0;
            }
        }
        let [said] = &meetings(&report)[..] else { panic!("they cross once") };
        assert_eq!(
            said,
            "From n ≈ 500 on (22×22), a lambda layer with a local window is faster than attention with a stored map."
        );
    }
}
