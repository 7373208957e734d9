//! The page's state as its address, so that a lesson can link to it.

use std::collections::BTreeMap;

use crate::page::lesson::Lesson;
use crate::page::view::View;
use lambdascope_core::backend::{BackendChoice, CpuWish};
use lambdascope_explain::figures::display::Display;
use lambdascope_explain::read::scale::Coverage;

/// The version of the address that this page writes. A key that changes its meaning raises it; new keys do not.
pub const VERSION: u32 = 1;

/// What single views keep, under keys of their own (`t`, `sort`, …) with values that each view reads by itself.
pub type ViewParameters = BTreeMap<String, String>;

/// The keys of all views.
const VIEW_PARAMETERS: [&str; 20] = [
    "t", "by", "step", "part", "shift", "sort", "channel", "cell", "edit", "mask", "kernel", "class", "against",
    "trail", "beside", "sweep", "layers", "run", "need", "tour",
];

/// How the keys begin that mailing lists, search engines and social networks add to links; nobody means them for the page.
const TRACKERS: [&str; 9] = ["utm_", "fbclid", "gclid", "dclid", "msclkid", "mc_", "igshid", "twclid", "ref"];

/// What the query of the address says; parts that are missing or make no sense are `None`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Address {
    /// The name of a network of the page's family or of a public one; the page's default where there is none.
    pub network: Option<String>,
    /// A sample's id.
    pub sample: Option<String>,
    /// The view; the first where there is none.
    pub view: Option<View>,
    /// A lambda layer's name, such as `stages.1.1`.
    pub layer: Option<String>,
    /// A head, from 0.
    pub head: Option<usize>,
    /// Which of the intra-depth's maps, from 0; none where there is one alone.
    pub u: Option<usize>,
    /// The query's row, from 0.
    pub y: Option<usize>,
    /// The query's column, from 0.
    pub x: Option<usize>,
    /// The query that this one is compared with, `[y, x]`.
    pub pin: Option<[usize; 2]>,
    /// What the scale covers.
    pub coverage: Option<Coverage>,
    /// The limit of a fixed scale.
    pub limit: Option<f32>,
    /// How maps lie on the picture.
    pub display: Option<Display>,
    /// What the views keep.
    pub parameters: ViewParameters,
    /// Whether the controls are hidden, for a lesson's frame.
    pub embed: bool,
    /// What a lesson makes of the page.
    pub lesson: Lesson,
    /// The backend that was asked for.
    pub backend: Option<BackendChoice>,
    /// How the CPU is to compute.
    pub cpu: Option<CpuWish>,
}

impl Address {
    /// Reads decoded parameters. The second part is what the visitor should hear about: keys that this page does not know,
    /// values that make no sense to it, or a version newer than its own.
    pub fn read<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> (Self, Option<String>) {
        let mut address = Self::default();
        let (mut left_out, mut newer) = (Vec::new(), false);
        for (key, value) in pairs {
            let number = || value.parse().ok();
            let name = || Some(value).filter(|text| is_plain(text)).map(str::to_owned);
            let limit = || value.parse().ok().filter(|limit: &f32| limit.is_finite() && *limit > 0.0);
            let makes_sense = match key {
                "v" => {
                    newer = value.parse::<u32>().is_ok_and(|version| version > VERSION);
                    true
                }
                "network" => set(&mut address.network, name()),
                "sample" => set(&mut address.sample, name()),
                "view" => set(&mut address.view, value.parse().ok()),
                "layer" => set(&mut address.layer, name()),
                "head" => set(&mut address.head, number()),
                "u" => set(&mut address.u, number()),
                "y" => set(&mut address.y, number()),
                "x" => set(&mut address.x, number()),
                "pin" => set(&mut address.pin, pair(value)),
                "scale" => set(&mut address.coverage, value.parse().ok()),
                "limit" => set(&mut address.limit, limit()),
                "show" => set(&mut address.display, value.parse().ok()),
                "figure" => set(&mut address.lesson.figure, value.parse().ok()),
                "backend" => set(&mut address.backend, backend(value)),
                "cpu" => set(&mut address.cpu, CpuWish::from_id(value)),
                "embed" => set_flag(&mut address.embed, value),
                "present" => set_flag(&mut address.lesson.presents, value),
                "hide" => {
                    address.lesson.hidden = Lesson::read_hidden(value);
                    value.is_empty() || !address.lesson.hidden.is_empty()
                }
                _ if VIEW_PARAMETERS.contains(&key) => {
                    let value = name();
                    let makes_sense = value.is_some();
                    address.parameters.extend(value.map(|value| (key.to_owned(), value)));
                    makes_sense
                }
                _ if TRACKERS.iter().any(|tracker| key.starts_with(tracker)) => true,
                _ => {
                    left_out.push(brief(key));
                    true
                }
            };
            if !makes_sense {
                left_out.push(format!("{}={}", brief(key), brief(value)));
            }
        }
        let notice = if newer {
            Some("This link comes from a newer lambdascope: parts of it may be shown differently here.".to_owned())
        } else if left_out.is_empty() {
            None
        } else {
            Some(format!("This link has parts that this page does not know and has left out: {}.", left_out.join(", ")))
        };
        (address, notice)
    }

