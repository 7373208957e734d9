//! Changed networks: each change against the layer's own arithmetic or an identity, on both backends.

use lambdascope_core::backend::{Backend, BackendChoice};
use lambdascope_core::nn::edit::{EditError, Edits, LayerEdit, TableEdit};
use lambdascope_core::nn::graph::padded;
use lambdascope_core::nn::mask::Mask;
use lambdascope_core::nn::network::Network;
use lambdascope_core::nn::trace::{LambdaTrace, gather};
use lambdascope_core::picture::PictureEdit;
use lambdascope_core::tensor::{Tensor, relative_difference};
use lambdascope_engine::cpu;
use lambdascope_engine::{Engine, EngineError};
use lambdascope_picture::decode;

const WEIGHTS: &[u8] = include_bytes!("../../www/weights/lambda_resnet_mini.safetensors");
const CHURCH: &[u8] = include_bytes!("../../www/samples/church.webp");

fn network() -> Network {
    Network::from_safetensors(WEIGHTS).unwrap()
}

fn church(network: &Network) -> Tensor {
    let input = &network.description.input;
    input.normalise(&lambdascope_picture::crop(input, &decode(CHURCH).unwrap()).unwrap())
}

fn one(layer: &str, edit: LayerEdit) -> Edits {
    Edits { layers: [(layer.to_owned(), edit)].into() }
}

/// The traces of a changed network.
fn traced(network: &Network, edits: &Edits) -> Vec<LambdaTrace> {
    let graph = std::sync::Arc::new(network.edited(edits, [network.description.input.crop; 2]).unwrap());
    let mut executor = cpu::Executor::new(graph.clone(), &graph.traced());
    executor.run(&padded(&church(network)));
    let trace = gather(&graph, |id| Ok::<_, std::convert::Infallible>(executor.read(id).to_vec())).unwrap();
    trace.layers.iter().map(|layer| layer.as_lambda().unwrap().clone()).collect()
}

/// y by its definition in f64: Σ_m q·(k̄_m + e_nm) v_m + q·b, over what is not erased, from the trace's q, k, v, E, b.
fn by_definition(layer: &LambdaTrace, content: bool, erased: &[usize]) -> Vec<f32> {
    let d = &layer.dims;
    let (h, k, v) = (d.heads, d.key_depth, d.value_depth);
    assert_eq!(d.intra, 1);
    let seen: Vec<usize> = (0..d.positions()).filter(|m| !erased.contains(m)).collect();
    let exp = |m: usize, i: usize| f64::from(layer.key.row(m)[i]).exp();
    let sums: Vec<f64> = (0..k).map(|i| seen.iter().map(|m| exp(*m, i)).sum()).collect();
    let mut output = vec![0.0; d.queries() * h * v];
    for n in 0..d.queries() {
        for head in 0..h {
            let q = |i: usize| f64::from(layer.query.row(n)[head * k + i]);
            for j in 0..v {
                let bias: f64 = (0..k).map(|i| q(i) * f64::from(layer.position_bias.data()[i])).sum();
                let weighed = |m: &usize| {
                    let dy = (m / d.width + d.origin[0]).checked_sub(n / d.width).filter(|dy| *dy < d.window[0]);
                    let dx = (m % d.width + d.origin[1]).checked_sub(n % d.width).filter(|dx| *dx < d.window[1]);
                    let cell = dy.zip(dx).map(|(dy, dx)| dy * d.window[1] + dx);
                    let a: f64 = (0..k)
                        .map(|i| {
                            let k_bar = if content { exp(*m, i) / sums[i] } else { 0.0 };
                            q(i) * (k_bar + cell.map_or(0.0, |cell| f64::from(layer.position.row(cell)[i])))
                        })
                        .sum();
                    a * f64::from(layer.value.row(*m)[j])
                };
                output[(n * h + head) * v + j] = (seen.iter().map(weighed).sum::<f64>() + bias) as f32;
            }
        }
    }
    output
}

