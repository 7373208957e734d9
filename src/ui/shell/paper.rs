//! 'From the paper': its own ImageNet figures, which were not measured here.

use leptos::prelude::*;

use lambdascope_core::catalogue::paper::{PaperTable, TABLES};

/// The tables.
#[component]
pub fn Paper() -> impl IntoView {
    view! {
        <section class="paper" aria-labelledby="paper-title" data-testid="paper">
            <h3 id="paper-title">"From the paper"</h3>
            <p class="quiet">
                "Not measured here: larger networks, on ImageNet’s 1,000 classes, as published in "
                <a href="https://arxiv.org/abs/2102.08602">"LambdaNetworks, Bello 2021"</a>
                ". Table numbers are those of its source."
            </p>
            {TABLES.iter().map(|table| view! { <Table table /> }).collect_view()}
        </section>
    }
}

#[component]
fn Table(table: &'static PaperTable) -> impl IntoView {
    let rows = table.rows.iter().map(|row| {
        view! {
            <tr>
                <th scope="row">{row.layer}</th>
                <td>{format!("{:.1}\u{a0}M", row.millions)}</td>
                <td>{format!("{:.1}\u{a0}%", row.top1)}</td>
            </tr>
        }
    });
    view! {
        <table class="paper-table">
            <caption>{table.title}" "<span class="paper-source">{table.source}</span></caption>
            <thead>
                <tr>
                    <th scope="col">"Layer"</th>
                    <th scope="col">"Parameters"</th>
                    <th scope="col">"Top-1"</th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
}
