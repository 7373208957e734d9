//! The network beside the one on screen, as the address has it: which can stand there, which is proposed, and what has to be
//! known of a pair before its guesses are compared.

use lambdascope_core::catalogue::Source;
use lambdascope_core::catalogue::family::{self, LayerKind, Member};
use lambdascope_protocol::Offers;

use crate::page::networks;

/// The key in the address.
pub const BESIDE: &str = "beside";

/// The second network that an address names: one of the page's own, or a public one on this device, since an address alone
/// asks no other host for anything.
pub fn of_address(name: &str, offers: Option<&Offers>) -> Option<Source> {
    networks::of_address(Some(name), offers).filter(|source| match source {
        Source::Known { name } => {
            offers.and_then(|offers| networks::find(offers, name)).is_some_and(|own| own.on_device)
        }
        Source::Shipped { .. } | Source::File { .. } => true,
    })
}

/// What is to be said of a name in the address that is no network at hand.
pub fn not_at_hand(name: &str, offers: Option<&Offers>) -> String {
    match offers.and_then(|offers| networks::find(offers, name)) {
        Some(offer) => format!("{} is not on this device yet: get it from the list of networks first.", offer.title),
        None => format!("The link names a network that this page does not know: {name}."),
    }
}

/// The name of a second network in the address; none for a file, which an address cannot give again.
pub fn address_name(source: &Source) -> Option<&str> {
    match source {
        Source::Shipped { name } | Source::Known { name } => Some(name),
        Source::File { .. } => None,
    }
}

/// The networks that can be put beside another at once: the page's own and the public ones on this device, by name and title.
pub fn choices(offers: Option<&Offers>) -> Vec<(String, String)> {
    let own = family::members().iter().map(|member| (member.name.clone(), member.title.clone()));
    let public = offers.iter().flat_map(|offers| &offers.public).filter(|offer| offer.on_device);
    own.chain(public.map(|offer| (offer.name.clone(), offer.title.clone()))).collect()
}

/// The network that shows best what lambda layers do differently: self-attention beside whatever there is, and beside
/// attention the lambda network that was trained as long.
pub fn proposed(beside: &Source) -> Option<&'static Member> {
    let own = match beside {
        Source::Shipped { name } => family::find(name),
        Source::Known { .. } | Source::File { .. } => None,
    };
    let attention = || family::members().iter().find(|member| member.layer == LayerKind::Attention);
    match own {
        Some(own) if own.layer == LayerKind::Attention => {
            let as_long =
                |member: &&Member| member.layer == LayerKind::Lambda && member.training.epochs == own.training.epochs;
            family::members().iter().find(as_long).or_else(family::first_with_lambdas)
        }
        _ => attention(),
    }
}

/// What the proposed network has that the one on screen has not, in a few words.
pub fn difference(proposed: &Member) -> &'static str {
    match proposed.layer {
        LayerKind::Lambda => "lambda layers",
        LayerKind::Attention => "self-attention",
        LayerKind::Convolution => "convolutions",
    }
}

/// What is to be known of a pair before its guesses are compared; nothing where only their layers differ.
pub fn caveat([own, other]: [&Source; 2]) -> Option<String> {
    let trained = |source: &Source| match source {
        Source::Shipped { name } => family::find(name).map(|member| member.training.epochs),
        Source::Known { .. } | Source::File { .. } => None,
    };
    match (trained(own), trained(other)) {
        (Some(own), Some(other)) if own == other => None,
        (Some(own), Some(other)) => {
            Some(format!("They were trained for {own} and {other} epochs: how sure they are tells of that too."))
        }
        _ => Some(
            "They were trained on different data or in different ways: how sure they are tells of that too.".into(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shipped(name: &str) -> Source {
        Source::Shipped { name: name.into() }
    }

    #[test]
    fn attention_stands_beside_lambda_layers_and_the_other_way_round() {
        let of = |name: &str| proposed(&shipped(name)).unwrap().name.as_str();
        assert_eq!(of("lambda_resnet_mini"), "attention_resnet_mini");
        assert_eq!(of("conv_resnet_mini"), "attention_resnet_mini");
        assert_eq!(of("attention_resnet_mini"), "lambda_resnet_mini_16");
        assert_eq!(proposed(&Source::File { name: "a".into() }).unwrap().name, "attention_resnet_mini");
    }

    #[test]
    fn what_else_differs_is_said() {
        let said = |own: &str, other: &str| caveat([&shipped(own), &shipped(other)]);
        assert_eq!(said("lambda_resnet_mini_16", "attention_resnet_mini"), None);
        assert!(said("lambda_resnet_mini", "attention_resnet_mini").unwrap().contains("90 and 16 epochs"));
        assert!(caveat([&shipped("lambda_resnet_mini"), &Source::File { name: "a".into() }]).is_some());
    }

    #[test]
    fn every_choice_is_found_again_by_its_name() {
        for (name, title) in choices(None) {
            let source = of_address(&name, None).unwrap();
            assert_eq!((address_name(&source), networks::title(&source, None)), (Some(name.as_str()), title));
        }
        assert_eq!(of_address("nobody", None), None);
        assert!(not_at_hand("nobody", None).ends_with("nobody."));
        assert_eq!(address_name(&Source::File { name: "a".into() }), None);
    }
}
