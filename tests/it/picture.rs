//! Pictures against what PIL and torchvision make of them (`training/preprocess_fixtures.py`), and against files that
//! are broken, hostile or no pictures at all.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use lambdascope_core::picture::{Interpolation, LengthError, Picture, Preprocessing};
use lambdascope_picture::{Limits, MAX_SIDE, PictureError, decode};
use proptest::prelude::*;
use serde::Deserialize;

fn fixture(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/pictures").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn json<T: serde::de::DeserializeOwned>(name: &str) -> T {
    serde_json::from_slice(&fixture(name)).unwrap()
}

fn preprocessing(resize: usize, crop: usize, interpolation: Interpolation) -> Preprocessing {
    Preprocessing { resize, crop, interpolation, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }
}

/// The largest difference of two pictures of the same size, in grey levels.
fn difference(a: &Picture, b: &Picture) -> u8 {
    assert_eq!((a.width, a.height), (b.width, b.height));
    a.rgb.iter().zip(&b.rgb).map(|(a, b)| a.abs_diff(*b)).max().unwrap()
}

#[derive(Deserialize)]
struct Golden {
    file: String,
    expected: String,
    resize: usize,
    crop: usize,
    interpolation: Interpolation,
}

#[test]
fn crops_agree_with_pil_within_one_grey_level() {
    let cases: Vec<Golden> = json("golden.json");
    assert!(cases.len() >= 10);
    for case in cases {
        let picture = decode(&fixture(&case.file)).unwrap();
        let expected = decode(&fixture(&case.expected)).unwrap();
        let crop =
            lambdascope_picture::crop(&preprocessing(case.resize, case.crop, case.interpolation), &picture).unwrap();
        let difference = difference(&crop, &expected);
        assert!(difference <= 1, "{}: {difference} grey levels", case.expected);
    }
}

#[test]
fn a_picture_of_the_right_size_is_cut_out_and_not_resampled() {
    let picture = decode(&fixture("pattern_61x47.png")).unwrap();
    let crop = lambdascope_picture::crop(&preprocessing(47, 40, Interpolation::Bicubic), &picture).unwrap();
    // Margins 10.5 and 3.5 go to the even neighbour.
    for y in 0..40 {
        let start = ((y + 4) * 61 + 10) * 3;
        assert_eq!(crop.rgb[y * 120..(y + 1) * 120], picture.rgb[start..start + 120], "row {y}");
    }
}

#[test]
fn normalising_is_channelwise_over_unit_range() {
    let settings = preprocessing(2, 2, Interpolation::Bilinear);
    let crop = Picture::new(2, 1, vec![0, 128, 255, 10, 20, 30]).unwrap();
    let tensor = settings.normalise(&crop);
    assert_eq!(tensor.shape(), [1, 2, 3]);
    let expected = [-2.117_904, 0.205_182_1, 2.64, -1.946_656_4, -1.685_574_2, -1.281_568_6];
    for (found, expected) in tensor.data().iter().zip(expected) {
        assert!((found - expected).abs() < 1e-5, "{found} instead of {expected}");
    }
}

#[test]
fn settings_are_the_input_object_of_a_weights_file() {
    let text = r#"{"resize":144,"crop":128,"interpolation":"bicubic","mean":[0.5,0.25,0.125],"std":[1.0,2.0,4.0]}"#;
    let settings: Preprocessing = serde_json::from_str(text).unwrap();
    assert_eq!(settings.interpolation, Interpolation::Bicubic);
    assert_eq!(serde_json::to_string(&settings).unwrap(), text);
    assert!(serde_json::from_str::<Preprocessing>(&text.replace("bicubic", "nearest")).is_err());
}

#[test]
fn impossible_settings_and_pictures_are_refused() {
    let picture = Picture::new(3, 2, vec![7; 18]).unwrap();
    for (resize, crop) in [(8, 9), (8, 0), (0, 0), (usize::MAX, 8)] {
        let error =
            lambdascope_picture::crop(&preprocessing(resize, crop, Interpolation::Bicubic), &picture).unwrap_err();
        assert_eq!(error, PictureError::Preprocessing { resize, crop });
    }
    assert_eq!(Picture::new(3, 2, vec![7; 17]).unwrap_err(), LengthError { width: 3, height: 2, bytes: 17 });
    assert!(Picture::new(0, 0, Vec::new()).is_err());
    assert!(Picture::new(usize::MAX, 2, vec![0; 6]).is_err());
    let broken = Picture { width: 5, height: 5, rgb: vec![0; 6] };
    assert!(lambdascope_picture::crop(&preprocessing(4, 4, Interpolation::Bicubic), &broken).is_err());
    preprocessing(4, 4, Interpolation::Bicubic).normalise(&broken);
}

