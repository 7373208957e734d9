//! Which networks are available: which one runs, which are on this device, which is on its way, and what can be done.

use lambdascope_core::catalogue::Source;
use lambdascope_core::catalogue::family;
use lambdascope_core::catalogue::family::EquallyLong;
use lambdascope_core::nn::card::NetworkCard;
use lambdascope_core::text::{bytes, count};
use lambdascope_protocol::{LoadStep, NetworkOffer, Offers};

/// The network on screen.
#[derive(Clone, Debug, PartialEq)]
pub struct Running {
    /// The load it came with.
    pub load: u64,
    /// Where it came from.
    pub source: Source,
    /// What it is.
    pub card: NetworkCard,
    /// What was chosen in its file, left out of it or rounded, a sentence each.
    pub notes: Vec<String>,
}

/// A network on its way.
#[derive(Clone, Debug, PartialEq)]
pub struct Loading {
    /// The load.
    pub load: u64,
    /// What is loaded.
    pub source: Source,
    /// How far it is.
    pub step: LoadStep,
    /// Bytes so far, 0 where none are counted.
    pub done: u64,
    /// Bytes in all, 0 where none are counted.
    pub total: u64,
}

/// A network that could not be loaded.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// What was to be loaded.
    pub source: Source,
    /// A sentence with the cause.
    pub message: String,
}

impl Failure {
    /// Whether asking for the same again can help: a file must be chosen again.
    pub fn can_retry(&self) -> bool {
        !matches!(self.source, Source::File { .. })
    }
}

impl Loading {
    /// What is going on, in words.
    pub fn text(&self, title: &str) -> String {
        match self.step {
            LoadStep::Downloading if self.total > 0 => {
                let share = 100 * self.done / self.total;
                format!("Fetching {title}: {} of {} ({share}\u{a0}%)", bytes(self.done), bytes(self.total))
            }
            LoadStep::Downloading => format!("Fetching {title}…"),
            LoadStep::Reading => format!("Reading {title} from this device…"),
            LoadStep::Checking => format!("Checking {title}…"),
            LoadStep::Warming => format!("Warming up {title}…"),
        }
    }

    /// The share of the bytes that have come, where they are counted.
    pub fn share(&self) -> Option<f64> {
        let counted = matches!(self.step, LoadStep::Downloading | LoadStep::Reading);
        (counted && self.total > 0).then(|| self.done as f64 / self.total as f64)
    }
}

/// Whether an offered network is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Availability {
    /// It is the one on screen.
    Running,
    /// It is on its way.
    Loading,
    /// It can run at once.
    Here,
    /// It must be fetched first.
    Away,
}

/// Whether the network from `source` is there; `here` says if it is on this device.
pub fn availability(source: &Source, here: bool, running: Option<&Running>, loading: Option<&Loading>) -> Availability {
    if loading.is_some_and(|loading| loading.source == *source) {
        Availability::Loading
    } else if running.is_some_and(|running| running.source == *source) {
        Availability::Running
    } else if here {
        Availability::Here
    } else {
        Availability::Away
    }
}

/// The public network of this name.
pub fn find<'a>(offers: &'a Offers, name: &str) -> Option<&'a NetworkOffer> {
    offers.public.iter().find(|offer| offer.name == name)
}

/// The name for people of the network from `source`.
pub fn title(source: &Source, offers: Option<&Offers>) -> String {
    match source {
        Source::Shipped { name } => family::find(name).map_or_else(|| name.clone(), |member| member.title.clone()),
        Source::Known { name } => {
            offers.and_then(|offers| find(offers, name)).map_or_else(|| name.clone(), |offer| offer.title.clone())
        }
        Source::File { name } => name.clone(),
    }
}

/// The name of the network from `source` in the page's address: none for the page's default, and for a file, which an
/// address cannot give again.
pub fn address_name(source: &Source) -> Option<&str> {
    match source {
        Source::Shipped { name } if *source != family::default_source() => Some(name),
        Source::Known { name } => Some(name),
        Source::Shipped { .. } | Source::File { .. } => None,
    }
}

/// The network that an address names: one of the page's own or a public one, whether it is on this device or not; the
/// page's default where the address names none. `None` for a name that nobody knows.
pub fn of_address(name: Option<&str>, offers: Option<&Offers>) -> Option<Source> {
    let Some(name) = name else { return Some(family::default_source()) };
    let public =
        || offers.and_then(|offers| find(offers, name)).map(|offer| Source::Known { name: offer.name.clone() });
    family::find(name).map(family::Member::source).or_else(public)
}

/// The heading over networks that were trained equally long.
pub fn length_title(group: &EquallyLong) -> String {
    let each = if group.members.len() > 1 { " each" } else { "" };
    format!("Trained for {} epochs{each}", group.epochs)
}

