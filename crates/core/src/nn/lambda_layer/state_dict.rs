//! Reading a lambda layer from a state dict of timm's `LambdaLayer` or of lucidrains' `lambda-networks`, told apart by
//! their tensors' names, every size inferred from the shapes. Only there do the two differ.

use super::{FIRST_TENSORS, LambdaLayer, LambdaShape, PositionTable, Projection, Scope};
use crate::nn::error::WeightsError;
use crate::nn::fold::Affine;
use crate::nn::reader::Reader;
use crate::tensor::Tensor;

impl LambdaLayer {
    /// Reads the layer stored under `prefix` (such as `stages.1.1.self_attn.`, or nothing for a layer of its own).
    ///
    /// `intra` is u where the caller knows it; a position tensor tells it, and without one it is 1.
    ///
    /// Folding the values' norm is exact, because the convolution's zero padding acts on the normalised values.
    ///
    /// # Errors
    /// If there is no lambda layer under the prefix, a tensor is missing or misshapen, or two of them contradict each
    /// other.
    pub fn from_state_dict(reader: &mut Reader<'_>, prefix: &str, intra: Option<usize>) -> Result<Self, WeightsError> {
        let mut dict = Dict { reader, prefix };
        let [timm, lambda_networks] = FIRST_TENSORS;
        if dict.find(timm).is_some() {
            dict.timm()
        } else if dict.find(lambda_networks).is_some() {
            dict.lambda_networks(intra.unwrap_or(1))
        } else {
            Err(WeightsError::Unsupported {
                what: match prefix {
                    "" => "the file".into(),
                    prefix => format!("`{}`", prefix.trim_end_matches('.')),
                },
                expected: format!("a lambda layer's tensors, `{timm}` (timm) or `{lambda_networks}` (lambda-networks)"),
                found: "neither".into(),
            })
        }
    }
}

struct Dict<'r, 'w> {
    reader: &'r mut Reader<'w>,
    prefix: &'r str,
}

