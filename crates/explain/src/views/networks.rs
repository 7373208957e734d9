//! Two networks at one place of one picture: the weights that each takes the values with, drawn each on its own scale, and the
//! numbers that tell how they differ.

use lambdascope_core::nn::trace::LayerTrace;
use lambdascope_core::tensor::max_abs;
use lambdascope_core::text::{bytes, compact, count, signed, whole_percent};

use crate::figures::figure::Figure;
use crate::figures::grid::{Grid, Scale};
use crate::figures::subject::{Dependence, Subject, file_part};
use crate::read::measures::{Measures, Weights, Window};
use crate::read::query::Query;
use crate::views::orders::cost::by_definition;

/// What maps count.
const AXES: [&str; 2] = ["row", "column"];

/// One of the two: a query of a layer of a network.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// The network's name for people.
    pub network: &'a str,
    /// The picture's.
    pub picture: &'a str,
    /// The layer.
    pub layer: &'a LayerTrace,
    /// The query, which the layer has.
    pub query: Query,
}

impl Side<'_> {
    /// The weights as a drawing on their own scale: signed for a lambda layer, from zero for attention. Its title is the
    /// network's.
    pub fn figure(&self, weights: &Weights) -> Figure {
        let (word, what, scale): (_, _, fn(f32) -> Scale) = match self.layer {
            LayerTrace::Lambda(_) => ("total", "Implicit attention, total", Scale::Signed),
            LayerTrace::Attention(_) => ("softmax_weights", "Softmax weights, which sum to 1", Scale::Positive),
        };
        let subject = Subject::of(self.layer, self.query, &format!("{}, {}", self.network, self.picture));
        let (grid, limit) = (Grid::new(weights.map.clone(), weights.size[1]), max_abs(&weights.map));
        let figure = subject.figure(Dependence::ALL, word, [self.network, what], AXES, grid, scale(limit));
        // Two networks have layers of the same name.
        let name = format!("{}_{}", file_part(self.network), figure.name);
        Figure { name, ring: Some(self.query.cell()), ..figure }
    }

    /// What the layer's weights are, in a few words.
    pub fn what(&self) -> String {
        let kind = match self.layer {
            LayerTrace::Lambda(_) => "signed weights of the lambda layer",
            LayerTrace::Attention(_) => "softmax weights of the attention layer",
        };
        let Query { head, u, .. } = self.query;
        let u = if self.layer.intra() > 1 { format!(", u = {u} of {}", self.layer.intra()) } else { String::new() };
        format!("{kind} {}, head {head} of {}{u}", self.layer.name(), self.layer.heads())
    }
}

/// A line of the table: a quantity of both.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Names the line in files and tests.
    pub id: &'static str,
    /// The quantity, for people.
    pub name: &'static str,
    /// What it is.
    pub what: String,
    /// Its values, unrounded.
    pub values: [f64; 2],
    /// The same as they are shown.
    pub shown: [String; 2],
}

/// Two queries compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// The numbers of each.
    pub measures: [Measures; 2],
    /// How alike they are in where they look, −1 to 1; nothing where one of them is the same everywhere.
    pub correlation: Option<f32>,
    /// The part of the picture whose share is taken: the window of the first that has one.
    pub window: Option<Window>,
}

impl Compared {
    /// Compares.
    pub fn of([own, other]: [&Weights; 2]) -> Self {
        let window = own.window.or(other.window);
        Self {
            measures: [own, other].map(|weights| weights.measures(window)),
            correlation: own.correlation(other),
            window,
        }
    }

