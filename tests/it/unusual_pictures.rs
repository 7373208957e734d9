//! Files that decoders get wrong (`training/unusual_pictures.py` makes them) against what Pillow makes of them: they decode as
//! there or are refused, and never become another picture.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use lambdascope_core::picture::{Interpolation, Picture, Preprocessing, Region};
use lambdascope_picture::{Limits, PictureError, decode, open};
use serde::Deserialize;

use crate::large_photograph;

fn fixture(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/pictures/unusual").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[derive(Deserialize)]
struct Case {
    file: String,
    expected: String,
    tolerance: u8,
    is_refused: bool,
}

fn cases() -> Vec<Case> {
    serde_json::from_slice(&fixture("unusual.json")).unwrap()
}

/// The largest difference of two pictures, in grey levels; `None` if they differ in size.
fn difference(a: &Picture, b: &Picture) -> Option<u8> {
    let same_size = (a.width, a.height) == (b.width, b.height);
    same_size.then(|| a.rgb.iter().zip(&b.rgb).map(|(a, b)| a.abs_diff(*b)).max().unwrap())
}

#[test]
fn unusual_files_decode_as_in_pil() {
    let cases = cases();
    assert!(cases.len() >= 50, "{}", cases.len());
    let mut wrong = Vec::new();
    for Case { file, expected, tolerance, is_refused } in cases {
        let expected = decode(&fixture(&expected)).unwrap();
        match open(&fixture(&file)) {
            Err(PictureError::UnsupportedFeature { .. }) if is_refused => {}
            Ok(opened) => {
                assert_eq!(opened.original, [expected.width, expected.height], "{file}");
                let found = difference(&opened.picture, &expected);
                if found.is_none_or(|found| found > tolerance) {
                    wrong.push(format!("{file}: {found:?} grey levels, {tolerance} allowed"));
                }
            }
            Err(error) => wrong.push(format!("{file}: {error:?}")),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_unusual_file_cut_short_yields_another_picture() {
    // One that has its end marker, and those that end without one.
    let names = ["split_420", "split_restarts", "progression", "no_end", "no_end_progressive", "no_end_split"];
    for name in names.map(|name| format!("{name}.jpg")).into_iter().chain(["chunks.png".into(), "no_end.png".into()]) {
        let bytes = fixture(&name);
        let whole = decode(&bytes).unwrap();
        for length in 0..bytes.len() {
            match decode(&bytes[..length]) {
                Ok(picture) => assert!(picture == whole, "{name} cut at {length} of {}", bytes.len()),
                Err(PictureError::Truncated { .. } | PictureError::Unknown | PictureError::Empty) => {}
                // Such as a cut within the first bytes.
                Err(error) => assert!(length < 1024, "{name} cut at {length}: {error:?}"),
            }
        }
        let cut = decode(&bytes[..bytes.len() / 2]).unwrap_err();
        assert!(matches!(cut, PictureError::Truncated { .. }), "{name}: {cut:?}");
    }
}

#[test]
fn what_no_decoder_here_does_is_not_called_damaged() {
    let whole = fixture("sampling_444.jpg");
    let frame = whole.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    // Lossless, hierarchical of all kinds, lossless arithmetic; 12 bits a sample; a height behind the pixels.
    let processes = [0xC3, 0xC5, 0xC6, 0xC7, 0xCB, 0xCD, 0xCE, 0xCF].map(|process| (1, vec![process]));
    for (at, bytes) in processes.into_iter().chain([(4, vec![12]), (5, vec![0, 0])]) {
        let mut changed = whole.clone();
        changed[frame + at..frame + at + bytes.len()].copy_from_slice(&bytes);
        let error = decode(&changed).unwrap_err();
        assert!(
            matches!(error, PictureError::UnsupportedFeature { format: "JPEG", .. }),
            "{bytes:X?} at {at}: {error:?}"
        );
        assert!(error.is_beyond_the_decoder());
    }
}

#[test]
fn a_photograph_of_108_megapixels_is_opened_at_half_its_size() {
    let file = large_photograph::repeated(&fixture("strip.jpg"));
    let start = Instant::now();
    let opened = open(&file).unwrap();
    assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
    let [width, height] = large_photograph::SIZE;
    assert_eq!(opened.original, [width, height]);
    assert_eq!((opened.picture.width, opened.picture.height), (width / 2, height / 2));

    let input =
        Preprocessing { resize: 144, crop: 128, interpolation: Interpolation::Bicubic, mean: [0.5; 3], std: [0.5; 3] };
    let expected = decode(&fixture("large_144_128_bicubic.png")).unwrap();
    let crop = lambdascope_picture::crop(&input, &opened.picture).unwrap();
    let found = difference(&crop, &expected);
    // Reduced by means first and by the filter afterwards.
    assert!(found.is_some_and(|found| found <= 2), "{found:?} grey levels from a picture that was decoded whole");

    // A region is a share of the picture, whatever its size.
    let size = [width as f32, height as f32];
    let region = Region::middle(size).sized(size, Region::LEAST);
    let cut = opened.picture.cut(region).unwrap();
    assert_eq!((cut.width, cut.height), (450, 450));
}

#[test]
fn what_is_absurd_is_refused_by_its_header_alone() {
    let mut file = fixture("sampling_444.jpg");
    let frame = file.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    file[frame + 5..frame + 9].copy_from_slice(&[0x4E, 0x20, 0x4E, 0x20]);
    let error = open(&file).unwrap_err();
    let expected = PictureError::TooLarge { format: "JPEG", width: 20_000, height: 20_000, limits: Limits::REDUCED };
    assert_eq!(error, expected);
    assert!(!error.is_beyond_the_decoder());
    let sentence = error.to_string();
    assert!(
        sentence.contains("20000 × 20000 pixels, but at most 256 megapixels and 65500 pixels a side of a JPEG"),
        "{sentence}"
    );
}
