//! The safetensors container: eight bytes of length, a JSON header, data. Nothing in it is believed before it is checked.
//!
//! The `safetensors` crate keeps the last of two tensors of one name and does not say which tensor has a wrong size, so
//! the header is read here. Layout: <https://huggingface.co/docs/safetensors>.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use crate::nn::error::WeightsError;
use crate::nn::foreign;
use crate::nn::format::METADATA_KEY;

/// Bytes of the header's length.
const LENGTH: usize = 8;

/// The longest header that is read: room for ten thousand tensors, and little enough that what its JSON becomes in
/// memory does no harm.
pub const MAX_HEADER: usize = 1 << 20;

/// The longest name of a tensor, in bytes.
const MAX_NAME: usize = 256;

/// How much of a parser's message is passed on, since it may quote the file.
const MAX_MESSAGE: usize = 200;

/// A checked file.
#[derive(Debug)]
pub struct Container<'a> {
    /// In the order of their data.
    pub tensors: Vec<Entry<'a>>,
    /// The text under our metadata key.
    pub description: Option<String>,
}

/// One tensor: as many bytes as its shape and dtype say.
#[derive(Debug)]
pub struct Entry<'a> {
    /// Its name.
    pub name: String,
    /// Its number format.
    pub dtype: Dtype,
    /// Its shape. A size may be 0, and then there are no data.
    pub shape: Vec<usize>,
    /// Its values, little-endian.
    pub data: &'a [u8],
}

/// The number formats that safetensors has, called as in a header. Few of them are read ([`crate::nn::weights`]): the
/// sizes of the others are held against the file all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::Display, strum::EnumString)]
#[strum(serialize_all = "UPPERCASE")]
#[allow(missing_docs, reason = "the names are the format's own")]
pub enum Dtype {
    F64,
    F32,
    F16,
    Bf16,
    #[strum(serialize = "F8_E5M2")]
    F8E5M2,
    #[strum(serialize = "F8_E4M3")]
    F8E4M3,
    #[strum(serialize = "F8_E8M0")]
    F8E8M0,
    #[strum(serialize = "F8_E5M2FNUZ")]
    F8E5M2Fnuz,
    #[strum(serialize = "F8_E4M3FNUZ")]
    F8E4M3Fnuz,
    #[strum(serialize = "F6_E2M3")]
    F6E2M3,
    #[strum(serialize = "F6_E3M2")]
    F6E3M2,
    F4,
    C64,
    I64,
    U64,
    I32,
    U32,
    I16,
    U16,
    I8,
    U8,
    Bool,
}

impl Dtype {
    /// Bits of a value.
    fn bits(self) -> u64 {
        match self {
            Self::F64 | Self::C64 | Self::I64 | Self::U64 => 64,
            Self::F32 | Self::I32 | Self::U32 => 32,
            Self::F16 | Self::Bf16 | Self::I16 | Self::U16 => 16,
            Self::F8E5M2 | Self::F8E4M3 | Self::F8E8M0 | Self::F8E5M2Fnuz | Self::F8E4M3Fnuz => 8,
            Self::I8 | Self::U8 | Self::Bool => 8,
            Self::F6E2M3 | Self::F6E3M2 => 6,
            Self::F4 => 4,
        }
    }
}

/// Reads and checks a file; its data stay where they are.
///
/// # Errors
/// [`WeightsError::Foreign`] if it is another kind of file that is known, else [`WeightsError::Container`] with what was
/// expected and what was found.
pub fn read(bytes: &[u8]) -> Result<Container<'_>, WeightsError> {
    let other = || foreign::of(bytes).map(WeightsError::Foreign);
    let (header, data) = split(bytes).map_err(|broken| other().unwrap_or(broken))?;
    if !header.trim_start().starts_with('{')
        && let Some(other) = other()
    {
        return Err(other);
    }
    let listing: Listing = serde_json::from_str(header)
        .map_err(|e| broken(format!("its header is not the JSON expected: {}", brief(&e.to_string()))))?;
    unique(listing.tensors.iter().map(|(name, _)| name), "tensor")?;
    unique(listing.metadata.iter().flatten().map(|(name, _)| name), "metadata entry")?;
    if listing.metadata.len() > 1 {
        return Err(broken("`__metadata__` is listed twice, expected once".into()));
    }
    let mut spans =
        listing.tensors.into_iter().map(|(name, raw)| span(name, raw, data)).collect::<Result<Vec<_>, _>>()?;
    spans.sort_by_key(|span| (span.start, span.entry.data.len()));
    let mut end = 0;
    for Span { entry, start, .. } in &spans {
        if *start != end {
            let name = &entry.name;
            let expected = format!("expected {end}, where the tensors before it end");
            return Err(broken(format!("tensor `{name}` starts at byte {start} of the data, {expected}")));
        }
        end = start + entry.data.len();
    }
    if end != data.len() {
        return Err(broken(format!("it has {} bytes of data, expected the {end} that its tensors take", data.len())));
    }
    let description =
        listing.metadata.into_iter().flatten().find(|(name, _)| name == METADATA_KEY).map(|(_, text)| text);
    Ok(Container { tensors: spans.into_iter().map(|span| span.entry).collect(), description })
}

fn broken(what: String) -> WeightsError {
    WeightsError::Container(what)
}

