//! What a drawing is of: the names that captions and files carry.

use crate::read::query::Query;

/// A query of a layer of a network, by their names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Caption {
    /// Network and picture, for people.
    pub setting: String,
    /// The layer's name, such as `stages.1.1`.
    pub layer: String,
    /// u of the layer.
    pub intra: usize,
    /// The query.
    pub query: Query,
}

impl Caption {
    /// A file's name for a part of the query's figures: `kernel_stages.1.1_h0_8.8`.
    pub fn file(&self, part: &str) -> String {
        let Query { y, x, head, .. } = self.query;
        format!("{part}_{}_h{head}{}_{y}.{x}", self.layer, self.intra_part("_u", ""))
    }

    /// A file's name for a part of the layer that belongs to no query: `embedding_stages.1.1`.
    pub fn layer_file(&self, part: &str) -> String {
        format!("{part}_{}{}", self.layer, self.intra_part("_u", ""))
    }

    /// The query in words: `LambdaResNet mini, church, stages.1.1, head 0, query at row 8, column 8`.
    pub fn of_query(&self) -> String {
        let Query { y, x, head, .. } = self.query;
        format!("{}, head {head}, query at row {y}, column {x}", self.of_layer())
    }

    /// The layer in words: `LambdaResNet mini, church, stages.1.1`.
    pub fn of_layer(&self) -> String {
        format!("{}, {}{}", self.setting, self.layer, self.intra_part(", u = ", &format!(" of {}", self.intra)))
    }

    /// Which u it is, where there is more than one.
    fn intra_part(&self, before: &str, after: &str) -> String {
        if self.intra > 1 { format!("{before}{}{after}", self.query.u) } else { String::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_is_needed_and_no_more() {
        let query = Query { y: 8, x: 3, head: 1, u: 2 };
        let one = Caption { setting: "mini, church".into(), layer: "stages.1.1".into(), intra: 1, query };
        assert_eq!(one.file("kernel"), "kernel_stages.1.1_h1_8.3");
        assert_eq!(one.of_query(), "mini, church, stages.1.1, head 1, query at row 8, column 3");
        let many = Caption { intra: 4, ..one };
        assert_eq!([many.file("kernel"), many.layer_file("E")], ["kernel_stages.1.1_h1_u2_8.3", "E_stages.1.1_u2"]);
        assert_eq!(many.of_layer(), "mini, church, stages.1.1, u = 2 of 4");
    }
}
