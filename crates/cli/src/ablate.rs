//! `ablate`: accuracy over a folder of class folders with parts of the lambda layers switched off.

use std::env;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use strum::VariantArray;

use crate::input::decode;
use crate::labelled::{Arguments, Labelled, labelled_files, rank_of};
use crate::source;
use crate::terminal::{progress, say};
use lambdascope_core::backend::BackendChoice;
use lambdascope_core::catalogue::ablations::{Ablations, Hits, Part, Row};
use lambdascope_core::nn::edit::Edits;
use lambdascope_core::nn::graph::{Graph, Site};
use lambdascope_core::text::{grouped, signed};
use lambdascope_engine::{Edited, Engine};

/// Layers that are changed together, and which parts they have.
struct Group {
    layers: Vec<String>,
    content: bool,
    position: bool,
}

impl Group {
    fn has(&self, part: Part) -> bool {
        match part {
            Part::Content => self.content,
            Part::Position => self.position,
            Part::Both => self.content && self.position,
        }
    }
}

/// A changed network, and how often it was right so far.
struct Case {
    network: Edited,
    hits: Hits,
}

impl Case {
    fn new(engine: &Engine, edits: &Edits) -> Result<Self> {
        Ok(Self { network: pollster::block_on(engine.edited(edits))?, hits: Hits::default() })
    }
}

/// Runs the network, and all its changed ones, on every picture.
///
/// # Errors
/// If the network has no lambda layers, a folder is not named after a class of it, or a picture cannot be used.
pub fn run(arguments: &Arguments, choice: BackendChoice) -> Result<()> {
    let file = source::weights_file(&arguments.model)?;
    let (sha256, network) = (file.sha256(), file.network()?);
    let name = network.description.name.clone();
    let Labelled { files, passed_over } = labelled_files(&arguments.data, &network.description.labels)?;
    let engine = pollster::block_on(Engine::new(network, choice))?;
    let groups = groups(engine.graph());
    ensure!(!groups.is_empty(), "{name} has no lambda layers, so nothing in it can be switched off");

    let mut unchanged = Case::new(&engine, &Edits::default())?;
    let case = |group: &Group, part: Part| {
        group.has(part).then(|| Case::new(&engine, &part.off_in(&group.layers))).transpose()
    };
    // For every group, a case a part.
    let mut changed = groups
        .iter()
        .map(|group| Part::VARIANTS.iter().map(|part| case(group, *part)).collect())
        .collect::<Result<Vec<Vec<Option<Case>>>>>()?;
    let bar = progress(files.len())?;
    for (path, label) in &files {
        // A picture is decoded once for all.
        let input = engine.prepare(&decode(path)?).with_context(|| format!("cannot use {}", path.display()))?.1;
        for case in std::iter::once(&mut unchanged).chain(changed.iter_mut().flatten().flatten()) {
            let run = pollster::block_on(case.network.run(&input))?;
            case.hits.add(rank_of(*label, &run.logits));
        }
        bar.inc(1);
    }
    bar.finish_and_clear();

    let row = |(group, cases): (Group, Vec<Option<Case>>)| {
        let hits = |part: Part| {
            let at = Part::VARIANTS.iter().position(|own| *own == part)?;
            Some(cases.get(at)?.as_ref()?.hits)
        };
        let [content_off, position_off, both_off] = [Part::Content, Part::Position, Part::Both].map(hits);
        Row { layers: group.layers, content_off, position_off, both_off }
    };
    let ablations = Ablations {
        network: name,
        sha256,
        dataset: dataset(&arguments.data),
        pictures: files.len() as u64,
        passed_over: passed_over as u64,
        command: command(),
        unchanged: unchanged.hits,
        rows: groups.into_iter().zip(changed).map(row).collect(),
    };
    if arguments.json {
        return say(serde_json::to_string_pretty(&ablations)?);
    }
    table(&ablations).iter().try_for_each(say)
}