/// The header's text and the data after it.
fn split(bytes: &[u8]) -> Result<(&str, &[u8]), WeightsError> {
    let Some((length, rest)) = bytes.split_first_chunk::<LENGTH>() else {
        return Err(broken(format!("it has {} bytes, expected at least {LENGTH}", bytes.len())));
    };
    let claimed = u64::from_le_bytes(*length);
    let Some((header, data)) = usize::try_from(claimed).ok().and_then(|length| rest.split_at_checked(length)) else {
        let expected = format!("expected at most the {} that follow", rest.len());
        return Err(broken(format!("its header should take {claimed} bytes, {expected}")));
    };
    if header.len() > MAX_HEADER {
        return Err(broken(format!("its header takes {claimed} bytes, expected at most {MAX_HEADER}")));
    }
    match std::str::from_utf8(header) {
        Ok(text) => Ok((text, data)),
        Err(e) => Err(broken(format!("its header is not text after byte {}, expected UTF-8", e.valid_up_to()))),
    }
}

/// Refuses two of one name.
fn unique<'n>(names: impl Iterator<Item = &'n String>, what: &str) -> Result<(), WeightsError> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(broken(format!("{what} `{}` is listed twice, expected once", brief(name))));
        }
    }
    Ok(())
}

/// An entry with its place in the data.
struct Span<'a> {
    entry: Entry<'a>,
    start: usize,
}

/// Checks one tensor's name, dtype, shape and place against each other and against the data.
fn span(name: String, raw: Raw, data: &[u8]) -> Result<Span<'_>, WeightsError> {
    let Raw { dtype, shape, data_offsets: [start, end] } = raw;
    if name.is_empty() || name.len() > MAX_NAME || name.chars().any(char::is_control) {
        let found = brief(&format!("{name:?}"));
        return Err(broken(format!("a tensor is called {found}, expected 1 to {MAX_NAME} bytes of text")));
    }
    let Ok(dtype) = dtype.parse::<Dtype>() else {
        let found = brief(&dtype);
        return Err(broken(format!(
            "tensor `{name}` has dtype {found}, expected one that safetensors has, such as F32"
        )));
    };
    let range = usize::try_from(start).ok().zip(usize::try_from(end).ok());
    let Some((start, bytes)) = range.and_then(|(start, end)| Some((start, data.get(start..end)?))) else {
        let expected = format!("expected a range within the {} there are", data.len());
        return Err(broken(format!("tensor `{name}` lies at bytes {start} to {end} of the data, {expected}")));
    };
    match length(&shape, dtype) {
        Some(needed) if needed == Length::Bytes(bytes.len() as u64) => {}
        needed => {
            let needed = match needed {
                None => "more bytes than can be counted".to_owned(),
                Some(Length::Bytes(needed)) => format!("{needed} bytes"),
                Some(Length::Bits(needed)) => format!("{needed} bits, which are no whole bytes,"),
            };
            let (found, shape) = (bytes.len(), brief(&format!("{shape:?}")));
            return Err(broken(format!("tensor `{name}` of shape {shape} takes {needed} as {dtype}, found {found}")));
        }
    }
    // Beside a size of 0 any other may stand.
    let shape = shape.into_iter().map(|size| usize::try_from(size).unwrap_or(usize::MAX)).collect();
    Ok(Span { entry: Entry { name, dtype, shape, data: bytes }, start })
}

/// What a tensor takes.
#[derive(PartialEq)]
enum Length {
    Bytes(u64),
    /// Formats of less than a byte need not end at one.
    Bits(u64),
}

/// What a tensor takes, unless that cannot be counted.
fn length(sizes: &[u64], dtype: Dtype) -> Option<Length> {
    let bits = sizes.iter().try_fold(dtype.bits(), |n, &size| n.checked_mul(size))?;
    Some(if bits.is_multiple_of(8) { Length::Bytes(bits / 8) } else { Length::Bits(bits) })
}

/// The start of a text from the file, on one line.
pub(super) fn brief(text: &str) -> String {
    let mut short: String = text.chars().take(MAX_MESSAGE).flat_map(escape).collect();
    if text.chars().nth(MAX_MESSAGE).is_some() {
        short.push('…');
    }
    short
}

fn escape(c: char) -> impl Iterator<Item = char> {
    // A line break in a tensor's name must not break the sentence.
    let plain = (!c.is_control()).then_some(c);
    plain.into_iter().chain(c.escape_default().filter(move |_| plain.is_none()))
}

/// A header's entry as it is written.
#[derive(serde::Deserialize)]
struct Raw {
    dtype: String,
    shape: Vec<u64>,
    data_offsets: [u64; 2],
}

/// A header as it is written, duplicates kept.
struct Listing {
    tensors: Vec<(String, Raw)>,
    /// Each time that there are metadata, their entries.
    metadata: Vec<Vec<(String, String)>>,
}

impl<'de> Deserialize<'de> for Listing {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Tensors;
        impl<'de> Visitor<'de> for Tensors {
            type Value = Listing;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of tensors")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Listing, A::Error> {
                let mut listing = Listing { tensors: Vec::new(), metadata: Vec::new() };
                while let Some(name) = map.next_key::<String>()? {
                    let named = |e: A::Error| A::Error::custom(format!("`{}`: {e}", brief(&name)));
                    if name == "__metadata__" {
                        // Some writers put null where there are none.
                        let texts: Option<Texts> = map.next_value().map_err(named)?;
                        listing.metadata.push(texts.map_or_else(Vec::new, |texts| texts.0));
                    } else {
                        let raw = map.next_value().map_err(named)?;
                        listing.tensors.push((name, raw));
                    }
                }
                Ok(listing)
            }
        }
        deserializer.deserialize_map(Tensors)
    }
}

/// The metadata's entries in their order, duplicates kept.
struct Texts(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Texts;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of strings")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Texts, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Texts(pairs))
            }
        }
        deserializer.deserialize_map(Entries)
    }
}