/// What there is to know of networks that were trained equally long.
pub fn length_sentence(group: &EquallyLong) -> &'static str {
    let opening = group.members.iter().any(|member| member.source() == family::default_source());
    match (opening, group.members.len() > 1) {
        (true, false) => "The page opens with it.",
        (true, true) => {
            "The page opens with the first. They can be compared with each other: only their layers differ."
        }
        (false, true) => "These can be compared with each other: only their layers differ.",
        (false, false) => "No other was trained as long, so it compares with none.",
    }
}

/// What stands in the place of the maps for a network without a layer to look into, in one sentence.
pub fn nothing_inside(card: &NetworkCard) -> Option<String> {
    if card.parts.iter().any(|part| part.kind.layer().is_some()) {
        return None;
    }
    let other = family::first_with_lambdas()
        .map(|member| format!("; choose one that does, such as {}, to see where its outputs come from", member.title));
    Some(format!("This network has no lambda layers to look into{}.", other.unwrap_or_default()))
}

/// An offered network in one line.
pub fn facts(offer: &NetworkOffer) -> String {
    format!(
        "ImageNet’s 1,000 classes, top-1 accuracy {:.1}\u{a0}%. {} learned values, {} multiply-adds per picture.",
        offer.top1 * 100.0,
        count(offer.parameters),
        count(offer.macs),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loading(step: LoadStep, done: u64, total: u64) -> Loading {
        Loading { load: 1, source: Source::Known { name: "a".into() }, step, done, total }
    }

    #[test]
    fn progress_says_bytes_and_share() {
        let half = loading(LoadStep::Downloading, 22_000_000, 44_000_000);
        assert_eq!(half.text("A"), "Fetching A: 22.0 MB of 44.0 MB (50\u{a0}%)");
        assert_eq!(half.share(), Some(0.5));
        assert_eq!(loading(LoadStep::Warming, 1, 2).share(), None);
        assert_eq!(loading(LoadStep::Downloading, 0, 0).text("A"), "Fetching A…");
    }

    #[test]
    fn a_network_on_its_way_is_said_to_be_before_anything_else() {
        let source = Source::Known { name: "a".into() };
        let on_its_way = loading(LoadStep::Checking, 0, 0);
        assert_eq!(availability(&source, true, None, Some(&on_its_way)), Availability::Loading);
        assert_eq!(availability(&source, true, None, None), Availability::Here);
        assert_eq!(availability(&source, false, None, None), Availability::Away);
        assert_eq!(availability(&family::default_source(), true, None, Some(&on_its_way)), Availability::Here);
    }

    #[test]
    fn a_group_says_what_it_can_be_compared_with() {
        let [first, second, third, ..] = family::members() else { panic!("fewer than three networks") };
        let said = |members: &[&'static family::Member]| {
            let group = EquallyLong { epochs: 7, members: members.to_vec() };
            (length_title(&group), length_sentence(&group))
        };
        let (title, sentence) = said(&[first]);
        assert_eq!((title.as_str(), sentence), ("Trained for 7 epochs", "The page opens with it."));
        let (title, sentence) = said(&[second, third]);
        assert_eq!(title, "Trained for 7 epochs each");
        assert!(sentence.starts_with("These can be compared"), "{sentence}");
        assert!(said(&[first, second]).1.starts_with("The page opens with the first."));
        assert!(said(&[second]).1.ends_with("compares with none."));
    }

    #[test]
    fn only_what_can_be_asked_for_again_is() {
        let failure = |source| Failure { source, message: String::new() };
        assert!(failure(family::default_source()).can_retry());
        assert!(!failure(Source::File { name: "a".into() }).can_retry());
    }

    #[test]
    fn an_address_names_every_network_that_it_can_give_again() {
        let known = Source::Known { name: "a".into() };
        let sibling = Source::Shipped { name: "b".into() };
        assert_eq!(address_name(&known), Some("a"));
        assert_eq!(address_name(&sibling), Some("b"));
        assert_eq!(address_name(&family::default_source()), None);
        assert_eq!(address_name(&Source::File { name: "c".into() }), None);

        let offer = NetworkOffer {
            name: "a".into(),
            title: "A".into(),
            hub: "timm/a".into(),
            bytes: 1,
            top1: 0.5,
            parameters: 1,
            macs: 1,
            licence: "Apache-2.0".into(),
            on_device: false,
        };
        let offers = Offers { kept: Vec::new(), public: vec![offer] };
        assert_eq!(of_address(Some("a"), Some(&offers)), Some(known));
        assert_eq!(of_address(Some("a"), None), None);
        assert_eq!(of_address(None, Some(&offers)), Some(family::default_source()));
        for member in family::members() {
            assert_eq!(of_address(Some(&member.name), None), Some(member.source()));
        }
    }
}
