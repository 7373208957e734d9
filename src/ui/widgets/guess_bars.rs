//! A class's probability before and after, as two bars: the last cell of its row.

use leptos::prelude::*;

use crate::page::what_if::compare::Row;

/// The cell; the numbers stand in the row's other cells.
pub fn guess_bars(row: &Row) -> impl IntoView + use<> {
    view! {
        <td class="what-if-pair" aria-hidden="true">
            <span class="what-if-before" style=("--share", row.before.to_string())></span>
            <span class="what-if-now" style=("--share", row.after.to_string())></span>
        </td>
    }
}
