//! A sweep that is small enough for a link, and what is said of two sweeps side by side.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use lambdascope_core::backend::Backend;
use lambdascope_core::cost::contestant::{Contestant, Setting};
use lambdascope_core::cost::formula::predicted;
use lambdascope_core::cost::report::{Clock, Outcome, Point, Refusal, Report, ReportError};
use lambdascope_protocol::{decode, encode};

/// The address's key for a sweep.
pub const RUN: &str = "run";

/// The most letters that a link gets for it: browsers take more, programs that pass links on may not.
const LONGEST: usize = 6000;

/// Who measured, for a sentence: `2 threads, WebAssembly (CPU)`.
pub fn who(report: &Report) -> String {
    format!("{} ({})", report.device, if report.backend == Backend::Gpu { "GPU" } else { "CPU" })
}

/// What two sweeps on one chart differ in besides who measured; nothing where nothing.
pub fn differences(one: &Report, other: &Report) -> Option<String> {
    let sizes = |of: &Report| {
        let Setting { width, heads, key_depth, window, .. } = of.setting;
        [("d", width), ("h", heads), ("k", key_depth), ("r", window), ("batch", of.batch)]
    };
    let differing = sizes(one).into_iter().zip(sizes(other)).filter(|(own, others)| own.1 != others.1);
    let said: Vec<String> = differing.map(|((name, own), (_, other))| format!("{name} = {other}, not {own}")).collect();
    (!said.is_empty()).then(|| format!("It measured other layers: {}.", said.join("; ")))
}

/// A sweep in as little as an address can take: medians, and no browser.
#[derive(Serialize, Deserialize)]
struct Linked {
    backend: Backend,
    device: String,
    setting: Setting,
    batch: usize,
    points: Vec<Linkable>,
}

/// A point: the layer, the side of its map, and median milliseconds by which clock, or why there are none.
type Linkable = (Contestant, usize, Result<(f32, Clock), Refusal>);

/// Why a link's sweep cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// It is cut off, or of another version.
    #[error("it is cut off or of another version")]
    Format,
    /// It cannot have been measured.
    #[error(transparent)]
    Report(#[from] ReportError),
}

/// A sweep for the address; nothing where it is too long for one.
pub fn link(report: &Report) -> Option<String> {
    let point = |point: &Point| {
        let outcome = match &point.outcome {
            Outcome::Measured { clock, .. } => Ok((point.time().unwrap_or_default() as f32, *clock)),
            Outcome::Refused(refusal) => Err(refusal.clone()),
        };
        (point.contestant, point.side, outcome)
    };
    let Report { backend, device, setting, batch, points, .. } = report;
    let points = points.iter().map(point).collect();
    let linked = Linked { backend: *backend, device: device.clone(), setting: *setting, batch: *batch, points };
    let text = BASE64_URL_SAFE_NO_PAD.encode(encode(&linked).ok()?);
    (text.len() < LONGEST).then_some(text)
}

/// A sweep of an address.
///
/// # Errors
/// [`LinkError`].
pub fn linked(text: &str) -> Result<Report, LinkError> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| LinkError::Format)?;
    let Linked { backend, device, setting, batch, points } = decode(&bytes).map_err(|_| LinkError::Format)?;
    setting.check().map_err(ReportError::from)?;
    let point = |(contestant, side, outcome): Linkable| {
        // The formulas take any side that a layer may have.
        let setting = Setting { side, ..setting };
        setting.check().map_err(ReportError::from)?;
        let predicted = predicted(contestant, &setting);
        let outcome = match outcome {
            Ok((time, clock)) => {
                Outcome::Measured { milliseconds: vec![f64::from(time)], clock, bytes: predicted.bytes.on(backend) }
            }
            Err(refusal) => Outcome::Refused(refusal),
        };
        Ok(Point { contestant, side, predicted, outcome })
    };
    let points = points.into_iter().map(point).collect::<Result<_, ReportError>>()?;
    let report = Report { backend, device, browser: None, setting, batch, points };
    report.check()?;
    Ok(report)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::lab::plan::Plan;

    fn report() -> Report {
        let plan = Plan::usual(Backend::Gpu);
        let mut report = plan.report("a GPU".into(), Some("a browser".into()));
        for step in plan.steps() {
            let mut point = step.failed("too large".into());
            if step.setting.side < 64 {
                let bytes = point.predicted.bytes.on_gpu();
                let milliseconds = vec![1.5, 2.5, 1.0 + step.setting.side as f64];
                point.outcome = Outcome::Measured { milliseconds, clock: Clock::Device, bytes };
            }
            report.points.push(point);
        }
        report
    }

    #[test]
    fn a_sweep_comes_back_from_a_link() {
        let report = report();
        report.check().unwrap();
        let text = link(&report).unwrap();
        assert!(text.len() < 1500, "{}", text.len());
        let back = linked(&text).unwrap();
        assert_eq!((back.points.len(), &back.device, back.setting), (30, &report.device, report.setting));
        for (point, was) in back.points.iter().zip(&report.points) {
            assert_eq!((point.contestant, point.side, point.time()), (was.contestant, was.side, was.time()));
        }
        assert!(matches!(linked(&text[..20]), Err(LinkError::Format)));
        assert!(linked("AA").is_err() && linked("!").is_err() && linked("").is_err());
    }

    #[test]
    fn other_sizes_are_named() {
        let one = report();
        let mut other = report();
        assert_eq!(differences(&one, &other), None);
        other.setting.width = 64;
        other.batch = 8;
        let said = differences(&one, &other).unwrap();
        assert_eq!(said, "It measured other layers: d = 64, not 128; batch = 8, not 1.");
    }

    #[test]
    fn a_sweep_of_the_command_line_is_read_and_linked() {
        // lambdascope --backend cpu cost --sides 8..32 --kinds convolution,attention-stored --memory 0.004 --width 32 --heads 2
        // --key-depth 4 --window 3 --json
        let report = Report::read(include_str!("../../../tests/fixtures/sweep.json")).unwrap();
        assert_eq!((report.points.len(), who(&report).as_str()), (6, "native code (CPU)"));
        let back = linked(&link(&report).unwrap()).unwrap();
        assert_eq!((back.setting, back.points.len()), (report.setting, 6));
        let [refused, other] = [&report, &back].map(|report| report.points[5].outcome.clone());
        assert!(matches!(refused, Outcome::Refused(Refusal::Memory { .. })));
        assert_eq!(refused, other);
    }
}