    /// The quantities of the weights.
    pub fn rows(&self) -> Vec<Row> {
        let row = |id, name, what: &str, value: &dyn Fn(&Measures) -> f32, show: &dyn Fn(&Measures) -> String| Row {
            id,
            name,
            what: what.to_owned(),
            values: self.measures.map(|own| f64::from(value(&own))),
            shown: self.measures.map(|own| show(&own)),
        };
        let subtracted = |own: &Measures| {
            let mass = own.sum + 2.0 * own.negative;
            let share = if mass > 0.0 { own.negative / mass } else { 0.0 };
            if own.negative > 0.0 {
                format!("{} ({})", size(own.negative), whole_percent(share))
            } else {
                "0".to_owned()
            }
        };
        let mut rows = vec![
            row(
                "sum",
                "Sum of all weights",
                "Σa: a softmax makes it 1, a lambda layer does not",
                &|own| own.sum,
                &|own| compact(own.sum),
            ),
            row(
                "negative",
                "Taken away",
                "Σ|a| of the weights below zero, and its share of Σ|a|: a softmax has none",
                &|own| own.negative,
                &subtracted,
            ),
            row(
                "positions",
                "Positions drawn on",
                "(Σ|a|)² / Σa²: 1 if all weight is on one position, n if it is spread evenly",
                &|own| own.positions,
                &|own| {
                    format!("{:.0} of {}", own.positions.max(if own.positions > 0.0 { 1.0 } else { 0.0 }), own.cells)
                },
            ),
            row(
                "distance",
                "Centre from the query",
                "How far the centre of |a| lies from the query, as a share of the picture’s side",
                &|own| own.distance,
                &|own| whole_percent(own.distance),
            ),
        ];
        if let Some([top, left, bottom, right]) = self.window {
            let covered = whole_percent((bottom - top) * (right - left));
            let what =
                format!("The share of Σ|a| inside the lambda layer’s window, which covers {covered} of the picture");
            let share = |own: &Measures| own.inside.unwrap_or(0.0);
            rows.insert(2, row("inside", "Inside the window", &what, &share, &|own| whole_percent(share(own))));
        }
        rows
    }

    /// How alike the two are in where they look, in words; nothing where that cannot be said.
    pub fn likeness(&self) -> Option<String> {
        let correlation = self.correlation?;
        let words = match correlation {
            0.7.. => "They look at much the same places",
            0.3.. => "They look partly at the same places",
            -0.3.. => "Where one looks says little of where the other does",
            _ => "One looks where the other does not",
        };
        Some(format!("{words}: rank correlation of |a| {}.", signed(correlation, 2)))
    }
}

/// What the layers' aggregations cost, by their definitions.
pub fn costs(layers: [&LayerTrace; 2]) -> [Row; 2] {
    let formulas = layers.map(by_definition);
    let row = |at: usize, id, name, what: &str, write: fn(u64) -> String| {
        let totals = [0, 1].map(|side: usize| formulas[side][at].total());
        let shown = [0, 1].map(|side: usize| format!("{} = {}", write(totals[side]), formulas[side][at].symbols()));
        Row { id, name, what: what.to_owned(), values: totals.map(|total| total as f64), shown }
    };
    [
        row(
            0,
            "multiplications",
            "Multiplications",
            "To weigh the values for all queries and heads, by the layer’s definition",
            count,
        ),
        row(
            1,
            "bytes",
            "Held in between",
            "A lambda layer’s lambdas, or the weights of every pair of positions: at twice the side 4 times as much, or 16",
            bytes,
        ),
    ]
}

