//! Files that are no safetensors but go under its name, or are networks in another container: told by their first bytes,
//! and what to do with each. What is said of a broken safetensors file belongs in `weights::container`.

use std::fmt;

use infer::archive::{is_7z, is_bz2, is_gz, is_rar, is_tar, is_xz, is_zip, is_zst};
use infer::image::{is_bmp, is_gif, is_jpeg, is_png, is_webp};

/// How many bytes of a file [`of`] looks at.
pub const HEAD: usize = 512;

/// A kind of file that is no safetensors.
pub struct Foreign {
    what: &'static str,
    step: &'static str,
    /// Whether it is a network, or stands for one.
    pub network: bool,
    /// What its files' names end with, in lower case.
    endings: &'static [&'static str],
    is: fn(&[u8]) -> bool,
}

/// As a part of a sentence: what it is, and the next step.
impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, not a safetensors file: {}", self.what, self.step)
    }
}

impl fmt::Debug for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.what)
    }
}

impl PartialEq for Foreign {
    fn eq(&self, other: &Self) -> bool {
        self.what == other.what
    }
}

impl Eq for Foreign {}

const CONVERT: &str = "load it in Python and save its state dict with `safetensors.torch.save_file(model.state_dict(), \"model.safetensors\")`";

const EXPORT: &str = "save the PyTorch network that it was made from with \
                      `safetensors.torch.save_file(model.state_dict(), \"model.safetensors\")`";

/// Every kind, the narrower before the wider.
const KINDS: &[Foreign] = &[
    Foreign {
        what: "an empty file",
        step: "download it or save it again",
        network: false,
        endings: &[],
        is: <[u8]>::is_empty,
    },
    Foreign {
        what: "a Git LFS pointer, which only stands for the weights",
        step: "fetch them with `git lfs pull`, or download the file itself",
        network: true,
        endings: &[],
        is: |head| head.starts_with(b"version https://git-lfs.github.com/spec/"),
    },
    Foreign {
        what: "a web page or a server’s message (HTML or XML)",
        step: "download the file itself, which on Hugging Face has `resolve` in its address where the page about it has `blob`",
        network: false,
        endings: &[],
        is: |head| is_text(head) && starts(head, b"<"),
    },
    Foreign {
        what: "JSON text, such as a server’s message or an index of several files",
        step: "download the file of the weights itself",
        network: false,
        endings: &[],
        is: |head| is_text(head) && (starts(head, b"{") || starts(head, b"[")),
    },
    Foreign {
        what: "a PyTorch checkpoint, which can run code when it is read",
        step: CONVERT,
        network: true,
        endings: &[".pt", ".pth", ".bin", ".ckpt"],
        is: |head| is_zip(head) && contains(head, b"data.pkl"),
    },
    Foreign {
        what: "a Python pickle such as PyTorch’s older checkpoints, which can run code when it is read",
        step: CONVERT,
        network: true,
        endings: &[".pkl", ".pickle"],
        is: is_pickle,
    },
    Foreign {
        what: "NumPy arrays (.npz)",
        step: EXPORT,
        network: true,
        endings: &[".npz"],
        is: |head| is_zip(head) && contains(head, b".npy"),
    },
    Foreign { what: "an ONNX network", step: EXPORT, network: true, endings: &[".onnx"], is: is_onnx },
    Foreign {
        what: "an HDF5 file such as Keras writes",
        step: EXPORT,
        network: true,
        endings: &[".h5", ".hdf5", ".keras"],
        is: |head| head.starts_with(b"\x89HDF\r\n\x1a\n"),
    },
    Foreign {
        what: "a GGUF file, which holds a language model",
        step: EXPORT,
        network: true,
        endings: &[".gguf"],
        is: |head| head.starts_with(b"GGUF"),
    },
    Foreign {
        what: "a NumPy array (.npy)",
        step: EXPORT,
        network: false,
        endings: &[],
        is: |head| head.starts_with(b"\x93NUMPY"),
    },
    Foreign {
        what: "an archive",
        step: "unpack it and use the .safetensors file inside",
        network: false,
        endings: &[],
        is: |head| [is_zip, is_gz, is_tar, is_7z, is_xz, is_zst, is_bz2, is_rar].iter().any(|is| is(head)),
    },
    Foreign {
        what: "a picture",
        step: "use it in the place of a picture, or choose another file",
        network: false,
        endings: &[],
        is: |head| [is_bmp, is_gif, is_jpeg, is_png, is_webp].iter().any(|is| is(head)),
    },
    Foreign {
        what: "plain text",
        step: "a text editor shows what was saved in the place of the weights, so download them again",
        network: false,
        endings: &[],
        is: is_text,
    },
];

/// What a file is whose first [`HEAD`] bytes, or more, are `head`, if it is known and no safetensors.
pub fn of(head: &[u8]) -> Option<&'static Foreign> {
    let head = head.get(..HEAD).unwrap_or(head);
    KINDS.iter().find(|kind| (kind.is)(head))
}

