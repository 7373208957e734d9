//! Weights files built by hand, whole or broken.

use half::f16;

/// One tensor of a file.
#[derive(Clone)]
pub struct Part {
    pub name: String,
    pub dtype: &'static str,
    pub shape: Vec<usize>,
    pub bytes: Vec<u8>,
}

impl Part {
    /// A tensor of F32 values.
    pub fn f32(name: &str, shape: &[usize], values: &[f32]) -> Self {
        let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        Self { name: name.into(), dtype: "F32", shape: shape.into(), bytes }
    }

    /// A tensor of F16 values.
    pub fn f16(name: &str, shape: &[usize], values: &[f32]) -> Self {
        let bytes = values.iter().flat_map(|v| f16::from_f32(*v).to_le_bytes()).collect();
        Self { name: name.into(), dtype: "F16", shape: shape.into(), bytes }
    }

    /// BatchNorm's counter of batches.
    pub fn counter(name: &str) -> Self {
        Self { name: name.into(), dtype: "I64", shape: vec![], bytes: 7i64.to_le_bytes().into() }
    }

    /// Small numbers of both signs that differ from tensor to tensor; variances are positive.
    pub fn filled(name: &str, shape: &[usize]) -> Self {
        let seed = name.bytes().fold(17u32, |h, b| h.wrapping_mul(31).wrapping_add(u32::from(b)));
        let value = |i: usize| {
            let hash = (i as u32).wrapping_add(seed).wrapping_mul(0x9E37_79B9) >> 16;
            let unit = hash as f32 / 65_535.0;
            if name.ends_with("running_var") { 0.5 + unit } else { (unit - 0.5) / 8.0 }
        };
        let values: Vec<f32> = (0..shape.iter().product()).map(value).collect();
        Self::f16(name, shape, &values)
    }
}

/// The header's JSON for tensors that follow each other; `metadata` is the text of its `lambdascope` entry.
pub fn header(parts: &[Part], metadata: Option<&str>) -> String {
    let mut entries = Vec::new();
    if let Some(text) = metadata {
        entries.push(format!(r#""__metadata__":{{"lambdascope":{}}}"#, serde_json::to_string(text).unwrap()));
    }
    let mut start = 0;
    for Part { name, dtype, shape, bytes } in parts {
        let end = start + bytes.len();
        let name = serde_json::to_string(name).unwrap();
        entries.push(format!(r#"{name}:{{"dtype":"{dtype}","shape":{shape:?},"data_offsets":[{start},{end}]}}"#));
        start = end;
    }
    format!("{{{}}}", entries.join(","))
}

/// A file of a header and the data behind it, whether they fit each other or not.
pub fn raw(header: &[u8], data: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes()[..], header, data].concat()
}

/// A whole file.
pub fn file(parts: &[Part], metadata: Option<&str>) -> Vec<u8> {
    raw(header(parts, metadata).as_bytes(), &parts.iter().map(|p| p.bytes.as_slice()).collect::<Vec<_>>().concat())
}
