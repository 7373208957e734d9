//! `cost`: what one layer takes on maps of growing size, until it is refused.

use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};
use strum::VariantArray;

use crate::backend::backend_name;
use crate::terminal::{progress, say};
use lambdascope_core::backend::BackendChoice;
use lambdascope_core::cost::contestant::{Contestant, Setting};
use lambdascope_core::cost::fit::crossings;
use lambdascope_core::cost::report::{Outcome, Point, Report};
use lambdascope_core::text;
use lambdascope_engine::cost::Lab;
use lambdascope_explain::figures::colour::Theme;
use lambdascope_explain::views::cost::sheet::svg;

/// `cost`'s arguments.
#[derive(clap::Args)]
pub struct Arguments {
    /// Sides of the map: `8..256` doubles from one to the other, `8,12,16` takes these.
    #[arg(long, default_value = "8..256", value_parser = sides)]
    sides: Sides,
    /// Maps that a time is of, one after the other.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=128))]
    batch: u16,
    /// Which layers, by comma; all of them if nothing is said.
    #[arg(long, value_delimiter = ',', value_parser = kind)]
    kinds: Vec<Contestant>,
    /// d: channels of the input and of the output.
    #[arg(long, default_value_t = 128)]
    width: usize,
    /// h.
    #[arg(long, default_value_t = 4)]
    heads: usize,
    /// k.
    #[arg(long, default_value_t = 16)]
    key_depth: usize,
    /// r: side of the local window, and of the convolution's.
    #[arg(long, default_value_t = 9)]
    window: usize,
    /// Gigabytes that a layer may take on the CPU.
    #[arg(long, default_value_t = 8.0)]
    memory: f64,
    /// Draw time and memory over the map's size to this file.
    #[arg(long)]
    svg: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Clone)]
struct Sides(Vec<usize>);

fn sides(text: &str) -> Result<Sides> {
    let side = |text: &str| -> Result<usize> { Ok(text.trim().parse()?) };
    let sides = match text.split_once("..") {
        Some((from, to)) => {
            let (from, to) = (side(from)?, side(to)?);
            ensure!(from > 0 && from <= to, "the first side is to be at least 1 and no larger than the last");
            std::iter::successors(Some(from), |side| side.checked_mul(2)).take_while(|side| *side <= to).collect()
        }
        None => text.split(',').map(side).collect::<Result<Vec<_>>>()?,
    };
    Ok(Sides(sides))
}

fn kind(text: &str) -> Result<Contestant> {
    text.parse().or_else(|_| {
        let known: Vec<_> = Contestant::VARIANTS.iter().map(|kind| kind.id()).collect();
        bail!("expected one of {}", known.join(", "))
    })
}

/// Times the layers.
///
/// # Errors
/// If the sizes fit no layer, or the GPU was asked for and there is none.
pub fn run(arguments: &Arguments, choice: BackendChoice) -> Result<()> {
    let Arguments { sides: Sides(sides), width, heads, key_depth, window, .. } = arguments;
    let setting = |side| Setting { side, width: *width, heads: *heads, key_depth: *key_depth, window: *window };
    for &side in sides {
        setting(side).check()?;
    }
    ensure!(!choice.halves(), "layers are compared in single precision: use --backend gpu");
    let kinds = if arguments.kinds.is_empty() { Contestant::VARIANTS } else { &arguments.kinds };
    let memory = arguments.memory * 1e9;
    ensure!(memory > 0.0, "a layer needs memory: --memory is to be larger than 0");
    let mut lab = match choice {
        BackendChoice::Cpu => Lab::on_cpu(memory as u64),
        BackendChoice::Gpu | BackendChoice::GpuHalves => pollster::block_on(Lab::on_gpu())?,
        BackendChoice::Auto => bail!("times of two backends cannot be mixed: say --backend cpu or --backend gpu"),
    };
    let batch = usize::from(arguments.batch);
    let mut points: Vec<Point> = Vec::new();
    let bar = progress(kinds.len() * sides.len())?;
    for &contestant in kinds {
        for &side in sides {
            points.push(pollster::block_on(lab.measure(contestant, &setting(side), batch)));
            bar.inc(1);
        }
    }
    bar.finish_and_clear();
    let last = sides.iter().copied().max().unwrap_or(1);
    let (backend, device) = (lab.backend(), lab.device());
    let report = Report { backend, device, browser: None, setting: setting(last), batch, points };
    if let Some(path) = &arguments.svg {
        let svg = svg(&[&report], Theme::Light).context("nothing ran, so there is nothing to draw")?;
        std::fs::write(path, svg).with_context(|| format!("cannot write {}", path.display()))?;
    }
    if arguments.json {
        return say(serde_json::to_string_pretty(&report)?);
    }
    table(&report, kinds)
}

fn table(report: &Report, kinds: &[Contestant]) -> Result<()> {
    let Setting { width, heads, key_depth, window, .. } = report.setting;
    say(format!(
        "one layer on {} ({}): d = {width}, h = {heads}, k = {key_depth}, r = {window}, {} at a time",
        report.device,
        backend_name(report.backend),
        report.batch
    ))?;
    for &contestant in kinds {
        say("")?;
        say(contestant.title())?;
        for point in report.of(contestant) {
            let side = point.side;
            let macs = format!("{} multiplications", text::count(point.predicted.macs));
            match &point.outcome {
                Outcome::Measured { bytes, .. } => say(format!(
                    "{side:>5}² {:>10}  {:>9}  {macs}",
                    point.time().map(text::duration).unwrap_or_default(),
                    text::bytes(*bytes)
                ))?,
                Outcome::Refused(refusal) => say(format!("{side:>5}² refused: {refusal}"))?,
            }
        }
        if let Some([time, bytes]) = report.growth(contestant) {
            say(format!("      grows with n: time to the power of {time}, memory {bytes}"))?;
        }
    }
    say("")?;
    for (at, &one) in kinds.iter().enumerate() {
        for &other in &kinds[at + 1..] {
            for n in crossings(&report.times(one), &report.times(other)) {
                let side = n.sqrt();
                let sides = format!("{side:.0}×{side:.0}");
                say(format!("{} and {} take as long at n ≈ {n:.0} ({sides})", one.title(), other.title()))?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_double_or_are_listed() {
        assert_eq!(sides("8..64").unwrap().0, [8, 16, 32, 64]);
        assert_eq!(sides("8..100").unwrap().0, [8, 16, 32, 64]);
        assert_eq!(sides("5, 7").unwrap().0, [5, 7]);
        assert!(sides("0..4").is_err() && sides("9..4").is_err() && sides("x").is_err() && sides("").is_err());
        assert!(kind("lambda").err().unwrap().to_string().contains("lambda-local"));
    }
}