/// What a network's file of this name claims to be, if that is no safetensors.
pub fn by_name(name: &str) -> Option<&'static Foreign> {
    let name = name.to_ascii_lowercase();
    KINDS.iter().find(|kind| kind.endings.iter().any(|ending| name.ends_with(ending)))
}

/// Whether a text begins so, after a byte order mark and white space.
fn starts(head: &[u8], with: &[u8]) -> bool {
    head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start().starts_with(with)
}

fn contains(head: &[u8], part: &[u8]) -> bool {
    head.windows(part.len()).any(|window| window == part)
}

/// UTF-8 without control characters. A character may be cut off at the end.
fn is_text(head: &[u8]) -> bool {
    let whole = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !whole.is_empty() && whole.chars().all(|c| !c.is_control() || c.is_ascii_whitespace())
}

/// A safetensors header of less than 16 MB is announced by zeros here, so that nothing that only resembles the start of
/// another format is taken for it.
fn is_no_length(head: &[u8]) -> bool {
    head.get(3..8).is_some_and(|bytes| bytes.iter().any(|&byte| byte != 0))
}

/// Protocols 2 to 5, then an instruction.
fn is_pickle(head: &[u8]) -> bool {
    matches!(head, [0x80, 2..=5, next, ..] if *next >= b'(') && is_no_length(head)
}

/// Protobuf: the version of ONNX's format, then one of the model's other fields.
fn is_onnx(head: &[u8]) -> bool {
    // producer_name, producer_version, domain, model_version, doc_string, graph, opset_import
    matches!(head, [0x08, 1..=32, 0x12 | 0x1A | 0x22 | 0x28 | 0x32 | 0x3A | 0x42, ..]) && is_no_length(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_told_by_its_first_bytes() {
        let local = |name: &str| {
            let length = (name.len() as u16).to_le_bytes();
            [b"PK\x03\x04\0\0\x08\x08\0\0".as_slice(), &[0; 16], &length, &[0; 2], name.as_bytes(), b"\x80\x02}"]
                .concat()
        };
        let said = |head: &[u8]| of(head).map(|kind| kind.what.split([' ', ',']).take(3).collect::<Vec<_>>().join(" "));
        let cases: [(&[u8], &str); 20] = [
            (b"", "an empty file"),
            (b"version https://git-lfs.github.com/spec/v1\noid sha256:", "a Git LFS"),
            (b"<!DOCTYPE html>", "a web page"),
            (b"\xEF\xBB\xBF\n <html>", "a web page"),
            (b"<?xml version=\"1.0\"?><Error><Code>AccessDenied", "a web page"),
            (b"{\"error\":\"Repository not found\"}", "JSON text "),
            (&local("model/data.pkl"), "a PyTorch checkpoint"),
            (&local("arr_0.npy"), "NumPy arrays (.npz)"),
            (&local("photos/a.jpg"), "an archive"),
            (b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.", "a Python pickle"),
            (b"\x80\x04\x95\x10\0\0\0\0\0\0\0}", "a Python pickle"),
            (b"\x08\x08\x12\x07pytorch\x1a\x05", "an ONNX network"),
            (b"\x89HDF\r\n\x1a\n\0", "an HDF5 file"),
            (b"GGUF\x03\0\0\0\0", "a GGUF file"),
            (b"\x93NUMPY\x01\0v\0{", "a NumPy array"),
            (b"\x1f\x8b\x08\0\0\0\0\0\0\x03", "an archive"),
            (b"(\xb5/\xfd\x04\0", "an archive"),
            (b"\x89PNG\r\n\x1a\n", "a picture"),
            (b"Entry not found", "plain text"),
            ("Größe".as_bytes().get(..3).unwrap_or_default(), "plain text"),
        ];
        for (head, expected) in cases {
            assert_eq!(said(head).as_deref(), Some(expected), "{:?}", String::from_utf8_lossy(head));
        }
    }

    #[test]
    fn a_safetensors_file_is_none_of_them() {
        // Lengths that resemble the start of a pickle, of protobuf and of gzip.
        for length in [2u64, 0x28a, 0x0028_0280, 0x0028_0480, 0x0012_0808, 0x8b1f, 40, 0x00ff_ffff] {
            let head = [&length.to_le_bytes()[..], b"{\"a\":"].concat();
            assert_eq!(of(&head), None, "{length:#x}");
        }
        assert_eq!(of(b"\x01\x02\x03"), None);
    }

    #[test]
    fn every_kind_says_what_to_do_in_one_sentence() {
        for kind in KINDS {
            let sentence = format!("this is {kind}");
            assert!(!sentence.contains(". ") && !sentence.ends_with('.') && sentence.contains(": "), "{sentence}");
        }
        assert_eq!(by_name("Model.PTH").map(|kind| kind.what), by_name("a.ckpt").map(|kind| kind.what));
        assert_eq!(by_name("model.safetensors"), None);
    }
}