#[test]
fn every_change_of_a_layer_does_what_the_definition_says() {
    let network = network();
    let baseline = traced(&network, &Edits::default());
    let name = baseline[1].name.clone();
    let channels = baseline[1].dims.key_depth;
    let [rows, columns] = baseline[1].dims.window;
    let erased: Vec<usize> = (0..baseline[1].dims.positions()).filter(|m| m % 5 == 1).collect();
    let table = vec![
        TableEdit { channel: Some(3), cells: vec![0, 7], factor: 0.0 },
        TableEdit { channel: None, cells: vec![4], factor: -1.0 },
    ];
    let of = |edit: &LayerEdit| {
        let layers = traced(&network, &one(&name, edit.clone()));
        // What comes before is as it was, and so is what the layer starts from.
        assert_eq!(layers[0], baseline[0]);
        assert_eq!((&layers[1].key, &layers[1].value), (&baseline[1].key, &baseline[1].value));
        layers[1].clone()
    };
    let close = |layer: &LambdaTrace, content, erased: &[usize]| {
        let expected = by_definition(layer, content, erased);
        let difference = relative_difference(layer.output.data(), &expected);
        assert!(difference <= 1e-4, "{difference}");
    };

    let plain = LayerEdit::default();
    close(&of(&plain), true, &[]);
    assert_eq!(of(&plain), baseline[1]);

    let off = of(&LayerEdit { content: false, ..plain.clone() });
    assert!(!off.content);
    assert_eq!(off.position, baseline[1].position);
    close(&off, false, &[]);

    let off = of(&LayerEdit { position: false, ..plain.clone() });
    assert_eq!((off.dims.window, off.position_bias.data()), ([0, 0], vec![0.0; channels].as_slice()));
    assert!(off.content);
    close(&off, true, &[]);

    let gone = of(&LayerEdit { content: false, position: false, ..plain.clone() });
    assert!(gone.output.data().iter().all(|y| *y == 0.0));

    let masked = of(&LayerEdit { erased: erased.clone(), ..plain.clone() });
    assert_ne!(masked.mask, Mask::None);
    close(&masked, true, &erased);
    assert!(relative_difference(masked.output.data(), baseline[1].output.data()) > 1e-3);
    let masked = of(&LayerEdit { erased: erased.clone(), content: false, ..plain.clone() });
    close(&masked, false, &erased);

    let edit = LayerEdit { mirrored: true, table, ..plain.clone() };
    let changed = of(&edit);
    let own = |y: usize, x: usize, i: usize| baseline[1].position.row(y * columns + x)[i];
    for (y, x, i) in (0..rows).flat_map(|y| (0..columns).flat_map(move |x| (0..channels).map(move |i| (y, x, i)))) {
        let cell = y * columns + x;
        let factor = if [0, 7].contains(&cell) && i == 3 {
            0.0
        } else if cell == 4 {
            -1.0
        } else {
            1.0
        };
        assert_eq!(changed.position.row(cell)[i], own(y, columns - 1 - x, i) * factor);
    }
    close(&changed, true, &[]);
}

#[test]
fn a_silenced_head_gives_zeros_and_the_others_are_as_they_were() {
    let network = network();
    let baseline = traced(&network, &Edits::default());
    let layer = &baseline[0];
    let (heads, v) = (layer.dims.heads, layer.dims.value_depth);
    let silent = &traced(&network, &one(&layer.name, LayerEdit { silenced: vec![1], ..LayerEdit::default() }))[0];
    for n in 0..layer.dims.queries() {
        for (head, (now, before)) in silent.output.row(n).chunks(v).zip(layer.output.row(n).chunks(v)).enumerate() {
            if head == 1 {
                assert!(now.iter().all(|y| *y == 0.0));
            } else {
                assert_eq!(now, before, "head {head} of query {n}");
            }
        }
    }
    let all = LayerEdit { silenced: (0..heads).collect(), ..LayerEdit::default() };
    assert!(traced(&network, &one(&layer.name, all))[0].output.data().iter().all(|y| *y == 0.0));
}

