//! Pictures must be refused with a sentence or decoded and cropped to the network's size.

#![no_main]

use lambdascope_core::picture::{Interpolation, Preprocessing};
use lambdascope_picture::decode;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let picture = match decode(bytes) {
        Ok(picture) => picture,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    assert_eq!(picture.rgb.len(), picture.width * picture.height * 3);
    let input = Preprocessing {
        resize: 36,
        crop: 32,
        interpolation: Interpolation::Bicubic,
        mean: [0.485, 0.456, 0.406],
        std: [0.229, 0.224, 0.225],
    };
    let crop = lambdascope_picture::crop(&input, &picture).expect("a decoded picture can be cropped");
    assert_eq!(input.normalise(&crop).shape(), [32, 32, 3]);
});
