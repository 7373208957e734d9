//! The laboratory: what is made for a contestant is what was predicted, and who cannot run is told why.

use lambdascope_core::backend::Backend;
use lambdascope_core::cost::contestant::{Contestant, Setting};
use lambdascope_core::cost::report::{Outcome, Point, Refusal};
use lambdascope_engine::cost::Lab;
use strum::VariantArray;

fn settings() -> Vec<Setting> {
    let narrow = Setting { width: 12, heads: 3, key_depth: 5, window: 3, ..Setting::usual(7) };
    [1, 5, 8, 16].map(Setting::usual).into_iter().chain([narrow]).collect()
}

fn made(point: &Point) -> u64 {
    match &point.outcome {
        Outcome::Measured { bytes, milliseconds, .. } => {
            assert!(!milliseconds.is_empty() && milliseconds.iter().all(|time| *time >= 0.0), "{point:?}");
            *bytes
        }
        Outcome::Refused(refusal) => panic!("{} was refused: {refusal}", point.contestant.title()),
    }
}

#[test]
fn what_is_made_is_what_was_predicted_on_the_cpu() {
    let mut lab = Lab::on_cpu(1 << 30);
    assert_eq!(lab.backend(), Backend::Cpu);
    for setting in settings() {
        for &contestant in Contestant::VARIANTS {
            let point = pollster::block_on(lab.measure(contestant, &setting, 2));
            assert_eq!(made(&point), point.predicted.bytes.values(), "{} at {setting:?}", contestant.title());
        }
    }
}

#[test]
fn what_is_made_is_what_was_predicted_on_the_gpu() {
    let mut lab = pollster::block_on(Lab::on_gpu()).unwrap();
    for setting in settings() {
        for &contestant in Contestant::VARIANTS {
            let point = pollster::block_on(lab.measure(contestant, &setting, 1));
            assert_eq!(made(&point), point.predicted.bytes.on_gpu(), "{} at {setting:?}", contestant.title());
        }
    }
}

#[test]
fn a_stored_map_too_large_for_either_backend_is_refused_where_a_lambda_layer_is_not() {
    let setting = Setting::usual(64);
    let mut cpu = Lab::on_cpu(100_000_000);
    let refused = pollster::block_on(cpu.measure(Contestant::AttentionStored, &setting, 1));
    let Outcome::Refused(Refusal::Memory { needed, allowed, .. }) = refused.outcome else { panic!("{refused:?}") };
    assert!(needed > 4 * 4 * 64u64.pow(4) && allowed == 100_000_000);
    assert!(made(&pollster::block_on(cpu.measure(Contestant::LambdaLocal, &setting, 1))) < 10_000_000);

    // 69 GB, more than any device binds.
    let mut gpu = pollster::block_on(Lab::on_gpu()).unwrap();
    let refused = pollster::block_on(gpu.measure(Contestant::AttentionStored, &Setting::usual(256), 1));
    let Outcome::Refused(refusal) = refused.outcome else { panic!("{refused:?}") };
    assert!(refusal.to_string().starts_with("it needs 68.7 GB; this device binds at most"), "{refusal}");
}

#[test]
fn what_would_take_too_long_is_refused_by_what_the_size_before_took() {
    let mut lab = Lab::on_cpu(1 << 34);
    let small = pollster::block_on(lab.measure(Contestant::AttentionStreamed, &Setting::usual(16), 1));
    assert!(small.time().is_some());
    let large = pollster::block_on(lab.measure(Contestant::AttentionStreamed, &Setting::usual(1024), 1));
    let Outcome::Refused(Refusal::Time { expected, longest }) = large.outcome else { panic!("{large:?}") };
    assert!(expected > longest, "{expected}");
    let wrong = Setting { heads: 3, ..Setting::usual(16) };
    let wrong = pollster::block_on(lab.measure(Contestant::LambdaLocal, &wrong, 1));
    assert!(matches!(wrong.outcome, Outcome::Refused(Refusal::Failed(_))), "{wrong:?}");
}