    /// The query of the address, with its `?`; empty where nothing is set.
    pub fn query_string(&self) -> String {
        let number = |value: Option<usize>| value.map(|value| value.to_string());
        let parts = [
            ("network", self.network.clone()),
            ("sample", self.sample.clone()),
            ("view", self.view.filter(|view| *view != View::default()).map(|view| view.id().to_owned())),
            ("layer", self.layer.clone()),
            ("head", number(self.head)),
            ("u", number(self.u.filter(|u| *u > 0))),
            ("y", number(self.y)),
            ("x", number(self.x)),
            ("pin", self.pin.map(|[y, x]| format!("{y}.{x}"))),
            (
                "scale",
                self.coverage
                    .filter(|coverage| *coverage != Coverage::default())
                    .map(|coverage| coverage.id().to_owned()),
            ),
            ("limit", self.limit.filter(|_| self.coverage == Some(Coverage::Fixed)).map(|limit| limit.to_string())),
            ("show", self.display.filter(|display| *display != Display::default()).map(|show| show.id().to_owned())),
            ("embed", self.embed.then(|| "1".to_owned())),
            ("hide", self.lesson.hidden_text()),
            ("present", self.lesson.presents.then(|| "1".to_owned())),
            ("figure", self.lesson.figure.map(|figure| figure.id().to_owned())),
            ("backend", self.backend.and_then(backend_id).map(str::to_owned)),
            ("cpu", self.cpu.and_then(CpuWish::id)),
        ];
        let own = parts.into_iter().filter_map(|(name, value)| value.map(|value| (name, value)));
        let parameters = self.parameters.iter().map(|(name, value)| (name.as_str(), value.clone()));
        let pairs: Vec<String> = own.chain(parameters).map(|(name, value)| format!("{name}={value}")).collect();
        if pairs.is_empty() { String::new() } else { format!("?v={VERSION}&{}", pairs.join("&")) }
    }
}

/// Names that need no escaping in an address; ours are all of this kind.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'*' | b'~'))
}

/// Sets a field; whether to something.
fn set<T>(field: &mut Option<T>, value: Option<T>) -> bool {
    *field = value;
    field.is_some()
}

/// Sets what is on under `1`; whether the value is one of the two.
fn set_flag(field: &mut bool, value: &str) -> bool {
    *field = value == "1";
    matches!(value, "0" | "1")
}

/// The start of what a stranger wrote, on one line.
fn brief(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(24).collect()
}

/// Two numbers with a point between them.
pub fn pair(text: &str) -> Option<[usize; 2]> {
    let (y, x) = text.split_once('.')?;
    Some([y.parse().ok()?, x.parse().ok()?])
}

fn backend(id: &str) -> Option<BackendChoice> {
    [BackendChoice::Gpu, BackendChoice::GpuHalves, BackendChoice::Cpu]
        .into_iter()
        .find(|choice| backend_id(*choice) == Some(id))
}

