//! Every lambda layer and head at once: the total map of one query, and three numbers that say what kind of map it is.

use lambdascope_core::nn::trace::LambdaTrace;
use lambdascope_core::tensor::max_abs;

use crate::figures::figure::Figure;
use crate::figures::grid::{Grid, Scale};
use crate::figures::subject::{Dependence, Subject};
use crate::read::implicit_attention::{ImplicitAttention, implicit_attention};
use crate::read::query::Query;
use crate::read::spread::{Sign, Spread, near};
use lambdascope_core::text::percent;
use strum::{EnumString, IntoStaticStr, VariantArray};

/// One map of the atlas.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Index into the trace's layers.
    pub layer: usize,
    /// The query in that layer, with its head.
    pub query: Query,
    /// The layer's name.
    pub name: String,
    /// u of the layer.
    pub intra: usize,
    /// Rows and columns of the context's map.
    pub size: [usize; 2],
    /// a_nm, `[Hc · Wc]`.
    pub total: Vec<f32>,
    /// What kind of map it is.
    pub measures: Measures,
}

/// What kind of map it is. A measure is `None` where it has no meaning: a map of zeros has no shares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measures {
    /// The share of Σ|a_nm| that lies at most [`near`] rows and columns from the query.
    pub locality: Option<f32>,
    /// The share of Σ|a_nm| that is negative.
    pub negative: Option<f32>,
    /// Σ|content| / Σ|position|; infinite where there is no position part.
    pub ratio: Option<f32>,
}

impl Entry {
    /// Reads a query's map out of the layer at `index`.
    pub fn of(index: usize, layer: &LambdaTrace, query: Query) -> Self {
        let attention = implicit_attention(layer, query);
        Self {
            layer: index,
            query,
            name: layer.name.clone(),
            intra: layer.dims.intra,
            size: [layer.dims.context_height, layer.dims.context_width],
            measures: Measures::of(layer, query, &attention),
            total: attention.total,
        }
    }

    /// The map as a drawing, of a network and a picture, on a scale of ±`limit`.
    pub fn figure(&self, setting: &str, limit: f32) -> Figure {
        let subject =
            Subject { setting: setting.to_owned(), layer: self.name.clone(), intra: self.intra, query: self.query };
        let Query { y, x, head, .. } = self.query;
        let [height, width] = self.size;
        Figure {
            name: subject.file("total", Dependence::ALL),
            title: format!("{}, head {head}", self.name),
            caption: subject.words(Dependence::ALL),
            axes: ["row", "column"],
            grid: Grid::new(self.total.clone(), width),
            scale: Scale::Signed(limit),
            ring: (y < height && x < width).then_some([y, x]),
            window: None,
        }
    }
}

impl Measures {
    /// Measures a query's map.
    pub fn of(layer: &LambdaTrace, query: Query, attention: &ImplicitAttention) -> Self {
        let size = [layer.dims.context_height, layer.dims.context_width];
        let of = |sign| Spread::of(&attention.total, size, sign, query.cell(), near(layer));
        let (all, below) = (of(Sign::Both), of(Sign::Minus));
        let share = |part: f32| (all.mass > 0.0).then_some(part);
        let (content, position) = (mass(&attention.content), mass(&attention.position));
        Self {
            locality: share(all.near),
            negative: share(below.mass / all.mass),
            ratio: (content + position > 0.0).then(|| content / position),
        }
    }

    /// One of them.
    pub fn get(&self, measure: Measure) -> Option<f32> {
        match measure {
            Measure::Locality => self.locality,
            Measure::Negative => self.negative,
            Measure::Ratio => self.ratio,
        }
    }
}

fn mass(map: &[f32]) -> f32 {
    map.iter().map(|value| value.abs()).sum()
}

/// The measures, in the order shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum Measure {
    /// [`Measures::locality`]
    Locality,
    /// [`Measures::negative`]
    Negative,
    /// [`Measures::ratio`]
    Ratio,
}

impl Measure {
    /// Its name in the address.
    pub fn id(self) -> &'static str {
        self.into()
    }

    /// Its name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Locality => "locality",
            Self::Negative => "negative mass",
            Self::Ratio => "content ÷ position",
        }
    }

    /// A value in words.
    pub fn write(self, value: Option<f32>) -> String {
        match (self, value) {
            (_, None) => "–".to_owned(),
            (Self::Ratio, Some(ratio)) if ratio.is_infinite() => "∞".to_owned(),
            (Self::Ratio, Some(ratio)) if ratio >= 100.0 => format!("{ratio:.0}"),
            (Self::Ratio, Some(ratio)) => format!("{ratio:.2}"),
            (_, Some(share)) => percent(share),
        }
    }
}

/// What the maps are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// Layer and head, as in the network.
    #[default]
    Layer,
    /// A measure, largest first.
    By(Measure),
}

impl Sort {
    /// All of them, in the order shown.
    pub const ALL: [Self; 4] =
        [Self::Layer, Self::By(Measure::Locality), Self::By(Measure::Negative), Self::By(Measure::Ratio)];

    /// Its name in the address.
    pub fn id(self) -> &'static str {
        match self {
            Self::Layer => "layer",
            Self::By(measure) => measure.id(),
        }
    }

    /// Its name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Layer => "layer",
            Self::By(measure) => measure.title(),
        }
    }

    /// The order of the entries, as indices: those without the measure last, equal ones as in the network.
    pub fn order(self, entries: &[Entry]) -> Vec<usize> {
        let mut order: Vec<usize> = (0..entries.len()).collect();
        if let Self::By(measure) = self {
            let value = |i: &usize| entries[*i].measures.get(measure).unwrap_or(f32::NEG_INFINITY);
            order.sort_by(|a, b| value(b).total_cmp(&value(a)));
        }
        order
    }
}