/// Every lambda layer by itself, and where there are several, all of them at once.
fn groups(graph: &Graph) -> Vec<Group> {
    let lambdas = graph.layers.iter().filter_map(|site| if let Site::Lambda(site) = site { Some(site) } else { None });
    let mut groups: Vec<Group> = lambdas
        .map(|site| Group {
            layers: vec![site.name.clone()],
            content: site.content.is_some(),
            position: site.params.window_height * site.params.window_width > 0,
        })
        .collect();
    if groups.len() > 1 {
        groups.push(Group {
            layers: groups.iter().flat_map(|group| group.layers.clone()).collect(),
            content: groups.iter().any(|group| group.content),
            position: groups.iter().any(|group| group.position),
        });
    }
    groups
}

/// The folder's name with that of the folder above, which tells one data set's `val` from another's.
fn dataset(folder: &Path) -> String {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let names: Vec<_> = folder.iter().rev().take(2).map(|name| name.to_string_lossy()).collect();
    names.into_iter().rev().collect::<Vec<_>>().join("/")
}

/// How the program was called, by its name alone.
fn command() -> String {
    let name = Some(env!("CARGO_BIN_NAME").to_owned());
    name.into_iter().chain(env::args().skip(1)).collect::<Vec<_>>().join(" ")
}

/// The counts for a terminal.
fn table(ablations: &Ablations) -> Vec<String> {
    let Ablations { pictures, unchanged, .. } = ablations;
    let cell = |hits: Option<Hits>| {
        hits.map_or_else(
            || "none".to_owned(),
            |hits| {
                let points = signed(ablations.points(hits) as f32, 2);
                format!("{:.2} % ({points})", 100.0 * hits.top1_of(*pictures))
            },
        )
    };
    let line = |title: &str, cells: [String; 3]| {
        let [content, position, both] = cells;
        format!("{title:<16} {content:>18} {position:>18} {both:>18}")
    };
    let mut lines = vec![
        format!(
            "top-1 {:.2} %, top-5 {:.2} % over {} pictures with nothing off; top-1 with parts off:",
            100.0 * unchanged.top1_of(*pictures),
            100.0 * unchanged.top5_of(*pictures),
            grouped(*pictures)
        ),
        line("", ["content off", "position off", "both off"].map(str::to_owned)),
    ];
    lines.extend(ablations.rows.iter().map(|row| {
        let title = if let [layer] = &row.layers[..] { layer } else { "all lambda layers" };
        line(title, [row.content_off, row.position_off, row.both_off].map(cell))
    }));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_says_what_is_lost_and_what_is_not_there() {
        let hits = |top1| Some(Hits { top1, top5: 1000 });
        let row = |layers: &[&str], content, position, both| Row {
            layers: layers.iter().map(|layer| (*layer).to_owned()).collect(),
            content_off: content,
            position_off: position,
            both_off: both,
        };
        let ablations = Ablations {
            network: "n".into(),
            sha256: String::new(),
            dataset: "d/val".into(),
            pictures: 2000,
            passed_over: 0,
            command: String::new(),
            unchanged: Hits { top1: 1800, top5: 1990 },
            rows: vec![
                row(&["stages.1.1"], None, hits(1810), None),
                row(&["stages.1.1", "stages.2.1"], hits(1800), hits(1000), hits(200)),
            ],
        };
        let lines = table(&ablations);
        assert_eq!(
            lines[0],
            "top-1 90.00 %, top-5 99.50 % over 2,000 pictures with nothing off; top-1 with parts off:"
        );
        assert_eq!(lines[2], "stages.1.1                     none    90.50 % (+0.50)               none");
        assert_eq!(lines[3], "all lambda layers     90.00 % (0.00)   50.00 % (−40.00)   10.00 % (−80.00)");
    }

    #[test]
    fn a_data_set_is_named_by_two_folders() {
        assert_eq!(dataset(Path::new("not/there/imagenette-144/val")), "imagenette-144/val");
    }
}
