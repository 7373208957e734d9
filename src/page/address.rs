//! The page's state as its address, so that a lesson can link to it.

use crate::protocol::BackendChoice;

/// What the query of the address says; parts that are missing or make no sense are `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    /// The name of a network of the page's family or of a public one; the page's default where there is none.
    pub network: Option<String>,
    /// A sample's id.
    pub sample: Option<String>,
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
    /// The backend that was asked for.
    pub backend: Option<BackendChoice>,
}

impl Address {
    /// Reads the parts through `get`, which looks up one decoded parameter.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Self {
        let number = |name| get(name).and_then(|text| text.parse().ok());
        let name = |name| get(name).filter(|text| is_plain(text));
        Self {
            network: name("network"),
            sample: name("sample"),
            layer: name("layer"),
            head: number("head"),
            u: number("u"),
            y: number("y"),
            x: number("x"),
            backend: match get("backend").as_deref() {
                Some("webgpu") => Some(BackendChoice::Gpu),
                Some("cpu") => Some(BackendChoice::Cpu),
                _ => None,
            },
        }
    }

    /// The query of the address, with its `?`; empty where nothing is set.
    pub fn query_string(&self) -> String {
        let backend = match self.backend {
            Some(BackendChoice::Gpu) => Some("webgpu".to_owned()),
            Some(BackendChoice::Cpu) => Some("cpu".to_owned()),
            Some(BackendChoice::Auto) | None => None,
        };
        let number = |value: Option<usize>| value.map(|value| value.to_string());
        let parts = [
            ("network", self.network.clone()),
            ("sample", self.sample.clone()),
            ("layer", self.layer.clone()),
            ("head", number(self.head)),
            ("u", number(self.u)),
            ("y", number(self.y)),
            ("x", number(self.x)),
            ("backend", backend),
        ];
        let pairs: Vec<String> =
            parts.into_iter().filter_map(|(name, value)| value.map(|value| format!("{name}={value}"))).collect();
        if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
    }
}

/// Names that need no escaping in an address; ours are all of this kind.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Address {
        Address::read(|name| pairs.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn an_address_comes_back_as_it_was_written() {
        let address = Address {
            network: Some("lambda_resnet26t".into()),
            sample: Some("church".into()),
            layer: Some("stages.1.1".into()),
            head: Some(2),
            u: Some(1),
            y: Some(7),
            x: Some(3),
            backend: Some(BackendChoice::Gpu),
        };
        let text = address.query_string();
        assert_eq!(text, "?network=lambda_resnet26t&sample=church&layer=stages.1.1&head=2&u=1&y=7&x=3&backend=webgpu");
        let pairs: Vec<(&str, &str)> = text[1..].split('&').filter_map(|pair| pair.split_once('=')).collect();
        assert_eq!(read(&pairs), address);
        assert_eq!(Address::default().query_string(), "");
    }

    #[test]
    fn senseless_parts_are_ignored() {
        let address = read(&[("sample", "<b>"), ("head", "-1"), ("y", "seven"), ("x", "3"), ("backend", "quantum")]);
        assert_eq!(address, Address { x: Some(3), ..Address::default() });
    }
}