impl std::str::FromStr for Sort {
    type Err = ();

    fn from_str(id: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|sort| sort.id() == id).ok_or(())
    }
}

/// What one scale covers, in the order shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum AtlasCoverage {
    /// The heads of one layer.
    #[default]
    Layer,
    /// One map.
    Map,
}

impl AtlasCoverage {
    /// Its name in the address.
    pub fn id(self) -> &'static str {
        self.into()
    }

    /// The limit of each entry's scale.
    pub fn limits(self, entries: &[Entry]) -> Vec<f32> {
        let largest = |entry: &Entry| max_abs(&entry.total);
        let limit = |entry: &Entry| match self {
            Self::Map => largest(entry),
            Self::Layer => entries.iter().filter(|other| other.layer == entry.layer).map(largest).fold(0.0, f32::max),
        };
        entries.iter().map(limit).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    fn of(content: Vec<f32>, position: Vec<f32>) -> ImplicitAttention {
        let total = content.iter().zip(&position).map(|(c, p)| c + p).collect();
        ImplicitAttention { content, position, total, bias: 7.0 }
    }

    #[test]
    fn measures_are_shares_of_the_magnitude() {
        // 5×5 window: one cell is near.
        let layer = fixture::layer(3, 4);
        assert_eq!(near(&layer), [1, 1]);
        let content = vec![1.0, 0.0, 0.0, -2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        let position = vec![0.0, -1.0, 0.0, 0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.5];
        let measures = Measures::of(&layer, Query::default(), &of(content, position));
        // Near: 1, −1, 0.5 of 1, −1, −2, 0.5, 0.5.
        assert_eq!(measures, Measures { locality: Some(0.5), negative: Some(0.6), ratio: Some(1.5) });
    }

    #[test]
    fn what_has_no_meaning_is_left_out() {
        let layer = fixture::layer(3, 4);
        let none = Measures::of(&layer, Query::default(), &of(vec![0.0; 12], vec![0.0; 12]));
        assert_eq!(none, Measures { locality: None, negative: None, ratio: None });
        let content = Measures::of(&layer, Query::default(), &of(vec![1.0; 12], vec![0.0; 12]));
        assert_eq!((content.negative, content.ratio), (Some(0.0), Some(f32::INFINITY)));
        assert!(content.negative.is_some_and(f32::is_sign_positive));
    }

    #[test]
    fn every_kind_of_layer_is_measured() {
        for (kind, layer) in fixture::every_kind() {
            let query = Query { y: 2, x: 1, head: 1, u: layer.dims.intra - 1 };
            let entry = Entry::of(3, &layer, query);
            assert_eq!(entry.total, implicit_attention(&layer, query).total, "{kind}");
            let Measures { locality, negative, ratio } = entry.measures;
            let is_share = |share: Option<f32>| share.is_some_and(|share| (0.0..=1.0).contains(&share));
            assert!(is_share(locality) && is_share(negative), "{kind}: {:?}", entry.measures);
            match kind {
                "content only" => assert_eq!(ratio, Some(f32::INFINITY)),
                "position only" => assert_eq!(ratio, Some(0.0)),
                _ => assert!(ratio.is_some_and(|ratio| ratio > 0.0 && ratio.is_finite()), "{kind}"),
            }
        }
        let near_of = |kind: &str| near(&fixture::every_kind().into_iter().find(|(name, _)| *name == kind).unwrap().1);
        // A window of 9×11 on a map of 5×6, and none on the same map.
        assert_eq!([near_of("global"), near_of("content only")], [[1, 1], [1, 1]]);
    }

    #[test]
    fn entries_are_sorted_and_scaled() {
        let entry = |layer, head, most: f32, locality, ratio| Entry {
            layer,
            query: Query { head, ..Query::default() },
            name: String::new(),
            intra: 1,
            size: [1, 2],
            total: vec![most, -most / 2.0],
            measures: Measures { locality, negative: Some(0.5), ratio },
        };
        let entries = [
            entry(0, 0, 1.0, Some(0.2), Some(0.5)),
            entry(0, 1, 4.0, None, Some(f32::INFINITY)),
            entry(1, 0, 0.5, Some(0.9), None),
        ];
        assert_eq!(Sort::Layer.order(&entries), [0, 1, 2]);
        assert_eq!(Sort::By(Measure::Locality).order(&entries), [2, 0, 1]);
        assert_eq!(Sort::By(Measure::Negative).order(&entries), [0, 1, 2]);
        assert_eq!(Sort::By(Measure::Ratio).order(&entries), [1, 0, 2]);
        assert_eq!(AtlasCoverage::Layer.limits(&entries), [4.0, 4.0, 0.5]);
        assert_eq!(AtlasCoverage::Map.limits(&entries), [1.0, 4.0, 0.5]);
    }

    #[test]
    fn names_are_found_again_and_values_are_written() {
        for sort in Sort::ALL {
            assert_eq!(sort.id().parse(), Ok(sort));
        }
        for coverage in AtlasCoverage::VARIANTS {
            assert_eq!(coverage.id().parse(), Ok(*coverage));
        }
        assert_eq!("size".parse::<Sort>(), Err(()));
        let ratio = |value| Measure::Ratio.write(Some(value));
        assert_eq!([ratio(0.426), ratio(250.2), ratio(f32::INFINITY)], ["0.43", "250", "∞"]);
        assert_eq!([Measure::Locality.write(Some(0.625)), Measure::Negative.write(None)], ["62.5 %", "–"]);
    }
}
