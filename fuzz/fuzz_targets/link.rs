//! What a link carries, and the bytes that page and engine exchange: read without a panic, and what was understood of an
//! address is written so that it comes back.
//!
//! The first byte says what the rest is: an address's query, a request, a response, an answer computed ahead, or a sweep of the
//! laboratory as a file or in a link.

#![no_main]

use std::sync::LazyLock;

use lambdascope_core::backend::Backend;
use lambdascope_core::cost::report::Report;
use lambdascope_core::nn::trace::{LayerTrace, Trace};
use lambdascope_core::picture::Picture;
use lambdascope_explain::fixture;
use lambdascope_explain::formula::quantity::Cell;
use lambdascope_explain::formula::table::Table;
use lambdascope_explain::formula::terms::explain;
use lambdascope_explain::formula::values::Values;
use lambdascope_explain::read::query::Query;
use lambdascope_explain::read::reading::Reading;
use lambdascope_explain::views::cost::chart::{Chart, Quantity};
use lambdascope_explain::views::cost::said::{headline, meetings, refusals};
use lambdascope_explain::views::cost::table::csv;
use lambdascope_explain::views::positions::shift::Shift;
use lambdascope_page::page::address::Address;
use lambdascope_page::page::lab::linked::linked;
use lambdascope_page::page::lab::plan::Plan;
use lambdascope_page::page::need;
use lambdascope_page::page::place::Place;
use lambdascope_page::page::what_if::Changes;
use lambdascope_protocol::{Precomputed, Request, Response, decode, encode};
use libfuzzer_sys::fuzz_target;

static TRACE: LazyLock<Trace> = LazyLock::new(|| Trace {
    layers: fixture::every_kind().into_iter().map(|(_, layer)| LayerTrace::Lambda(layer)).collect(),
});

fuzz_target!(|input: &[u8]| {
    let Some((&mode, rest)) = input.split_first() else { return };
    match (mode % 6, std::str::from_utf8(rest)) {
        (0, Ok(query)) => follow(query),
        (1, _) => {
            if let Ok(request) = decode::<Request>(rest) {
                let bytes = encode(&request).expect("what was read can be written");
                assert!(decode::<Request>(&bytes).is_ok());
            }
        }
        (2, _) => drop(decode::<Response>(rest)),
        (3, _) => drop(Precomputed::read(rest)),
        (4, Ok(text)) => {
            if let Ok(report) = Report::read(text) {
                charted(&report);
            }
        }
        (5, Ok(text)) => {
            if let Ok(report) = linked(text) {
                charted(&report);
            }
        }
        _ => {}
    }
});

/// Does with a sweep what the page does; one that is believed can be written again.
fn charted(report: &Report) {
    for quantity in [Quantity::Time, Quantity::Memory] {
        drop(Chart::of(&[report], quantity));
    }
    drop((headline(report), meetings(report), refusals(report), csv(report).expect("a table is memory")));
    let text = serde_json::to_string(report).expect("what was read can be written");
    assert!(Report::read(&text).is_ok());
}

/// Does with an address what the page does.
fn follow(query: &str) {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let (address, notice) = Address::read(pairs);
    if let Some(notice) = notice {
        assert!(!notice.chars().any(char::is_control), "{notice:?}");
    }
    let written = address.query_string();
    let pairs = written.trim_start_matches('?').split('&').filter_map(|pair| pair.split_once('='));
    let (again, notice) = Address::read(pairs);
    assert_eq!((again.query_string(), notice), (written, None));

    let parameter = |key: &str| address.parameters.get(key).map(String::as_str);
    let changes = Changes::read(parameter("edit"), parameter("mask"));
    let [edit, mask] = [changes.edit_text(), changes.mask_text()];
    let again = Changes::read(edit.as_deref(), mask.as_deref());
    assert_eq!([again.edit_text(), again.mask_text()], [edit, mask]);
    let fitting = changes.within(&TRACE);
    let crop = Picture { width: 32, height: 32, rgb: vec![7; 32 * 32 * 3] };
    assert_eq!(fitting.picture.apply(&crop).rgb.len(), crop.rgb.len());

    let place = Place::of_address(&address, &TRACE).expect("the trace has layers");
    drop(Place::missing(&address, &TRACE));
    let layer = &TRACE.layers[place.layer];
    let Query { y, x, .. } = place.query;
    assert!([y, x].iter().zip(layer.map()).all(|(at, size)| *at < size));
    if let (Some(cell), Some(lambda)) = (parameter("cell").and_then(|cell| cell.parse::<Cell>().ok()), layer.as_lambda()) {
        assert_eq!(cell.address().parse::<Cell>().ok(), Some(cell));
        let table = Table::of(layer);
        let reading = Reading::of(lambda, place.query);
        drop(explain(&table, &Values::lambda(lambda, &reading), table.nearest(cell)));
    }
    let plan = Plan::read(parameter("sweep"), parameter("layers"), Backend::Cpu);
    assert!(plan.steps().iter().all(|step| step.setting.check().is_ok()));
    if let Some(need) = parameter("need").and_then(need::read) {
        assert_eq!(need::write(&need).map_or(Some(need::usual()), |text| need::read(&text)), Some(need));
        drop(need::bars(&need, &[]));
    }
    if let Some(shift) = parameter("shift").and_then(|shift| shift.parse::<Shift>().ok()) {
        assert_eq!(shift.to_string().parse::<Shift>().ok(), Some(shift));
    }
}
