//! The equations of a layer with their numbers: one table of quantities and of what each is made of, from which the page
//! draws the formulas, lights what belongs together and works out any cell as the sum of its terms.
//!
//! [`table`] says how quantities follow from each other, [`values`] what their cells are worth in a run, [`terms`] what a
//! cell is the sum of, [`figures`] how a quantity is drawn. The table is the only place that knows the equations: terms are
//! worked out from it.

pub mod figures;

pub mod quantity;
pub mod table;
pub mod terms;
pub mod values;
