//! What a JPEG's headers say of its scans: whether they bring all of the picture, and how they are made up. Decoders fill what
//! is missing with grey or with an earlier scan's blur and say nothing, which would show a visitor a confident answer about a
//! picture that is half absent. The pixels' own data are the decoder's.

use std::borrow::Cow;

/// Second bytes of the markers used here; the first is always `0xFF`.
const TEM: u8 = 0x01;
const SOF0: u8 = 0xC0;
const SOF1: u8 = 0xC1;
const SOF2: u8 = 0xC2;
const DHT: u8 = 0xC4;
const JPG: u8 = 0xC8;
const SOF9: u8 = 0xC9;
const DAC: u8 = 0xCC;
const SOF15: u8 = 0xCF;
const RST0: u8 = 0xD0;
const SOI: u8 = 0xD8;
const EOI: u8 = 0xD9;
const SOS: u8 = 0xDA;

/// The scans of a file's first picture.
pub(super) struct Scans<'a> {
    /// The file up to its end marker, which is supplied where it is missing or a camera's trailer stands in its place.
    pub file: Cow<'a, [u8]>,
    /// Whether the picture reaches its end marker or, without one, the scans bring every coefficient down to its last bit. That
    /// each scan is whole is for the decoder to notice.
    pub are_all: bool,
    /// Whether one of a sequential frame has several of its components, and not all.
    pub are_partly_interleaved: bool,
}

impl<'a> Scans<'a> {
    /// Those of a file.
    ///
    /// Segments are skipped by their length, because an EXIF thumbnail holds an end marker of its own. What follows the
    /// end (a second picture, a video) is not looked at.
    pub(super) fn read(bytes: &'a [u8]) -> Self {
        let mut frame = None::<Frame>;
        let (mut position, mut end_of_scans) = (0, bytes.len());
        let mut has_end = false;
        while let Some((marker, after)) = next_marker(bytes, position) {
            position = match marker {
                EOI => {
                    (has_end, end_of_scans) = (true, after);
                    break;
                }
                TEM | RST0..=SOI => after,
                _ => {
                    let Some(content) = segment(bytes, after) else { break };
                    let end = after + 2 + content.len();
                    match marker {
                        DHT | JPG | DAC => end,
                        SOF0..=SOF15 => {
                            frame = frame.or_else(|| Frame::read(marker, content));
                            end
                        }
                        SOS => {
                            if let Some(frame) = &mut frame {
                                frame.add(content);
                            }
                            end_of_scans = entropy_coded_end(bytes, end);
                            end_of_scans
                        }
                        _ => end,
                    }
                }
            };
        }
        let file = if has_end {
            Cow::Borrowed(&bytes[..end_of_scans])
        } else {
            Cow::Owned([&bytes[..end_of_scans], &[0xFF, EOI]].concat())
        };
        Self {
            file,
            are_all: has_end || frame.as_ref().is_some_and(Frame::is_all),
            are_partly_interleaved: frame.is_some_and(|frame| frame.is_partly_interleaved),
        }
    }
}

/// A frame, and what its scans have brought so far.
struct Frame {
    /// The marker that it began with.
    process: u8,
    /// For each component its name, and of each of its 64 coefficients how many low bits are still missing; `None` before the
    /// first scan that has it.
    components: Vec<(u8, [Option<u8>; 64])>,
    is_partly_interleaved: bool,
}

impl Frame {
    /// Before the first scan; `None` if the header is too short.
    fn read(process: u8, header: &[u8]) -> Option<Self> {
        let count = usize::from(*header.get(5)?);
        let components = header.get(6..6 + 3 * count)?.chunks_exact(3);
        let components = components.map(|component| (component[0], [None; 64])).collect();
        Some(Self { process, components, is_partly_interleaved: false })
    }

    /// Adds the scan of this header; one that is too short adds nothing.
    fn add(&mut self, scan: &[u8]) {
        let Some((count, rest)) = scan.split_first() else { return };
        let count = usize::from(*count);
        let Some((names, &[first, last, bits, ..])) = rest.split_at_checked(2 * count) else { return };
        let is_sequential = matches!(self.process, SOF0 | SOF1 | SOF9);
        self.is_partly_interleaved |= is_sequential && count > 1 && count < self.components.len();
        for name in names.iter().step_by(2) {
            for (_, missing) in self.components.iter_mut().filter(|(component, _)| component == name) {
                for coefficient in missing.iter_mut().take(usize::from(last) + 1).skip(usize::from(first)) {
                    *coefficient = Some(bits & 0x0F);
                }
            }
        }
    }

    fn is_all(&self) -> bool {
        // An arithmetic decoder cannot tell missing data from zeros, so its frames need their end marker.
        let is_huffman = matches!(self.process, SOF0..=SOF2);
        let mut coefficients = self.components.iter().flat_map(|(_, missing)| missing);
        is_huffman && !self.components.is_empty() && coefficients.all(|missing| *missing == Some(0))
    }
}

/// The content of the segment whose length stands at `position`.
fn segment(bytes: &[u8], position: usize) -> Option<&[u8]> {
    let length = bytes.get(position..position + 2)?;
    bytes.get(position + 2..position + usize::from(u16::from_be_bytes([length[0], length[1]])))
}

/// The first marker at or after `position`, and where it ends. Fill bytes and stray bytes are skipped.
fn next_marker(bytes: &[u8], position: usize) -> Option<(u8, usize)> {
    let start = position + bytes.get(position..)?.iter().position(|&b| b == 0xFF)?;
    let code = start + bytes[start..].iter().position(|&b| b != 0xFF)?;
    Some((bytes[code], code + 1))
}

/// Where the entropy-coded data from `position` on give way to a marker other than a restart.
fn entropy_coded_end(bytes: &[u8], position: usize) -> usize {
    let data = bytes.get(position..).unwrap_or_default();
    let marker = data.windows(2).position(|w| w[0] == 0xFF && !matches!(w[1], 0x00 | 0xFF | RST0..SOI));
    position + marker.unwrap_or(data.len())
}
