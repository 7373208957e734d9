//! The CPU's convolution by every method and instruction set of the machine, against its definition in f64.

use lambdascope_core::kernels::Activation;
use lambdascope_core::kernels::conv::Params;
use lambdascope_core::tensor::relative_difference;
use lambdascope_engine::cpu::conv::{Conv, Method, instruction_sets};
use proptest::prelude::*;

use crate::common::parity_cases::Random;

/// A convolution and all that it reads.
struct Case {
    params: Params,
    input: Vec<f32>,
    weights: Vec<f32>,
    bias: Vec<f32>,
    residual: Option<Vec<f32>>,
}

impl Case {
    fn new(params: Params, seed: u32) -> Self {
        let mut random = Random::new(seed);
        let mut values = |length: u32| random.values(length as usize);
        Self {
            params,
            input: values(params.in_height * params.in_width * params.in_channels),
            weights: values(params.kernel * params.kernel * params.in_channels * params.out_channels),
            bias: values(params.out_channels),
            residual: (params.residual == 1)
                .then(|| values(params.out_height * params.out_width * params.out_channels)),
        }
    }

    /// activation(Σ input · weight + bias + residual), as the parameters' documentation has it.
    fn defined(&self) -> Vec<f32> {
        let p = &self.params;
        let mut output = Vec::new();
        for (y, x, out) in (0..p.out_height)
            .flat_map(|y| (0..p.out_width).flat_map(move |x| (0..p.out_channels).map(move |o| (y, x, o))))
        {
            let mut sum = f64::from(self.bias[out as usize]);
            for (tap, (dy, dx)) in (0..p.kernel).flat_map(|dy| (0..p.kernel).map(move |dx| (dy, dx))).enumerate() {
                let at = (y * p.stride + dy).checked_sub(p.padding).zip((x * p.stride + dx).checked_sub(p.padding));
                let Some((y, x)) = at.filter(|&(y, x)| y < p.in_height && x < p.in_width) else { continue };
                for channel in 0..p.in_channels {
                    let input = self.input[((y * p.in_width + x) * p.in_channels + channel) as usize];
                    let weight = (tap as u32 * p.in_channels + channel) * p.out_channels + out;
                    sum += f64::from(input) * f64::from(self.weights[weight as usize]);
                }
            }
            sum += self.residual.as_ref().map_or(0.0, |residual| f64::from(residual[output.len()]));
            output.push(match Activation::from_code(p.activation) {
                Activation::None => sum,
                Activation::Relu => sum.max(0.0),
                Activation::Silu => sum / (1.0 + (-sum).exp()),
            } as f32);
        }
        output
    }

    /// By every method that can do it, on every instruction set.
    fn computed(&self) -> Vec<(String, Vec<f32>)> {
        let has_winograd = self.params.kernel == 3 && self.params.stride == 1;
        let methods = [Some(Method::Direct), has_winograd.then_some(Method::Winograd)];
        let mut all = Vec::new();
        for method in methods.into_iter().flatten() {
            for (name, arch) in instruction_sets() {
                let length = self.params.out_height * self.params.out_width * self.params.out_channels;
                // What stood there before is not to be seen.
                let mut output = vec![f32::NAN; length as usize];
                let conv = Conv::with(arch, method, &self.params, &self.weights);
                conv.run(&self.input, &self.bias, self.residual.as_deref(), &mut output);
                all.push((format!("{method:?} on {name}"), output));
            }
        }
        all
    }
}

/// Height, width, channels in and out, window, padding, stride, activation, residual.
fn drawn() -> impl Strategy<Value = Params> {
    let sizes = (1..=19u32, 1..=19u32, 1..=12u32, 1..=24u32);
    let window =
        prop::sample::select(vec![(1, 0, 1), (1, 0, 2), (3, 1, 1), (3, 1, 1), (3, 1, 2), (3, 0, 1), (5, 2, 1)]);
    let activation = prop::sample::select(vec![Activation::None, Activation::Relu, Activation::Silu]);
    (sizes, window, activation, any::<bool>()).prop_filter_map(
        "the window fits the padded map",
        |((height, width, channels, out), (kernel, padding, stride), activation, residual)| {
            let size = |n: u32| Some((n + 2 * padding).checked_sub(kernel)? / stride + 1);
            Some(Params {
                in_height: height,
                in_width: width,
                in_channels: 4 * channels,
                out_height: size(height)?,
                out_width: size(width)?,
                out_channels: 4 * out,
                kernel,
                stride,
                padding,
                activation: activation.code(),
                residual: residual.into(),
                parts: 1,
            })
        },
    )
}

fn agree(params: Params, seed: u32) -> Result<(), TestCaseError> {
    let case = Case::new(params, seed);
    let right = case.defined();
    for (how, found) in case.computed() {
        let difference = relative_difference(&found, &right);
        prop_assert!(difference <= 2e-5, "{how}, {params:?}: differs by {difference:.1e}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn every_method_on_every_instruction_set_computes_the_definition(params in drawn(), seed: u32) {
        agree(params, seed)?;
    }
}

/// More channels than are worked through at a time, and more pixels than a block has.
#[test]
fn depths_and_maps_beyond_a_block_agree() {
    let params = |side, in_channels, out_channels, kernel| Params {
        in_height: side,
        in_width: side,
        in_channels,
        out_height: side,
        out_width: side,
        out_channels,
        kernel,
        stride: 1,
        padding: kernel / 2,
        activation: Activation::Relu.code(),
        residual: 1,
        parts: 1,
    };
    for params in [params(3, 2200, 8, 1), params(2, 1100, 36, 3), params(97, 24, 4, 1), params(61, 20, 16, 3)] {
        agree(params, 7).unwrap();
    }
}

/// What is no number stays none, whichever way it goes: a maximum, or a polynomial for an exponential, may lose it.
#[test]
fn a_pixel_that_is_no_number_is_seen_in_all_that_it_reaches() {
    for activation in [Activation::None, Activation::Relu, Activation::Silu] {
        for lost in [f32::NAN, f32::INFINITY] {
            let params = Params {
                in_height: 8,
                in_width: 8,
                in_channels: 16,
                out_height: 8,
                out_width: 8,
                out_channels: 16,
                kernel: 3,
                stride: 1,
                padding: 1,
                activation: activation.code(),
                residual: 0,
                parts: 1,
            };
            let mut case = Case::new(params, 3);
            // One sign, so that what is infinite is not made zero by ReLU.
            case.weights.iter_mut().for_each(|weight| *weight = weight.abs() + 0.1);
            case.input[(8 * 3 + 3) * 16] = lost;
            for (how, found) in case.computed() {
                for (y, x) in (2..5).flat_map(|y| (2..5).map(move |x| (y, x))) {
                    let pixel = &found[(8 * y + x) * 16..][..16];
                    assert!(pixel.iter().all(|value| !value.is_finite()), "{how}, {activation:?}: {pixel:?}");
                }
            }
        }
    }
}

/// A wrong answer would come of it otherwise.
#[test]
#[should_panic(expected = "F(4×4, 3×3) is for 3×3 windows of stride 1")]
fn a_window_that_a_method_cannot_do_is_refused() {
    let params = Params {
        in_height: 8,
        in_width: 8,
        in_channels: 16,
        out_height: 4,
        out_width: 4,
        out_channels: 16,
        kernel: 3,
        stride: 2,
        padding: 1,
        activation: Activation::None.code(),
        residual: 0,
        parts: 1,
    };
    let (_, arch) = instruction_sets().swap_remove(0);
    Conv::with(arch, Method::Winograd, &params, &[0.0; 9 * 16 * 16]);
}