fn backend_id(choice: BackendChoice) -> Option<&'static str> {
    match choice {
        BackendChoice::Gpu => Some("webgpu"),
        BackendChoice::GpuHalves => Some("webgpu-f16"),
        BackendChoice::Cpu => Some("cpu"),
        BackendChoice::Auto => None,
    }
}

#[cfg(test)]
mod tests {
    use lambdascope_core::catalogue::family::family;

    use super::*;
    use crate::page::lesson::{Control, FrameFigure};

    fn pairs(text: &str) -> Vec<(&str, &str)> {
        text.trim_start_matches('?').split('&').filter_map(|pair| pair.split_once('=')).collect()
    }

    #[test]
    fn every_shipped_networks_name_fits_an_address() {
        for member in family().unwrap() {
            let (address, _) = Address::read([("network", member.name.as_str())]);
            assert_eq!(address.network.as_ref(), Some(&member.name));
        }
    }

    #[test]
    fn an_address_comes_back_as_it_was_written() {
        let address = Address {
            network: Some("lambda_resnet26t".into()),
            sample: Some("church".into()),
            view: Some(View::Anatomy),
            layer: Some("stages.1.1".into()),
            head: Some(2),
            u: Some(1),
            y: Some(7),
            x: Some(3),
            pin: Some([0, 12]),
            coverage: Some(Coverage::Fixed),
            limit: Some(2.5),
            display: Some(Display::Contours),
            parameters: [("sort".to_owned(), "locality".to_owned()), ("t".to_owned(), "17".to_owned())].into(),
            embed: true,
            lesson: Lesson {
                hidden: [Control::Network, Control::Views].into(),
                presents: true,
                figure: Some(FrameFigure::Total),
            },
            backend: Some(BackendChoice::Gpu),
            cpu: Some(CpuWish::Threads(2)),
        };
        let text = address.query_string();
        assert_eq!(
            text,
            "?v=1&network=lambda_resnet26t&sample=church&view=anatomy&layer=stages.1.1&head=2&u=1&y=7&x=3&pin=0.12\
             &scale=fixed&limit=2.5&show=contours&embed=1&hide=network.views&present=1&figure=total&backend=webgpu&cpu=2&sort=locality&t=17"
        );
        assert_eq!(Address::read(pairs(&text)), (address, None));
        assert_eq!(Address::default().query_string(), "");
    }

    #[test]
    fn what_is_usual_is_left_out() {
        let usual = Address {
            view: Some(View::default()),
            u: Some(0),
            coverage: Some(Coverage::default()),
            display: Some(Display::default()),
            ..Address::default()
        };
        assert_eq!(usual.query_string(), "");
    }

    #[test]
    fn senseless_parts_are_left_out_and_said() {
        let (address, notice) = Address::read(pairs(
            "sample=<b>&head=-1&y=seven&x=3&backend=quantum&cpu=0&view=9&pin=3&scale=all&limit=-1&t=<i>",
        ));
        assert_eq!(address, Address { x: Some(3), ..Address::default() });
        let said = "left out: sample=<b>, head=-1, y=seven, backend=quantum, cpu=0, view=9, pin=3, scale=all, limit=-1, t=<i>.";
        assert!(notice.as_ref().is_some_and(|notice| notice.ends_with(said)), "{notice:?}");
    }

    #[test]
    fn what_others_add_to_links_is_passed_over_in_silence() {
        let (address, notice) =
            Address::read(pairs("x=3&utm_source=mail&utm_campaign=a&fbclid=b&gclid=c&mc_cid=d&ref=e"));
        assert_eq!((address, notice), (Address { x: Some(3), ..Address::default() }, None));
    }

    #[test]
    fn unknown_keys_and_newer_versions_are_said() {
        let (address, notice) = Address::read(pairs("v=1&x=3&mode=b&zoom=2"));
        assert_eq!(address.x, Some(3));
        assert!(notice.is_some_and(|notice| notice.ends_with("left out: mode, zoom.")));
        let (_, notice) = Address::read(pairs("v=9&x=3"));
        assert!(notice.is_some_and(|notice| notice.contains("newer")));
    }
}
