//! `evidence`: what each position of the last map adds to a class's logit, as an array, as numbers and as pictures.

use std::fs;
use std::path::{Path, PathBuf};
use std::slice;

use anyhow::{Context, Result, bail};
use serde::Serialize;

use crate::backend::{answer, backend_name, prepared};
use crate::figure;
use crate::npy;
use crate::source::Model;
use crate::terminal::say;
use lambdascope_core::backend::BackendChoice;
use lambdascope_core::text::compact;
use lambdascope_engine::{Run, ranked_softmax};
use lambdascope_explain::figures::colour::Theme;
use lambdascope_explain::views::evidence::{self, Sums};

/// `evidence`'s arguments.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    model: Model,
    /// The picture that the network sees.
    #[arg(long, conflicts_with = "input", required_unless_present = "input")]
    image: Option<PathBuf>,
    /// The normalised picture as a prepared tensor, `[1, 3, H, W]` or `[3, H, W]` (f32 .npy).
    #[arg(long)]
    input: Option<PathBuf>,
    /// The class, by its label or by its place among the labels, from 0; by default, the most probable one.
    #[arg(long, value_name = "NAME|INDEX")]
    class: Option<String>,
    /// A class that it is held against: what speaks for the one rather than for the other.
    #[arg(long, value_name = "NAME|INDEX")]
    against: Option<String>,
    /// The folder for the files; it is created if it does not exist.
    #[arg(long)]
    output: PathBuf,
}

/// `evidence.json`.
#[derive(Serialize)]
struct Written<'a> {
    class: Named<'a>,
    against: Option<Named<'a>>,
    /// Rows and columns of `evidence.npy`.
    map: [usize; 2],
    bias: f32,
    /// The logit that the backend computed; with `against`, the difference of the two.
    logit: f32,
    /// Evidence and bias together.
    sum: f32,
    above: f32,
    below: f32,
    backend: &'static str,
}

#[derive(Serialize)]
struct Named<'a> {
    label: &'a str,
    index: usize,
}

/// Writes the files and prints what they come to.
///
/// # Errors
/// If the network, the picture or a class cannot be used, or a file cannot be written.
pub fn run(arguments: &Arguments, choice: BackendChoice) -> Result<()> {
    let (image, input) = (arguments.image.as_deref(), arguments.input.as_deref());
    let what = image.or(input).and_then(Path::file_stem).map(|stem| stem.to_string_lossy()).unwrap_or_default();
    let (mut engine, input) = prepared(&arguments.model, image, input, choice)?;
    let Run { features, logits, backend, .. } = answer(&mut engine, &input)?;
    let labels = &engine.network().description.labels;
    let class = match &arguments.class {
        Some(text) => class(labels, text)?,
        None => ranked_softmax(&logits).first().context("the network has no classes")?.0,
    };
    let against = arguments.against.as_deref().map(|text| self::class(labels, text)).transpose()?;
    let found = engine.evidence(&features, &logits, std::iter::once(class).chain(against));
    let mut classes = found.classes.into_iter();
    let own = classes.next().context("the network has no map before its classifier")?;
    let evidence = classes.next().map_or_else(|| own.clone(), |other| own.against(&other));

    let folder = &arguments.output;
    fs::create_dir_all(folder).with_context(|| format!("cannot create the folder {}", folder.display()))?;
    npy::write(&folder.join("evidence.npy"), &found.map, &evidence.terms)?;
    let named = |index: usize| Named { label: &labels[index], index };
    let Sums { above, below, bias, sum, logit } = Sums::of(&evidence);
    let backend = backend_name(backend);
    let numbers = Written {
        class: named(class),
        against: against.map(named),
        map: found.map,
        bias,
        logit,
        sum,
        above,
        below,
        backend,
    };
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
    };
    write("evidence.json", &(serde_json::to_string_pretty(&numbers)? + "\n"))?;
    let setting = format!("{}, {what}", engine.network().description.title);
    let other = against.map(|index| labels[index].as_str());
    let figure = evidence::figure(&setting, found.map[1], &evidence, &labels[class], other);
    write("evidence.svg", &figure.svg(Theme::Light))?;
    let words = [figure.title.as_str(), &figure.caption];
    figure::write(&folder.join("evidence.png"), words, slice::from_ref(&figure), 1)?;
    say(format!(
        "{}: {} = {} for it, {} against it, {} bias; the {backend} computed {}",
        figure.title,
        compact(sum),
        compact(above),
        compact(below),
        compact(bias),
        compact(logit)
    ))
}

/// A class by its label, or by its place.
fn class(labels: &[String], text: &str) -> Result<usize> {
    let named: Vec<usize> = (0..labels.len()).filter(|index| labels[*index] == text).collect();
    match (named.as_slice(), text.parse::<usize>()) {
        ([only], _) => Ok(*only),
        ([], Ok(index)) if index < labels.len() => Ok(index),
        ([], Ok(index)) => bail!("there is no class {index}: the network has {}, counted from 0", labels.len()),
        ([], Err(_)) => bail!("the network has no class `{text}`; `classify --top {}` lists them", labels.len()),
        (several, _) => {
            let places = several.iter().map(usize::to_string).collect::<Vec<_>>().join(" and ");
            bail!("the classes {places} are both called `{text}`: give the number")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_is_found_by_its_label_or_its_place() {
        let labels = ["crane", "church", "crane", "7"].map(str::to_owned);
        assert_eq!(class(&labels, "church").unwrap(), 1);
        assert_eq!(class(&labels, "2").unwrap(), 2);
        assert_eq!(class(&labels, "7").unwrap(), 3, "a label comes first");
        let refused = |text: &str| class(&labels, text).unwrap_err().to_string();
        assert_eq!(refused("crane"), "the classes 0 and 2 are both called `crane`: give the number");
        assert_eq!(refused("4"), "there is no class 4: the network has 4, counted from 0");
        assert!(refused("tench").starts_with("the network has no class `tench`"));
    }
}