/// The table as a file: a line a quantity.
///
/// # Errors
/// Never for values that fit memory.
pub fn csv(sides: [&Side<'_>; 2], compared: &Compared) -> Result<Vec<u8>, csv::Error> {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(["quantity", sides[0].network, sides[1].network])?;
    let words = |id: &str, word: &dyn Fn(&Side<'_>) -> String| [id.to_owned(), word(sides[0]), word(sides[1])];
    table.write_record(words("picture", &|side| side.picture.to_owned()))?;
    table.write_record(words("layer", &|side| side.layer.name().to_owned()))?;
    table.write_record(words("head", &|side| side.query.head.to_string()))?;
    table.write_record(words("u", &|side| side.query.u.to_string()))?;
    table.write_record(words("query_row", &|side| side.query.y.to_string()))?;
    table.write_record(words("query_column", &|side| side.query.x.to_string()))?;
    for Row { id, values: [own, other], .. } in compared.rows().into_iter().chain(costs(sides.map(|side| side.layer))) {
        table.write_record([id.to_owned(), own.to_string(), other.to_string()])?;
    }
    let correlation = compared.correlation.map(|r| r.to_string()).unwrap_or_default();
    table.write_record(["rank_correlation".to_owned(), correlation.clone(), correlation])?;
    table.into_inner().map_err(|error| error.into_error().into())
}

/// A magnitude to three significant digits.
fn size(value: f32) -> String {
    compact(value).trim_start_matches('+').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    const QUERY: Query = Query { y: 1, x: 2, head: 1, u: 0 };

    fn layers() -> [LayerTrace; 2] {
        [LayerTrace::Lambda(fixture::layer(8, 8)), LayerTrace::Attention(fixture::attention(8, 8))]
    }

    fn side<'a>(layer: &'a LayerTrace, network: &'a str) -> Side<'a> {
        Side { network, picture: "church", layer, query: QUERY }
    }

    #[test]
    fn each_is_drawn_on_its_own_scale() {
        let [lambda, attention] = layers();
        let [own, other] = [side(&lambda, "Mini"), side(&attention, "Self-attention instead")].map(|side| {
            let weights = Weights::of(side.layer, side.query);
            side.figure(&weights)
        });
        assert!(matches!(own.scale, Scale::Signed(limit) if limit == max_abs(&own.grid.values)));
        assert!(matches!(other.scale, Scale::Positive(limit) if limit < 1.0));
        assert_eq!((own.title.as_str(), own.name.as_str()), ("Mini", "Mini_total_stages.8.1_h1_1.2"));
        assert_eq!(other.name, "Self_attention_instead_softmax_weights_stages.8.1_h1_1.2");
        assert_eq!((own.ring, other.ring), (Some([1, 2]), Some([1, 2])));
        assert!(other.caption.contains("Self-attention instead, church, stages.8.1, head 1"));
    }

    #[test]
    fn the_table_says_what_a_softmax_cannot_do() {
        let [lambda, attention] = layers();
        let weights = [&lambda, &attention].map(|layer| Weights::of(layer, QUERY));
        let compared = Compared::of([&weights[0], &weights[1]]);
        let rows = compared.rows();
        let ids: Vec<&str> = rows.iter().map(|row| row.id).collect();
        assert_eq!(ids, ["sum", "negative", "inside", "positions", "distance"]);
        assert_eq!((rows[0].shown[1].as_str(), rows[1].shown[1].as_str()), ("+1.00", "0"));
        assert!(rows[1].values[0] > 0.0 && rows[1].shown[0].contains('%'));
        // The window is the lambda layer's, for both.
        assert!(rows[2].values[1] > 0.0 && rows[2].what.contains("covers 31\u{a0}%"), "{}", rows[2].what);
        let swapped = Compared::of([&weights[1], &weights[0]]);
        assert_eq!((swapped.window, swapped.measures[1]), (compared.window, compared.measures[0]));
        assert_eq!(swapped.correlation, compared.correlation);
        let none = Compared::of([&weights[1], &weights[1]]);
        assert_eq!((none.rows().len(), none.correlation), (4, Some(1.0)));
        assert_eq!(none.likeness().unwrap(), "They look at much the same places: rank correlation of |a| +1.00.");
    }

    #[test]
    fn attention_holds_a_weight_for_every_pair_and_head() {
        let [lambda, attention] = layers();
        let [multiplications, held] = costs([&lambda, &attention]);
        assert_eq!(multiplications.values[1], 64.0 * 64.0 * 2.0 * (3.0 + 4.0));
        assert_eq!(held.values, [64.0 * 3.0 * 4.0 * 4.0, 64.0 * 64.0 * 2.0 * 4.0]);
        assert_eq!(held.shown, ["3 kB = n·k·v·4", "33 kB = n·m·h·4"]);
    }

    #[test]
    fn the_file_has_every_number_unrounded() {
        let [lambda, attention] = layers();
        let weights = [&lambda, &attention].map(|layer| Weights::of(layer, QUERY));
        let compared = Compared::of([&weights[0], &weights[1]]);
        let file = csv([&side(&lambda, "A, B"), &side(&attention, "C")], &compared).unwrap();
        let mut reader = csv::Reader::from_reader(&file[..]);
        assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>(), ["quantity", "A, B", "C"]);
        let lines: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        let read =
            |id: &str| lines.iter().find(|line| &line[0] == id).map(|line| [line[1].to_owned(), line[2].to_owned()]);
        assert_eq!(read("query_column"), Some(["2".into(), "2".into()]));
        assert_eq!(read("sum").unwrap()[0].parse::<f64>().unwrap() as f32, compared.measures[0].sum);
        assert_eq!(read("rank_correlation").unwrap()[0].parse::<f32>().unwrap(), compared.correlation.unwrap());
    }
}