#[test]
fn extreme_shapes_work_quickly() {
    let start = Instant::now();
    for (width, height) in [(1, 5000), (5000, 1), (1, 1), (MAX_SIDE as usize, 1)] {
        let picture = Picture::new(width, height, vec![9; width * height * 3]).unwrap();
        let crop = lambdascope_picture::crop(&preprocessing(256, 224, Interpolation::Bicubic), &picture).unwrap();
        assert_eq!(crop, Picture::new(224, 224, vec![9; 224 * 224 * 3]).unwrap());
    }
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

#[derive(Deserialize)]
struct Decoded {
    file: String,
    width: usize,
    height: usize,
    tolerance: u8,
    rgb: Vec<u8>,
}

#[test]
fn every_kind_of_file_decodes_to_the_same_upright_pixels_as_in_pil() {
    let cases: Vec<Decoded> = json("decoded.json");
    for kind in ["jpg", "png", "webp", "gif", "bmp"] {
        assert!(cases.iter().any(|case| case.file.ends_with(kind)), "no {kind}");
    }
    let mut wrong = Vec::new();
    for case in cases {
        match decode(&fixture(&case.file)) {
            Ok(picture) if (picture.width, picture.height) != (case.width, case.height) => {
                wrong.push(format!("{}: {picture:?}", case.file));
            }
            Ok(picture) => {
                let difference = difference(&picture, &Picture::new(case.width, case.height, case.rgb).unwrap());
                if difference > case.tolerance {
                    wrong.push(format!("{}: {difference} grey levels, {} allowed", case.file, case.tolerance));
                }
            }
            Err(error) => wrong.push(format!("{}: {error:?}", case.file)),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_is_no_picture_is_named() {
    let mp4 = brands(b"mp42", &[b"mp42", b"isom"]);
    let mut zip = b"PK\x03\x04\x14\0\0\0\x08\0".to_vec();
    zip.resize(64, 0);
    let cases: [(&[u8], &str); 12] = [
        (b"", "The file is empty (0 bytes)"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "The file looks like a PDF document, not a picture"),
        (b"%PDF-1.7\n1 0 obj", "The file looks like a PDF document, not a picture"),
        (b"<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "SVG pictures cannot be opened here"),
        (b"<html><body><svg></svg></body></html>", "The file looks like a web page, not a picture"),
        (b"II*\0\x08\0\0\0\0\0\0\0\0\0\0\0", "TIF pictures cannot be opened here"),
        (&mp4, "The file looks like a video, not a picture"),
        (&zip, "The file looks like an archive, not a picture"),
        (b"ID3\x03\0\0\0\0\0\0\0\0\0\0", "The file looks like a sound file, not a picture"),
        ("Grüße, dies ist kein Bild.".as_bytes(), "The file looks like a text file, not a picture"),
        (b" <!DOCTYPE html><html><body>404</body></html>", "The file looks like a web page, not a picture"),
        (b"\x00\x01\x02\x03\x04\x05\x06\x07", "The file is not a picture in a known format"),
    ];
    for (bytes, start) in cases {
        let sentence = decode(bytes).unwrap_err().to_string();
        assert!(sentence.starts_with(start), "{sentence:?} instead of {start:?}");
        assert!(sentence.contains("; ") && sentence.ends_with('.'), "no next step in {sentence:?}");
    }
}

/// The start of a file in ISO's container, which says what it can be read as.
fn brands(main: &[u8; 4], others: &[&[u8; 4]]) -> Vec<u8> {
    let length = 16 + 4 * others.len() as u32;
    let others: Vec<u8> = others.iter().flat_map(|brand| **brand).collect();
    let mut file = [&length.to_be_bytes()[..], b"ftyp", main, b"\0\0\0\0", &others].concat();
    file.resize(64, 0);
    file
}

#[test]
fn pictures_in_heif_are_named_by_how_their_pixels_are_coded() {
    let coded: [(&[u8; 4], &str); 11] = [
        (b"heic", "HEIC"),
        (b"heix", "HEIC"),
        (b"heim", "HEIC"),
        (b"heis", "HEIC"),
        (b"hevc", "HEIC"),
        (b"hevx", "HEIC"),
        (b"hevm", "HEIC"),
        (b"hevs", "HEIC"),
        (b"avif", "AVIF"),
        (b"avis", "AVIF"),
        (b"miaf", "HEIF"),
    ];
    for (brand, format) in coded {
        for main in [brand, b"mif1", b"mif2", b"msf1"] {
            let error = decode(&brands(main, &[b"mif1", b"miaf", brand])).unwrap_err();
            assert_eq!(error, PictureError::UnsupportedFormat { format: format.into() }, "{brand:?} in {main:?}");
        }
    }
}

#[test]
fn an_svg_is_known_by_its_first_element_however_late_it_comes() {
    let comment = format!("<!-- {} <html> -->", "long ".repeat(2000));
    let doctype = "<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"svg11.dtd\" [ <!ENTITY a \"b\"> ]>";
    for start in
        ["", "\u{feff}", "<?xml version=\"1.0\"?>\n", &comment, doctype, &format!("{comment}\n{doctype}\n{comment}")]
    {
        for element in ["<svg/>", "<svg width='3'>", "<svg:svg xmlns:svg='http://www.w3.org/2000/svg'>"] {
            let error = decode(format!("{start}{element}").as_bytes()).unwrap_err();
            assert_eq!(error, PictureError::UnsupportedFormat { format: "SVG".into() }, "{start:.40}{element}");
        }
        for element in ["<html><svg/></html>", "<svgs/>", "svg", ""] {
            let error = decode(format!("{start}{element}").as_bytes()).unwrap_err();
            assert!(!matches!(error, PictureError::UnsupportedFormat { .. }), "{start:.40}{element}");
        }
    }
}

/// A PNG that consists of its header, for `width` × `height` pixels of 8-bit RGB, and an empty image.
fn png_header(width: u32, height: u32) -> Vec<u8> {
    let mut header = [&b"IHDR"[..], &width.to_be_bytes(), &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    let crc = header.iter().fold(!0u32, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |c, _| if c & 1 == 1 { c >> 1 ^ 0xEDB8_8320 } else { c >> 1 })
    });
    header.extend((!crc).to_be_bytes());
    [&b"\x89PNG\r\n\x1a\n\0\0\0\x0d"[..], &header, b"\0\0\0\0IDAT\x35\xaf\x06\x1e\0\0\0\0IEND\xae\x42\x60\x82"].concat()
}

#[test]
fn bombs_are_refused_by_their_header() {
    let mut gif = b"GIF89a".to_vec();
    gif.extend([0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0]);
    gif.extend([0x2C, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0, 2, 0, 0x3B]);
    let mut bmp = b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0".to_vec();
    bmp.extend(20_000u32.to_le_bytes());
    bmp.extend(20_000u32.to_le_bytes());
    bmp.extend([1, 0, 24, 0]);
    bmp.resize(64, 0);
    let mut interlaced = png_header(9_000, 9_000);
    interlaced[28] = 1;

    let start = Instant::now();
    for (bytes, format, width, height, limits) in [
        (png_header(20_000, 20_000), "PNG", 20_000, 20_000, Limits::REDUCED),
        (png_header(65_501, 1), "PNG", 65_501, 1, Limits::REDUCED),
        (interlaced, "interlaced PNG", 9_000, 9_000, Limits::WHOLE),
        (gif, "GIF", 65_535, 65_535, Limits::WHOLE),
        (bmp, "BMP", 20_000, 20_000, Limits::WHOLE),
    ] {
        let error = decode(&bytes).unwrap_err();
        assert_eq!(error, PictureError::TooLarge { format, width, height, limits });
        assert!(error.to_string().contains(&format!("{width} × {height} pixels")), "{error}");
        let most = if limits == Limits::WHOLE {
            "64 megapixels and 16384 pixels a side"
        } else {
            "256 megapixels and 65500 pixels a side"
        };
        assert!(error.to_string().contains(&format!("{most} of a {format}")), "{error}");
    }
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
    // At the limit the header passes and the missing pixels are noticed.
    assert!(matches!(
        decode(&png_header(16_384, 2)),
        Err(PictureError::Truncated { .. } | PictureError::Corrupt { .. })
    ));
}

/// A file of every format, for breaking.
const WHOLE: [&str; 14] = [
    "rgb.jpg",
    "progressive.jpg",
    "orientation_6.jpg",
    "cmyk.jpg",
    "rgb.png",
    "palette_transparent.png",
    "rgb_16.png",
    "lossy_transparent.webp",
    "lossless.webp",
    "animated_transparent.webp",
    "animated.webp",
    "animated.gif",
    "rgb.bmp",
    "palette.bmp",
];

#[test]
fn no_truncated_file_yields_another_picture_than_the_whole() {
    for name in WHOLE {
        let bytes = fixture(name);
        let whole = decode(&bytes).unwrap();
        for length in 0..bytes.len() {
            match decode(&bytes[..length]) {
                Ok(picture) => {
                    assert!(picture == whole, "{name} cut at {length} of {} decodes differently", bytes.len())
                }
                Err(error) => assert!(error.to_string().ends_with('.'), "{error}"),
            }
        }
    }
}

#[test]
fn a_file_cut_in_the_middle_names_its_format_and_the_cause() {
    for (name, format) in [
        ("subsampled.jpg", "JPEG"),
        ("rgb_16.png", "PNG"),
        ("lossy.webp", "WebP"),
        ("animated.gif", "GIF"),
        ("rgb.bmp", "BMP"),
    ] {
        let bytes = fixture(name);
        let error = decode(&bytes[..bytes.len() / 2]).unwrap_err();
        assert_eq!(error, PictureError::Truncated { format }, "{name}: {error:?}");
    }
}

#[test]
fn a_lossy_frame_larger_than_its_announcement_is_refused() {
    for name in ["lossy.webp", "lossy_transparent.webp", "animated_transparent.webp"] {
        let mut bytes = fixture(name);
        let key_frame = bytes.windows(3).position(|w| w == [0x9D, 0x01, 0x2A]).unwrap();
        bytes[key_frame + 3..key_frame + 7].copy_from_slice(&[0xFF, 0x3F, 0xFF, 0x3F]);
        if name == "animated_transparent.webp" {
            // The decoder does not look at the name of this chunk.
            let chunk = bytes.windows(4).position(|w| w == b"VP8 ").unwrap();
            bytes[chunk] = 0;
            assert!(matches!(decode(&bytes), Err(PictureError::Corrupt { format: "WebP", .. })));
            bytes[chunk] = b'V';
        }
        let error = decode(&bytes).unwrap_err();
        let expected = if name == "lossy.webp" {
            // Without an extended header the bitstream's size is the announcement.
            matches!(error, PictureError::TooLarge { width: 16_383, height: 16_383, .. })
        } else {
            matches!(error, PictureError::Corrupt { format: "WebP", .. })
        };
        assert!(expected, "{name}: {error:?}");
    }
}

/// Sampling factors of the components, a picture of 4 in which any may be damaged.
#[test]
fn inks_of_any_sampling_decode_or_are_refused() {
    const FACTORS: [u8; 6] = [0x00, 0x11, 0x12, 0x21, 0x22, 0x41];
    let whole = fixture("cmyk.jpg");
    let frame = whole.windows(2).position(|w| w[0] == 0xFF && (0xC0..=0xC2).contains(&w[1])).unwrap();
    assert_eq!(whole[frame + 9], 4, "components");
    for code in 0..FACTORS.len().pow(4) {
        let mut bytes = whole.clone();
        for component in 0..4 {
            bytes[frame + 11 + 3 * component] = FACTORS[code / FACTORS.len().pow(component as u32) % FACTORS.len()];
        }
        if let Ok(picture) = decode(&bytes) {
            assert_eq!(picture.rgb.len(), picture.width * picture.height * 3);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
        prop_assert!(decode(&bytes).is_err());
    }

    #[test]
    fn random_bytes_behind_a_signature_never_panic(
        signature in prop::sample::select(vec![
            &b"\xFF\xD8\xFF\xE0"[..], b"\x89PNG\r\n\x1a\n", b"GIF89a", b"BM", b"RIFF\x10\0\0\0WEBPVP8 ",
            b"RIFF\x10\0\0\0WEBPVP8L", b"RIFF\x10\0\0\0WEBPVP8X\x0A\0\0\0",
        ]),
        bytes in prop::collection::vec(any::<u8>(), 0..256),
    ) {
        if let Ok(picture) = decode(&[signature, &bytes].concat()) {
            prop_assert_eq!(picture.rgb.len(), picture.width * picture.height * 3);
        }
    }

    #[test]
    fn damaged_files_never_panic(
        name in prop::sample::select(WHOLE.to_vec()),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in prop::option::weighted(0.2, any::<prop::sample::Index>()),
    ) {
        let mut bytes = fixture(name);
        for (index, value) in damage {
            let at = index.index(bytes.len());
            bytes[at] = value;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Ok(picture) = decode(&bytes) {
            prop_assert_eq!(picture.rgb.len(), picture.width * picture.height * 3);
            let crop = lambdascope_picture::crop(&preprocessing(20, 16, Interpolation::Bicubic), &picture);
            prop_assert!(crop.is_ok(), "{:?}", crop);
        }
    }
}
