//! A graph that grows by a kernel at a time.

use crate::kernels::{Activation, conv, max_pool, mean_pool, pool_affine};
use crate::nn::error::WeightsError;
use crate::nn::fold::{Affine, FoldedConv};
use crate::nn::graph::{ConstantId, Graph, Op, Value, ValueId};
use crate::nn::lambda_layer::Projection;
use crate::tensor::Tensor;

/// One convolution's size, its input's channels being known from the input.
#[derive(Clone, Copy)]
pub(super) struct ConvShape {
    /// Output channels.
    pub(super) out: usize,
    /// Its side.
    pub(super) kernel: usize,
    /// Pixels between two outputs.
    pub(super) stride: usize,
}

/// Grows a graph; methods append ops and return the value they write.
pub(super) struct Builder {
    /// What has grown so far.
    pub(super) graph: Graph,
    checked: usize,
}

impl Builder {
    /// A graph that is its input alone, `[H, W, C]`.
    pub(super) fn new(input: [usize; 3]) -> Self {
        let mut builder = Self { graph: Graph::default(), checked: 0 };
        builder.graph.input = builder.value("picture", input);
        builder
    }

    /// A new value, which nothing writes yet.
    pub(super) fn value(&mut self, name: &str, shape: [usize; 3]) -> ValueId {
        self.graph.values.push(Value { name: name.to_owned(), shape });
        self.graph.values.len() - 1
    }

    /// A new constant.
    pub(super) fn constant(&mut self, shape: &[usize], data: Vec<f32>) -> ConstantId {
        self.graph.constants.push(Tensor::exact(shape, data));
        self.graph.constants.len() - 1
    }

    /// Refuses the constants added since the last call if folding made one of them overflow.
    pub(super) fn check_constants(&mut self, part: &str) -> Result<(), WeightsError> {
        let added = &self.graph.constants[self.checked..];
        self.checked = self.graph.constants.len();
        match added.iter().flat_map(Tensor::data).find(|value| !value.is_finite()) {
            None => Ok(()),
            Some(value) => Err(WeightsError::Unsupported {
                what: format!("a weight of `{part}` with its norm folded in"),
                expected: "a finite number".into(),
                found: value.to_string(),
            }),
        }
    }

    /// `[H, W, C]` of a value.
    pub(super) fn shape(&self, value: ValueId) -> [usize; 3] {
        self.graph.values[value].shape
    }

    /// A convolution with what followed it folded in, its bias, and `residual` added before the activation.
    pub(super) fn conv(
        &mut self,
        output: &str,
        input: ValueId,
        folded: FoldedConv,
        ConvShape { out, kernel, stride }: ConvShape,
        activation: Activation,
        residual: Option<ValueId>,
    ) -> ValueId {
        let [height, width, channels] = self.shape(input);
        let padding = kernel / 2;
        let extent = |side: usize| (side + 2 * padding - kernel) / stride + 1;
        let (out_height, out_width) = (extent(height), extent(width));
        let params = conv::Params {
            in_height: height as u32,
            in_width: width as u32,
            in_channels: channels as u32,
            out_height: out_height as u32,
            out_width: out_width as u32,
            out_channels: out as u32,
            kernel: kernel as u32,
            stride: stride as u32,
            padding: padding as u32,
            activation: activation.code(),
            residual: residual.is_some().into(),
            parts: 1,
        };
        let weights = self.constant(&[kernel * kernel * channels, out], folded.weights);
        let bias = self.constant(&[out], folded.bias);
        let output = self.value(output, [out_height, out_width, out]);
        self.graph.ops.push(Op::Conv { params, input, weights, bias, residual, output });
        output
    }

    /// A projection, its outputs padded to a multiple of 4.
    pub(super) fn project(&mut self, name: &str, input: ValueId, projection: &Projection) -> ValueId {
        let row = ConvShape { out: projection.outputs().next_multiple_of(4), kernel: 1, stride: 1 };
        self.conv(name, input, projection.fold(), row, Activation::None, None)
    }

    /// A 3×3 max pool with stride 2.
    pub(super) fn max_pool(&mut self, name: &str, input: ValueId) -> ValueId {
        let [height, width, channels] = self.shape(input);
        let (out_height, out_width) = (height.div_ceil(2), width.div_ceil(2));
        let params = max_pool::Params {
            in_height: height as u32,
            in_width: width as u32,
            out_height: out_height as u32,
            out_width: out_width as u32,
            channels: channels as u32,
        };
        let output = self.value(name, [out_height, out_width, channels]);
        self.graph.ops.push(Op::MaxPool { params, input, output });
        output
    }

    /// Average pool, affine map, activation.
    pub(super) fn pool_affine(
        &mut self,
        name: &str,
        input: ValueId,
        affine: Affine,
        pool: usize,
        activation: Activation,
    ) -> ValueId {
        let [height, width, channels] = self.shape(input);
        let (scale, shift) = (self.constant(&[channels], affine.scale), self.constant(&[channels], affine.shift));
        let params = pool_affine::Params {
            in_height: height as u32,
            in_width: width as u32,
            channels: channels as u32,
            pool: pool as u32,
            activation: activation.code(),
        };
        let [out_height, out_width] = params.out_size();
        let output = self.value(name, [out_height as usize, out_width as usize, channels]);
        self.graph.ops.push(Op::PoolAffine { params, input, scale, shift, output });
        output
    }

    /// The mean over positions.
    pub(super) fn mean_pool(&mut self, name: &str, input: ValueId) -> ValueId {
        let [height, width, channels] = self.shape(input);
        let params = mean_pool::Params { pixels: (height * width) as u32, channels: channels as u32 };
        let output = self.value(name, [1, 1, channels]);
        self.graph.ops.push(Op::MeanPool { params, input, output });
        output
    }
}
