//! A self-attention layer's own parameters, as timm's `BottleneckAttn` stores them: one projection to queries, keys and
//! values, and a table of relative positions for each axis. `nn::builder` turns them into kernels.

use crate::nn::error::WeightsError;
use crate::nn::fold::Affine;
use crate::nn::lambda_layer::Projection;
use crate::nn::reader::Reader;
use crate::tensor::Tensor;

/// Sizes of an attention layer that do not depend on the picture. No tensor tells how many heads share the channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttentionShape {
    /// Channels of the input.
    pub dim: usize,
    /// Channels of the output, h · v.
    pub outputs: usize,
    /// h.
    pub heads: usize,
    /// k: query and key depth of one head.
    pub key_depth: usize,
}

impl AttentionShape {
    /// h · k, the channels of all queries, and of all keys.
    pub fn queries(&self) -> usize {
        self.heads * self.key_depth
    }

    /// v: value depth of one head.
    pub fn value_depth(&self) -> usize {
        self.outputs / self.heads
    }
}

/// An attention layer's parameters.
#[derive(Clone, Debug)]
pub struct AttentionLayer {
    /// Its sizes.
    pub shape: AttentionShape,
    /// To queries, keys and values, `[2 · h · k + h · v, dim]`, each head-major.
    pub projection: Projection,
    /// One row for every vertical offset, context minus query, the most negative first: `[2 · height − 1, k]`.
    pub vertical: Tensor,
    /// The same for horizontal offsets, `[2 · width − 1, k]`.
    pub horizontal: Tensor,
}

impl AttentionLayer {
    /// Reads the layer stored under `prefix` (such as `stages.1.1.self_attn.`, or nothing for a layer of its own).
    ///
    /// # Errors
    /// If a tensor is missing or misshapen, or the heads do not divide the channels.
    pub fn from_state_dict(reader: &mut Reader<'_>, prefix: &str, shape: AttentionShape) -> Result<Self, WeightsError> {
        let AttentionShape { dim, outputs, heads, key_depth } = shape;
        if heads == 0 || key_depth == 0 || !outputs.is_multiple_of(heads) {
            return Err(WeightsError::Unsupported {
                what: format!("the number of heads of `{prefix}qkv`"),
                expected: format!("a divisor of its {outputs} output channels, with at least one key channel a head"),
                found: format!("{heads} with {key_depth}"),
            });
        }
        let rows = 2 * shape.queries() + outputs;
        let weight = reader.get(&format!("{prefix}qkv.weight"), &[rows, dim, 1, 1])?;
        let mut affine = Affine::identity(rows);
        let bias = format!("{prefix}qkv.bias");
        if reader.find(&bias).is_some() {
            affine.shift.copy_from_slice(reader.get(&bias, &[rows])?.data());
        }
        let projection = Projection { inputs: dim, weight: weight.data().to_vec(), affine };
        let mut table = |part: &str| table(reader, &format!("{prefix}pos_embed.{part}"), key_depth);
        Ok(Self { shape, projection, vertical: table("height_rel")?, horizontal: table("width_rel")? })
    }

    /// The rows and columns of the map that the tables were made for.
    pub fn map(&self) -> [usize; 2] {
        [&self.vertical, &self.horizontal].map(|table| table.shape()[0].div_ceil(2))
    }

    /// The tables' middles, which hold the offsets within a map no larger than their own: `[2 · height − 1, k]` and
    /// `[2 · width − 1, k]`.
    ///
    /// # Errors
    /// [`WeightsError::Unsupported`] if the map is larger.
    pub fn tables(&self, name: &str, map: [usize; 2]) -> Result<[Tensor; 2], WeightsError> {
        let own = self.map();
        if map[0] > own[0] || map[1] > own[1] {
            return Err(WeightsError::Unsupported {
                what: format!("the map of `{name}`"),
                expected: format!("at most {}×{}, for which its position tables have offsets", own[0], own[1]),
                found: format!("{}×{}", map[0], map[1]),
            });
        }
        let k = self.shape.key_depth;
        let middle = |axis: usize, table: &Tensor| {
            let offsets = 2 * map[axis] - 1;
            Tensor::exact([offsets, k], table.data()[(own[axis] - map[axis]) * k..][..offsets * k].to_vec())
        };
        Ok([middle(0, &self.vertical), middle(1, &self.horizontal)])
    }
}

/// A table of offsets along one axis.
fn table(reader: &mut Reader<'_>, name: &str, key_depth: usize) -> Result<Tensor, WeightsError> {
    let table = reader.find(name).ok_or_else(|| WeightsError::Absent { name: name.into(), dimensions: 2 })?;
    match *table.shape() {
        [offsets, k] if !offsets.is_multiple_of(2) && k == key_depth => Ok(table.clone()),
        _ => Err(WeightsError::Unsupported {
            what: format!("the shape of `{name}`"),
            expected: format!("[2 · side − 1, {key_depth}]"),
            found: format!("{:?}", table.shape()),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer() -> AttentionLayer {
        let shape = AttentionShape { dim: 4, outputs: 4, heads: 2, key_depth: 1 };
        let table = |offsets: usize| Tensor::exact([offsets, 1], (0..offsets).map(|i| i as f32).collect());
        let projection = Projection { inputs: 4, weight: vec![0.0; 32], affine: Affine::identity(8) };
        AttentionLayer { shape, projection, vertical: table(7), horizontal: table(5) }
    }

    #[test]
    fn a_smaller_map_takes_the_middle_of_the_tables() {
        assert_eq!(layer().map(), [4, 3]);
        let [vertical, horizontal] = layer().tables("stages.1.1", [2, 3]).unwrap();
        assert_eq!(vertical.data(), [2.0, 3.0, 4.0]);
        assert_eq!(horizontal.data(), [0.0, 1.0, 2.0, 3.0, 4.0]);
        let [vertical, horizontal] = layer().tables("stages.1.1", [1, 1]).unwrap();
        assert_eq!([vertical.data(), horizontal.data()], [&[3.0], &[2.0]]);
    }

    #[test]
    fn a_larger_map_is_refused() {
        assert_eq!(
            layer().tables("stages.1.1", [4, 5]).unwrap_err().to_string(),
            "the map of `stages.1.1` is 4×5, expected at most 4×3, for which its position tables have offsets"
        );
    }
}
