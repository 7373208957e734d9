//! The state of the page as a JSON file: the address by its parts, and what an address cannot say, which network and picture
//! it was and what came of them.

use serde::Serialize;

use crate::page::address::{Address, VERSION};
use lambdascope_core::answer::Prediction;
use lambdascope_core::backend::BackendReport;
use lambdascope_core::nn::card::NetworkCard;

/// What the file holds.
#[derive(Debug, Serialize)]
struct StateFile<'a> {
    lambdascope: u32,
    address: String,
    network: NetworkPart<'a>,
    picture: Option<&'a str>,
    view: &'static str,
    layer: Option<&'a str>,
    head: Option<usize>,
    u: Option<usize>,
    query: Option<[usize; 2]>,
    compared_with: Option<[usize; 2]>,
    scale: Option<&'static str>,
    scale_limit: Option<f32>,
    of_the_view: &'a std::collections::BTreeMap<String, String>,
    backend: Option<&'a BackendReport>,
    predictions: &'a [Prediction],
}

#[derive(Debug, Serialize)]
struct NetworkPart<'a> {
    title: &'a str,
    sha256: &'a str,
    parameters: u64,
}

/// The file's text: `address` is the state, the rest what it was seen with.
///
/// # Errors
/// If a number cannot be written as JSON.
pub fn json(
    address: &Address,
    card: &NetworkCard,
    picture: Option<&str>,
    backend: Option<&BackendReport>,
    predictions: &[Prediction],
) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(&StateFile {
        lambdascope: VERSION,
        address: address.query_string(),
        network: NetworkPart { title: &card.title, sha256: &card.sha256, parameters: card.parameters },
        picture,
        view: address.view.unwrap_or_default().id(),
        layer: address.layer.as_deref(),
        head: address.head,
        u: address.u,
        query: address.y.zip(address.x).map(|(y, x)| [y, x]),
        compared_with: address.pin,
        scale: address.coverage.map(lambdascope_explain::read::scale::Coverage::id),
        scale_limit: address.limit,
        of_the_view: &address.parameters,
        backend,
        predictions,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::view::View;

    #[test]
    fn a_state_is_written_with_its_address_and_what_was_seen() {
        let address = Address {
            sample: Some("church".into()),
            view: Some(View::Orders),
            layer: Some("stages.1.3".into()),
            head: Some(2),
            y: Some(5),
            x: Some(9),
            ..Address::default()
        };
        let card = NetworkCard {
            title: "A".into(),
            parameters: 7,
            macs: 0,
            classes: 1,
            side: 8,
            accuracy: None,
            parts: Vec::new(),
            weight_bytes: 0,
            sha256: "ab".into(),
        };
        let predictions = [Prediction { class: 0, label: "church".into(), probability: 0.5 }];
        let text = json(&address, &card, Some("church"), None, &predictions).unwrap();
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["address"], address.query_string());
        assert_eq!((&value["query"][0], &value["query"][1]), (&5.into(), &9.into()));
        assert_eq!((&value["view"], &value["network"]["sha256"]), (&"orders".into(), &"ab".into()));
        assert_eq!(value["predictions"][0]["probability"], 0.5);
    }
}
