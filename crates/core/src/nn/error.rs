//! Why a weights file cannot be used: one sentence each, with the tensor or field, what was expected and what was found.

use crate::nn::foreign::Foreign;
use crate::nn::format::FORMAT;

/// How many prefixes a sentence lists.
const MOST_PLACES: usize = 3;

/// Why a weights file could not be used. Each is a sentence that names the tensor, what was expected and what was found.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// The container is broken.
    #[error("this is not a usable safetensors file: {0}")]
    Container(String),
    /// It is another kind of file.
    #[error("this is {0}")]
    Foreign(&'static Foreign),
    /// Networks side by side.
    #[error(
        "the file holds several networks, {}, expected one, or one with its averaged copy (`ema` in its prefix)",
        places(.prefixes)
    )]
    Several {
        /// What stands before their tensors' names; at least two, in alphabetical order.
        prefixes: Vec<String>,
    },
    /// What is wrong below a prefix, which the names in it lack.
    #[error("under `{prefix}`, {cause}")]
    Under {
        /// The prefix.
        prefix: String,
        /// What is wrong.
        cause: Box<WeightsError>,
    },
    /// The description cannot be read.
    #[error("the network description in the file's metadata cannot be read: {0}")]
    Description(String),
    /// A newer or older format.
    #[error("the network description has format {found}, expected {FORMAT}")]
    Format {
        /// The file's.
        found: u32,
    },
    /// A number format that weights do not come in.
    #[error("tensor `{name}` has dtype {found}, expected F32, F16, BF16 or F64")]
    Dtype {
        /// The tensor.
        name: String,
        /// Its dtype.
        found: String,
    },
    /// A variance below zero, whose root BatchNorm takes.
    #[error("tensor `{name}` holds {value} at position {index}, expected variances of at least 0")]
    Variance {
        /// The tensor.
        name: String,
        /// Where.
        index: usize,
        /// What.
        value: f32,
    },
    /// A tensor that the network has no place for.
    #[error("tensor `{name}` belongs to nothing in the network, expected only tensors that it uses")]
    Extra {
        /// The tensor.
        name: String,
    },
    /// NaN or infinity.
    #[error("tensor `{name}` holds {value} at position {index}, expected finite numbers only")]
    NotFinite {
        /// The tensor.
        name: String,
        /// Where.
        index: usize,
        /// What.
        value: f32,
    },
    /// A tensor the network needs is absent.
    #[error("tensor `{name}` is missing, expected with shape {expected:?}")]
    Missing {
        /// The tensor.
        name: String,
        /// The shape the description asks for.
        expected: Vec<usize>,
    },
    /// A tensor has another shape than the description asks for.
    #[error("tensor `{name}` has shape {found:?}, expected {expected:?}")]
    Shape {
        /// The tensor.
        name: String,
        /// The shape the description asks for.
        expected: Vec<usize>,
        /// The file's.
        found: Vec<usize>,
    },
    /// A tensor that tells a network's sizes is absent.
    #[error("tensor `{name}` is missing, expected with {dimensions} dimension{}", plural(*.dimensions))]
    Absent {
        /// The tensor.
        name: String,
        /// How many dimensions it should have.
        dimensions: usize,
    },
    /// A tensor that tells a network's sizes has another number of dimensions.
    #[error("tensor `{name}` has shape {found:?}, expected {expected} dimension{}", plural(*.expected))]
    Dimensions {
        /// The tensor.
        name: String,
        /// How many dimensions it should have.
        expected: usize,
        /// The file's shape.
        found: Vec<usize>,
    },
    /// The file is one lambda layer.
    #[error("the file holds a single lambda layer (`{name}`, as {package} writes it), expected a whole network")]
    SingleLayer {
        /// The tensor that tells it.
        name: &'static str,
        /// The package in whose names it is.
        package: &'static str,
    },
    /// The file is nothing that is known.
    #[error(
        "the file holds no network that is known here, expected a description in its metadata or the tensor \
         `{expected}`, found {}", first_tensor(.found.as_deref())
    )]
    Unknown {
        /// The tensor that timm's networks start with.
        expected: &'static str,
        /// The first tensor in the file.
        found: Option<String>,
    },
    /// A picture size that the network cannot be run at.
    #[error("pictures of {height}×{width} pixels (height × width) do not fit the network: {cause}")]
    Size {
        /// Rows.
        height: usize,
        /// Columns.
        width: usize,
        /// Why not.
        cause: String,
    },
    /// The description asks for something this engine does not run.
    #[error("{what} is {found}, expected {expected}")]
    Unsupported {
        /// The part of the description.
        what: String,
        /// What was expected of it.
        expected: String,
        /// What it says.
        found: String,
    },
}

fn plural(number: usize) -> &'static str {
    if number == 1 { "" } else { "s" }
}

/// Several prefixes as a part of a sentence.
fn places(prefixes: &[String]) -> String {
    let (top, below): (Vec<&String>, Vec<&String>) = prefixes.iter().partition(|prefix| prefix.is_empty());
    let some = below.iter().take(MOST_PLACES).map(|prefix| format!("`{prefix}`")).collect::<Vec<_>>();
    let under = match &some[..] {
        _ if below.len() > MOST_PLACES => format!("under {} and others", some.join(", ")),
        [init @ .., last] if !init.is_empty() => format!("under {} and {last}", init.join(", ")),
        some => format!("under {}", some.concat()),
    };
    if top.is_empty() { under } else { format!("at the top level and {under}") }
}

fn first_tensor(name: Option<&str>) -> String {
    name.map_or_else(|| "no tensor at all".into(), |name| format!("`{name}` first"))
}
