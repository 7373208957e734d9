//! The networks that this project knows to name: where weights come from, the family that it ships with what each reached,
//! what the parts of the first are worth, and the paper's own figures to stand beside them. Networks with public weights are in [`crate::nn::known`].

pub mod ablations;
pub mod family;
pub mod paper;
pub mod results;

use serde::{Deserialize, Serialize};

/// Where a network's weights come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Source {
    /// A network that lies beside the page: from this browser's cache, else from this site.
    Shipped {
        /// Its name, such as `lambda_resnet_mini`.
        name: String,
    },
    /// A public network: from this browser's cache, else from its hub.
    Known {
        /// Its name, such as `lambda_resnet26t`.
        name: String,
    },
    /// The visitor's own file, which travels beside the message.
    File {
        /// The file's name.
        name: String,
    },
}
