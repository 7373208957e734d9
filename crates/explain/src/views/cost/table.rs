//! A sweep's numbers as a file for other programs.

use lambdascope_core::backend::Backend;
use lambdascope_core::cost::contestant::Setting;
use lambdascope_core::cost::report::{Clock, Outcome, Report};

const HEAD: [&str; 20] = [
    "backend",
    "device",
    "browser",
    "contestant",
    "side",
    "n",
    "batch",
    "width",
    "heads",
    "key_depth",
    "window",
    "macs",
    "bytes_predicted",
    "bytes_made",
    "median_ms",
    "fastest_ms",
    "slowest_ms",
    "runs",
    "clock",
    "refused",
];

/// A line for every contestant and size, in the order in which they were tried.
///
/// # Errors
/// None that arise: the file is memory.
pub fn csv(report: &Report) -> Result<Vec<u8>, csv::Error> {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(HEAD)?;
    let Setting { width, heads, key_depth, window, .. } = report.setting;
    let backend = if report.backend == Backend::Gpu { "gpu" } else { "cpu" };
    let browser = report.browser.as_deref().unwrap_or_default();
    for point in &report.points {
        let mut line: Vec<String> = vec![backend.into(), report.device.clone(), browser.into()];
        line.push(point.contestant.id().into());
        let sizes = [point.side, point.side * point.side, report.batch, width, heads, key_depth, window];
        line.extend(sizes.map(|size| size.to_string()));
        line.push(point.predicted.macs.to_string());
        line.push(point.predicted.bytes.on(report.backend).to_string());
        match &point.outcome {
            Outcome::Measured { milliseconds, clock, bytes } => {
                let [fastest, slowest] = point.extremes().unwrap_or([f64::NAN; 2]);
                line.push(bytes.to_string());
                line.extend([point.time().unwrap_or(f64::NAN), fastest, slowest].map(|time| time.to_string()));
                line.push(milliseconds.len().to_string());
                line.extend([if *clock == Clock::Device { "device" } else { "wall" }.to_owned(), String::new()]);
            }
            Outcome::Refused(refusal) => {
                line.extend(std::iter::repeat_n(String::new(), 6));
                line.push(refusal.to_string());
            }
        }
        table.write_record(line)?;
    }
    table.into_inner().map_err(|error| error.into_error().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::cost::chart::tests::report;

    #[test]
    fn a_sweep_is_read_back_from_its_table() {
        let report = Report { device: "a, \"b\"".into(), ..report() };
        let file = csv(&report).unwrap();
        let mut reader = csv::Reader::from_reader(&file[..]);
        let head = reader.headers().unwrap().clone();
        let place = |name: &str| head.iter().position(|column| column == name).unwrap();
        let lines: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(lines.len(), report.points.len());
        for (line, point) in lines.iter().zip(&report.points) {
            assert_eq!(&line[place("device")], "a, \"b\"");
            assert_eq!(line[place("n")].parse::<f64>().unwrap(), point.positions());
            assert_eq!(line[place("median_ms")].parse().ok(), point.time());
            assert_eq!(line[place("refused")].is_empty(), point.time().is_some());
        }
    }
}