#[test]
fn a_changed_network_stands_beside_the_unchanged_one_on_both_backends() {
    let engine = |choice| pollster::block_on(Engine::new(network(), choice)).unwrap();
    let (mut on_cpu, mut on_gpu) = (engine(BackendChoice::Cpu), engine(BackendChoice::Gpu));
    let input = church(on_cpu.network());
    let before = pollster::block_on(on_cpu.run(&input)).unwrap().logits;
    let same = pollster::block_on(async { on_cpu.edited(&Edits::default()).await.unwrap().run(&input).await.unwrap() });
    assert_eq!(same.logits, before);

    let names: Vec<String> = on_cpu.graph().layers.iter().map(|site| site.name().to_owned()).collect();
    let edits = [
        Edits {
            layers: names
                .iter()
                .map(|name| (name.clone(), LayerEdit { position: false, ..LayerEdit::default() }))
                .collect(),
        },
        one(&names[0], LayerEdit { content: false, silenced: vec![0, 2], ..LayerEdit::default() }),
        one(&names[1], LayerEdit { erased: vec![0, 1, 2, 30], mirrored: true, ..LayerEdit::default() }),
        one(&names[1], LayerEdit { content: false, position: false, ..LayerEdit::default() }),
        one(
            &names[2],
            LayerEdit {
                table: vec![TableEdit { channel: None, cells: (0..9).collect(), factor: 2.0 }],
                ..LayerEdit::default()
            },
        ),
    ];
    for edits in edits {
        let cpu = pollster::block_on(async { on_cpu.edited(&edits).await.unwrap().run(&input).await.unwrap() });
        let gpu = pollster::block_on(async { on_gpu.edited(&edits).await.unwrap().run(&input).await.unwrap() });
        assert_eq!((cpu.backend, gpu.backend), (Backend::Cpu, Backend::Gpu));
        assert!(relative_difference(&gpu.logits, &cpu.logits) <= 1e-4, "{edits:?}");
        assert!(relative_difference(&cpu.logits, &before) > 1e-3, "{edits:?} changes nothing");
    }
    // The unchanged ones go on as before.
    assert_eq!(pollster::block_on(on_cpu.run(&input)).unwrap().logits, before);
    assert!(relative_difference(&pollster::block_on(on_gpu.run(&input)).unwrap().logits, &before) <= 1e-4);
}

#[test]
fn a_lost_device_leaves_the_changed_network_to_the_cpu() {
    let engine = pollster::block_on(Engine::new(network(), BackendChoice::Gpu)).unwrap();
    let input = church(engine.network());
    let mut edited = pollster::block_on(engine.edited(&Edits::default())).unwrap();
    let before = pollster::block_on(edited.run(&input)).unwrap();
    engine.lose_device();
    let after = pollster::block_on(edited.run(&input)).unwrap();
    assert_eq!((before.backend, after.backend), (Backend::Gpu, Backend::Cpu));
    assert!(relative_difference(&after.logits, &before.logits) <= 1e-4);
    let anew = pollster::block_on(async { engine.edited(&Edits::default()).await.unwrap().run(&input).await.unwrap() });
    assert_eq!(anew.backend, Backend::Cpu);
}

#[test]
fn what_the_network_lacks_is_refused_in_a_sentence() {
    let engine = pollster::block_on(Engine::new(network(), BackendChoice::Cpu)).unwrap();
    let name = engine.graph().layers[0].name().to_owned();
    let refused = |edits: Edits| match pollster::block_on(engine.edited(&edits)) {
        Err(EngineError::Edit(error)) => error,
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("{edits:?} was taken"),
    };
    let with = |edit: LayerEdit| refused(one(&name, edit));
    let error = refused(one("stages.9.9", LayerEdit::default()));
    assert!(error.to_string().contains(&format!("`{name}`")) && error.to_string().ends_with("found `stages.9.9`"));
    let range = |error: EditError| match error {
        EditError::Range { what, expected, found, .. } => (what, expected, found),
        other => panic!("{other}"),
    };
    let plain = LayerEdit::default();
    assert_eq!(range(with(LayerEdit { silenced: vec![4], ..plain.clone() })), ("head", 4, 4));
    assert_eq!(range(with(LayerEdit { erased: vec![0, 256], ..plain.clone() })), ("context position", 256, 256));
    let table = |channel, cell, factor| LayerEdit {
        table: vec![TableEdit { channel, cells: vec![cell], factor }],
        ..plain.clone()
    };
    assert_eq!(range(with(table(Some(16), 0, 0.0))).0, "key channel");
    assert_eq!(range(with(table(None, 9999, 0.0))).0, "table cell");
    assert!(matches!(with(table(None, 0, f32::NAN)), EditError::Factor { .. }));
}

#[test]
fn a_changed_picture_is_another_input_of_the_same_size() {
    let network = network();
    let input = &network.description.input;
    let crop = lambdascope_picture::crop(input, &decode(CHURCH).unwrap()).unwrap();
    let edit = PictureEdit { shift: [0, 0], erased: vec![0] };
    let (before, after) = (input.normalise(&crop), input.normalise(&edit.apply(&crop)));
    assert_eq!(before.shape(), after.shape());
    let cell = crop.width / lambdascope_core::picture::CELLS;
    for y in 0..crop.height {
        for x in 0..crop.width {
            let at = (y * crop.width + x) * 3;
            let same = before.data()[at..at + 3] == after.data()[at..at + 3];
            assert!(same || (y < cell && x < cell), "{y}, {x}");
        }
    }
    assert_ne!(before, after);
}
