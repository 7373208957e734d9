//! A query's maps in words: what it draws on, for everyone, and its strongest cells, for those who do not see them.

mod gist;

use crate::figures::grid::Extreme;
use crate::read::reading::Reading;
use crate::read::scale::query_limit;
use crate::read::softmax_attention::AttentionReading;
use crate::read::spread::{Sign, Spread};
use lambdascope_core::text;
use lambdascope_core::text::{decimals, signed};

pub use gist::{by_position, gist, lambda, shares};

/// The most positive and the most negative cell of a map with `width` columns; `None` where no cell has that sign.
pub fn strongest(map: &[f32], width: usize) -> [Option<Extreme>; 2] {
    let cell = |(m, value): (usize, &f32)| Extreme { cell: [m / width, m % width], value: *value };
    let largest = map.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).filter(|(_, v)| **v > 0.0);
    let smallest = map.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1)).filter(|(_, v)| **v < 0.0);
    [largest.map(cell), smallest.map(cell)]
}

/// One sentence on the strongest cells of a query's total map. Rows and columns count from 0, as in the page's address.
pub fn extremes(reading: &Reading) -> String {
    let digits = decimals(query_limit(&reading.attention));
    let [positive, negative] = strongest(&reading.attention.total, reading.size[1]);
    let part = |extreme: Option<Extreme>, sign: &str| match extreme {
        Some(Extreme { cell, value }) => {
            format!("strongest {sign} at {} ({})", text::cell(cell), signed(value, digits))
        }
        None => format!("nothing {sign}"),
    };
    let query = reading.query;
    format!(
        "Query at {}, head {}: {}, {}.",
        text::cell(query.cell()),
        query.head,
        part(positive, "+"),
        part(negative, "−")
    )
}

/// One sentence on the softmax weights of a query's head.
pub fn attention_sentence(reading: &AttentionReading) -> String {
    let query = reading.query;
    let weights = &reading.heads[query.head].weights;
    let [Some(Extreme { cell, value }), _] = strongest(weights, reading.size[1]) else { return String::new() };
    let Spread { half, .. } = Spread::of(weights, reading.size, Sign::Plus, query.cell(), [0, 0]);
    format!(
        "Query at {}, head {}: largest softmax weight at {} ({value:.*}); {half} of {} positions carry half the total weight.",
        text::cell(query.cell()),
        query.head,
        text::cell(cell),
        decimals(value),
        weights.len()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use crate::read::query::Query;

    #[test]
    fn the_strongest_cells_are_found_by_sign() {
        let [positive, negative] = strongest(&[0.1, -0.5, 0.3, -0.2], 2);
        assert_eq!(positive, Some(Extreme { cell: [1, 0], value: 0.3 }));
        assert_eq!(negative, Some(Extreme { cell: [0, 1], value: -0.5 }));
        assert_eq!(strongest(&[0.0, 0.0], 2), [None, None]);
    }

    #[test]
    fn the_sentence_on_attention_names_the_largest_weight_and_how_many_hold_half() {
        let mut reading = AttentionReading::of(&fixture::attention(2, 3), Query { y: 1, x: 2, head: 1, u: 0 });
        reading.heads[1].weights = vec![0.1, 0.3, 0.15, 0.05, 0.25, 0.15];
        assert_eq!(
            attention_sentence(&reading),
            "Query at row 1, column 2, head 1: largest softmax weight at row 0, column 1 (0.300); 2 of 6 positions carry half \
             the total weight."
        );
    }

    #[test]
    fn the_strongest_cells_are_named_with_their_query() {
        let mut reading = Reading::of(&fixture::layer(3, 4), Query { y: 1, x: 2, head: 1, u: 0 });
        reading.attention.total = vec![0.0; 12];
        reading.attention.total[5] = 2.0;
        reading.attention.content = vec![0.0; 12];
        reading.attention.position = vec![0.0; 12];
        assert_eq!(
            extremes(&reading),
            "Query at row 1, column 2, head 1: strongest + at row 1, column 1 (+2.00), nothing −."
        );
    }
}
