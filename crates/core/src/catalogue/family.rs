//! The networks that come with the page, as training's export lists them: `www/weights/networks.json`, in the order shown,
//! the page's default first.
//!
//! The list is part of the program, so that a network's file can be held against a hash that came with the code. The
//! figures of the comparison are in [`super::results`].

use std::sync::LazyLock;

use serde::Deserialize;

use crate::catalogue::Source;

const LIST: &str = include_str!("../../../../www/weights/networks.json");

static FAMILY: LazyLock<Result<Vec<Member>, FamilyError>> = LazyLock::new(|| parse(LIST));

/// One network.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Member {
    /// Its name in code and in the page's address, such as `lambda_resnet_mini`.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// File name under `weights/`.
    pub file: String,
    /// Length of the file.
    pub bytes: u64,
    /// SHA-256 of the file, lower-case hexadecimal.
    pub sha256: String,
    /// What stands in its bottlenecks where the first network has lambda layers.
    pub layer: LayerKind,
    /// What differs from the first network, in one sentence; of the first, what it has.
    pub changed: String,
    /// Learned values.
    pub parameters: u64,
    /// Multiplications with an addition, for one picture.
    pub macs: u64,
    /// What it reaches on validation pictures.
    pub accuracy: ValidationAccuracy,
    /// The run that gave the file.
    pub training: Training,
}

/// The layer that the networks of the family are compared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LayerKind {
    /// A lambda layer.
    Lambda,
    /// A 3×3 convolution.
    Convolution,
    /// Self-attention.
    Attention,
}

/// Accuracy over validation pictures.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ValidationAccuracy {
    /// How many pictures.
    pub images: u64,
    /// Fraction whose most probable class is right.
    pub top1: f64,
    /// Fraction whose class is among the five most probable.
    pub top5: f64,
}

/// A training run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Training {
    /// Passes over the training pictures.
    pub epochs: u64,
    /// The seed of its random numbers.
    pub seed: u64,
}

impl Member {
    /// Where the weights lie, relative to the page. The hash makes a new version a new address.
    pub fn url(&self) -> String {
        format!("weights/{}?sha256={}", self.file, self.sha256)
    }

    /// The network as something that can be loaded.
    pub fn source(&self) -> Source {
        Source::Shipped { name: self.name.clone() }
    }
}

/// Why there is no family.
#[derive(Debug, thiserror::Error)]
pub enum FamilyError {
    /// The page's own build is broken.
    #[error("The page’s list of networks cannot be read: {0}.")]
    List(#[from] serde_json::Error),
    /// The list is empty.
    #[error("The page’s list of networks is empty.")]
    Empty,
}

/// The networks, at least one.
///
/// # Errors
/// If the list that the page was built with is no such list.
pub fn family() -> Result<&'static [Member], &'static FamilyError> {
    FAMILY.as_deref()
}

/// The networks; none where [`family`] fails, which the engine says.
pub fn members() -> &'static [Member] {
    family().unwrap_or_default()
}

/// The network of exactly this name.
pub fn find(name: &str) -> Option<&'static Member> {
    members().iter().find(|member| member.name == name)
}

/// The first network with lambda layers to look into.
pub fn first_with_lambdas() -> Option<&'static Member> {
    members().iter().find(|member| member.layer == LayerKind::Lambda)
}

/// Networks that were trained for as many epochs, so that any two can be compared.
#[derive(Clone, Debug, PartialEq)]
pub struct EquallyLong {
    /// How many.
    pub epochs: u64,
    /// The networks, at least one, in the order shown.
    pub members: Vec<&'static Member>,
}

/// The networks by the length of their training, the default's first.
pub fn equally_long() -> Vec<EquallyLong> {
    let mut groups: Vec<EquallyLong> = Vec::new();
    for member in members() {
        let epochs = member.training.epochs;
        match groups.iter_mut().find(|group| group.epochs == epochs) {
            Some(group) => group.members.push(member),
            None => groups.push(EquallyLong { epochs, members: vec![member] }),
        }
    }
    groups
}

/// The network that the page opens with.
pub fn default_source() -> Source {
    Source::Shipped { name: members().first().map(|member| member.name.clone()).unwrap_or_default() }
}

fn parse(list: &str) -> Result<Vec<Member>, FamilyError> {
    let members: Vec<Member> = serde_json::from_str(list)?;
    if members.is_empty() { Err(FamilyError::Empty) } else { Ok(members) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_its_own() {
        for (i, member) in family().unwrap().iter().enumerate() {
            assert!(members()[..i].iter().all(|other| other.name != member.name), "{} twice", member.name);
            assert_eq!(find(&member.name), Some(member));
        }
    }

    #[test]
    fn the_first_is_the_default() {
        assert_eq!(default_source(), members()[0].source());
    }

    #[test]
    fn every_network_stands_with_those_of_equal_length() {
        let groups = equally_long();
        for (i, group) in groups.iter().enumerate() {
            assert!(groups[..i].iter().all(|other| other.epochs != group.epochs), "{} epochs twice", group.epochs);
            assert!(group.members.iter().all(|member| member.training.epochs == group.epochs));
        }
        assert_eq!(groups[0].members[0], &members()[0]);
        assert_eq!(groups.iter().map(|group| group.members.len()).sum::<usize>(), members().len());
    }

    #[test]
    fn a_list_of_nothing_and_no_list_are_errors() {
        assert!(matches!(parse("[]"), Err(FamilyError::Empty)));
        let error = parse(r#"[{"name": "a"}]"#).unwrap_err();
        assert!(error.to_string().contains("title"), "{error}");
    }
}
