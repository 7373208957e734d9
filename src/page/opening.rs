//! What the page opens with where its address leaves it free: a place at which content and position are both plain to see.
//! `examples/opening_state.rs` searched every place of every sample that has an answer beside it and wrote `opening.json`.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::page::address::Address;
use lambdascope_explain::figures::display::Display;

/// The state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// A sample's id.
    pub sample: String,
    /// A lambda layer's name.
    pub layer: String,
    /// A head.
    pub head: usize,
    /// The queries that the page shows one after the other until the visitor does anything, `[y, x]`, the opening one first.
    pub walk: Vec<[usize; 2]>,
    /// What is seen at the first, as `views::summary::gist` says it.
    pub gist: String,
}

static OPENING: LazyLock<Option<Opening>> = LazyLock::new(|| serde_json::from_str(include_str!("opening.json")).ok());

/// The state; `None` only if its file is broken, which a test would find.
pub fn opening() -> Option<&'static Opening> {
    OPENING.as_ref()
}

/// The address with the opening state where it says nothing of network, picture or place, and whether that is so.
pub fn opened(address: Address) -> (Address, bool) {
    let is_free = address.network.is_none()
        && address.sample.is_none()
        && address.layer.is_none()
        && [address.head, address.u, address.y, address.x].iter().all(Option::is_none)
        && address.parameters.is_empty();
    let Some((opening, [y, x])) = opening().and_then(|opening| Some((opening, *opening.walk.first()?))) else {
        return (address, false);
    };
    if !is_free {
        return (address, false);
    }
    let opened = Address {
        sample: Some(opening.sample.clone()),
        layer: Some(opening.layer.clone()),
        head: Some(opening.head),
        y: Some(y),
        x: Some(x),
        display: address.display.or(Some(Display::Overlay)),
        ..address
    };
    (opened, true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::view::View;

    #[test]
    fn an_address_that_leaves_the_place_free_gets_the_opening_one() {
        let opening = opening().unwrap();
        let (address, is_opening) = opened(Address { view: Some(View::Atlas), ..Address::default() });
        assert!(is_opening);
        assert_eq!((address.sample.as_deref(), address.view), (Some(opening.sample.as_str()), Some(View::Atlas)));
        assert_eq!([address.y, address.x], opening.walk[0].map(Some));
        assert_eq!(address.display, Some(Display::Overlay));
    }

    #[test]
    fn an_address_that_names_anything_of_it_is_left_as_it_is() {
        for named in [
            Address { sample: Some("camera".into()), ..Address::default() },
            Address { network: Some("lambda_resnet26t".into()), ..Address::default() },
            Address { x: Some(0), ..Address::default() },
            Address { parameters: [("edit".to_owned(), "a".to_owned())].into(), ..Address::default() },
        ] {
            assert_eq!(opened(named.clone()), (named, false));
        }
    }
}