impl<'w> Dict<'_, 'w> {
    fn name(&self, part: &str) -> String {
        format!("{}{part}", self.prefix)
    }

    fn find(&mut self, part: &str) -> Option<&'w Tensor> {
        self.reader.find(&self.name(part))
    }

    fn get(&mut self, part: &str, expected: &[usize]) -> Result<&'w Tensor, WeightsError> {
        self.reader.get(&self.name(part), expected)
    }

    fn norm(&mut self, part: &str, channels: usize) -> Result<Affine, WeightsError> {
        Affine::batch_norm(self.reader, &format!("{}{part}", self.prefix), channels)
    }

    /// The tensor of this name with `N` axes, however long.
    fn any<const N: usize>(&mut self, part: &str) -> Result<(&'w Tensor, [usize; N]), WeightsError> {
        let Some(tensor) = self.find(part) else {
            return Err(WeightsError::Absent { name: self.name(part), dimensions: N });
        };
        let shape = tensor.shape().try_into().map_err(|_| WeightsError::Dimensions {
            name: self.name(part),
            expected: N,
            found: tensor.shape().into(),
        })?;
        Ok((tensor, shape))
    }

    fn misfit(&self, part: &str, expected: &str, found: &[usize]) -> WeightsError {
        WeightsError::Unsupported {
            what: format!("the shape of `{}`", self.name(part)),
            expected: expected.into(),
            found: format!("{found:?}"),
        }
    }

    /// A 1×1 convolution `[outputs, inputs, 1, 1]` with its bias, if it has one, and the norm that follows, if one does.
    fn projection(&mut self, part: &str, norm: Affine) -> Result<Projection, WeightsError> {
        let (weight, shape) = self.any::<4>(&format!("{part}.weight"))?;
        let [outputs, inputs, ..] = shape;
        if shape != [norm.scale.len(), inputs, 1, 1] {
            let expected = format!("[{}, {inputs}, 1, 1]", norm.scale.len());
            return Err(self.misfit(&format!("{part}.weight"), &expected, &shape));
        }
        let mut affine = norm;
        let bias = format!("{part}.bias");
        if self.find(&bias).is_some() {
            let bias = self.get(&bias, &[outputs])?;
            for ((shift, scale), b) in affine.shift.iter_mut().zip(&affine.scale).zip(bias.data()) {
                *shift += scale * b;
            }
        }
        Ok(Projection { inputs, weight: weight.data().to_vec(), affine })
    }

    /// timm: `qkv`'s rows are q, then k, then v; u is 1; what follows the layer is not part of it.
    fn timm(&mut self) -> Result<LambdaLayer, WeightsError> {
        let (_, [rows, ..]) = self.any::<4>("qkv.weight")?;
        let (_, [queries]) = self.any::<1>("norm_q.weight")?;
        let (_, [value_depth]) = self.any::<1>("norm_v.weight")?;
        let key_depth = rows.checked_sub(queries + value_depth).filter(|k| *k > 0).ok_or_else(|| {
            let expected = format!("more than {} rows: queries, then keys, then values", queries + value_depth);
            self.misfit("qkv.weight", &expected, &[rows])
        })?;
        let heads = self.heads("norm_q.weight", queries, key_depth)?;
        let norm =
            self.norm("norm_q", queries)?.concat(Affine::identity(key_depth)).concat(self.norm("norm_v", value_depth)?);
        let all = self.projection("qkv", norm)?;
        let (query, context) = split(all, queries);
        let (position, bias) = if self.find("conv_lambda.weight").is_some() {
            let (kernel, shape) = self.any::<5>("conv_lambda.weight")?;
            let r = self.window("conv_lambda.weight", shape[2])?;
            if shape != [key_depth, 1, r, r, 1] {
                return Err(self.misfit("conv_lambda.weight", &format!("[{key_depth}, 1, {r}, {r}, 1]"), &shape));
            }
            (Some(convolution(kernel, [key_depth, 1], r)), self.bias("conv_lambda.bias", key_depth)?)
        } else {
            (self.table("pos_emb", key_depth, 1)?, Tensor::zeros([key_depth]))
        };
        let dim = query.inputs;
        let shape = LambdaShape { dim, context_dim: dim, heads, key_depth, value_depth, intra: 1 };
        Ok(LambdaLayer { shape, query, context, position, bias, content: true })
    }

    /// lucidrains: three projections, of which the last two may see another context; u comes from the position tensor.
    fn lambda_networks(&mut self, intra: usize) -> Result<LambdaLayer, WeightsError> {
        let (_, [queries]) = self.any::<1>("norm_q.weight")?;
        let (_, [values]) = self.any::<1>("norm_v.weight")?;
        let (_, [keys, ..]) = self.any::<4>("to_k.weight")?;
        let (key_depth, intra, position, bias) = if self.find("pos_conv.weight").is_some() {
            let (kernel, shape) = self.any::<5>("pos_conv.weight")?;
            let [k, u, ..] = shape;
            let r = self.window("pos_conv.weight", shape[3])?;
            if shape != [k, u, 1, r, r] {
                return Err(self.misfit("pos_conv.weight", &format!("[{k}, {u}, 1, {r}, {r}]"), &shape));
            }
            (k, u, Some(convolution(kernel, [k, u], r)), self.bias("pos_conv.bias", k)?)
        } else if self.find("rel_pos_emb").is_some() {
            let (_, [.., k, u]) = self.any::<4>("rel_pos_emb")?;
            (k, u, self.table("rel_pos_emb", k, u)?, Tensor::zeros([k]))
        } else {
            let k = keys / intra.max(1);
            (k, intra, None, Tensor::zeros([k]))
        };
        let heads = self.heads("norm_q.weight", queries, key_depth)?;
        if intra == 0 || intra.checked_mul(key_depth) != Some(keys) || !values.is_multiple_of(intra) {
            let expected = format!("{intra} · {key_depth} keys, and values in {intra} parts");
            return Err(self.misfit("to_k.weight", &expected, &[keys, values]));
        }
        let norm_q = self.norm("norm_q", queries)?;
        let norm_v = self.norm("norm_v", values)?;
        let query = self.projection("to_q", norm_q)?;
        let (key, value) = (self.projection("to_k", Affine::identity(keys))?, self.projection("to_v", norm_v)?);
        if key.inputs != value.inputs {
            let expected = format!("as many inputs as `to_k`, {}", key.inputs);
            return Err(self.misfit("to_v.weight", &expected, &[values, value.inputs]));
        }
        let shape = LambdaShape {
            dim: query.inputs,
            context_dim: key.inputs,
            heads,
            key_depth,
            value_depth: values / intra,
            intra,
        };
        Ok(LambdaLayer { shape, query, context: key.beside(&value), position, bias, content: true })
    }

    fn heads(&self, part: &str, queries: usize, key_depth: usize) -> Result<usize, WeightsError> {
        if key_depth > 0 && queries.is_multiple_of(key_depth) {
            Ok(queries / key_depth)
        } else {
            Err(self.misfit(part, &format!("a multiple of the key depth, {key_depth}"), &[queries]))
        }
    }

    fn window(&self, part: &str, r: usize) -> Result<usize, WeightsError> {
        if r % 2 == 1 { Ok(r) } else { Err(self.misfit(part, "a window with an odd side", &[r])) }
    }

    fn bias(&mut self, part: &str, key_depth: usize) -> Result<Tensor, WeightsError> {
        match self.find(part) {
            Some(_) => self.get(part, &[key_depth]).cloned(),
            None => Ok(Tensor::zeros([key_depth])),
        }
    }

    /// A table of offsets, `[rows, columns, k]` or `[rows, columns, k, u]`, if there is one.
    fn table(&mut self, part: &str, key_depth: usize, intra: usize) -> Result<Option<PositionTable>, WeightsError> {
        let Some(table) = self.find(part) else { return Ok(None) };
        let (rows, columns) = match *table.shape() {
            [rows, columns, k] if (k, intra) == (key_depth, 1) => (rows, columns),
            [rows, columns, k, u] if (k, u) == (key_depth, intra) => (rows, columns),
            _ => {
                let expected =
                    format!("[vertical offsets, horizontal offsets, {key_depth}] (or with {intra} after it)");
                return Err(self.misfit(part, &expected, table.shape()));
            }
        };
        if rows == 0 || columns == 0 {
            return Err(self.misfit(part, "at least one offset", table.shape()));
        }
        let mut cells = Tensor::zeros([rows * columns, intra * key_depth]);
        for (cell, e) in
            cells.data_mut().chunks_exact_mut(intra * key_depth).zip(table.data().chunks_exact(intra * key_depth))
        {
            for (i, e) in e.iter().enumerate() {
                cell[i % intra * key_depth + i / intra] = *e;
            }
        }
        Ok(Some(PositionTable { scope: Scope::Global, size: [rows, columns], cells }))
    }
}

/// A convolution's kernel, `[k, u, r · r]` in memory, as a table.
fn convolution(kernel: &Tensor, [key_depth, intra]: [usize; 2], r: usize) -> PositionTable {
    let taps = r * r;
    let at = |tap: usize, i: usize| kernel.data()[(i % key_depth * intra + i / key_depth) * taps + tap];
    let channels = intra * key_depth;
    let cells = (0..taps).flat_map(|tap| (0..channels).map(move |i| (tap, i))).map(|(tap, i)| at(tap, i)).collect();
    PositionTable { scope: Scope::Local, size: [r, r], cells: Tensor::exact([taps, channels], cells) }
}

/// The first `rows` outputs, and the others.
fn split(all: Projection, rows: usize) -> (Projection, Projection) {
    let Projection { inputs, mut weight, affine: Affine { mut scale, mut shift } } = all;
    let rest = Projection {
        inputs,
        weight: weight.split_off(rows * inputs),
        affine: Affine { scale: scale.split_off(rows), shift: shift.split_off(rows) },
    };
    (Projection { inputs, weight, affine: Affine { scale, shift } }, rest)
}
