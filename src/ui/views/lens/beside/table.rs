//! What differs between the two, in numbers, and as a file.

use leptos::prelude::*;

use crate::ui::browser;
use crate::ui::views::lens::beside::pair::Pair;
use lambdascope_explain::views::networks::{Row, csv};

/// The table; it follows the query.
#[component]
pub fn Differences(pair: Pair) -> impl IntoView {
    let problem = RwSignal::new(None::<String>);
    let compared = Memo::new(move |_| pair.compared());
    // Which rows there are does not change with the query.
    let ids = Memo::new(move |_| {
        compared.read().as_ref().map(|own| own.rows().iter().map(|row| row.id).collect::<Vec<_>>()).unwrap_or_default()
    });
    let rows = Memo::new(move |_| compared.read().as_ref().map(|own| own.rows()).unwrap_or_default());
    let line = move |id: &'static str| {
        let row = Memo::new(move |_| rows.read().iter().find(|row| row.id == id).cloned());
        view! { <Line row /> }
    };
    let fixed = Memo::new(move |_| pair.costs().map(Vec::from).unwrap_or_default());
    let cost = move |at: usize| {
        let row = Memo::new(move |_| fixed.read().get(at).cloned());
        view! { <Line row /> }
    };
    let likeness =
        move || compared.read().as_ref().and_then(|own| own.likeness()).unwrap_or_else(|| "\u{a0}".to_owned());
    let correlation = move || compared.read().as_ref().and_then(|own| own.correlation).map(|r| r.to_string());
    let save = move |_| {
        let file = untrack(|| pair.compared().and_then(|own| pair.with_sides(|sides| csv(sides, &own))));
        let saved = match file {
            Some(Ok(file)) => browser::save("networks.csv", "text/csv", &file),
            Some(Err(error)) => Err(error.to_string()),
            None => Err("both networks must have answered".to_owned()),
        };
        problem.set(saved.err().map(|cause| format!("networks.csv could not be written: {cause}.")));
    };
    view! {
        <div class="beside-differences">
        <p class="beside-likeness" data-testid="beside-likeness" data-value=correlation>{likeness}</p>
        <div class="table-scroll" tabindex="0" role="group" aria-label="What differs at this query">
            <table class="numbers beside-table" data-testid="beside-table">
                <caption class="hidden">"What differs at this query"</caption>
                <thead>
                    <tr>
                        <th scope="col">"at this query"</th>
                        <th scope="col">{pair.titles[0]}</th>
                        <th scope="col">{pair.titles[1]}</th>
                    </tr>
                </thead>
                <tbody>{move || ids.get().into_iter().map(line).collect_view()}</tbody>
                <tbody class="beside-costs">
                    <tr><th scope="rowgroup" colspan="3">"for the whole map"</th></tr>
                    {move || (0..fixed.read().len()).map(cost).collect_view()}
                </tbody>
            </table>
        </div>
        <button type="button" class="button" data-testid="beside-save" on:click=save>"Save these numbers (CSV)"</button>
        {move || problem.get().map(|problem| view! { <p role="alert">{problem}</p> })}
        </div>
    }
}

/// A quantity of both.
#[component]
fn Line(row: Memo<Option<Row>>) -> impl IntoView {
    let id = row.read_untracked().as_ref().map(|row| row.id);
    let name = row.read_untracked().as_ref().map(|row| row.name);
    let what = move || row.read().as_ref().map(|row| row.what.clone());
    let cell = move |side: usize| {
        let value = move || row.read().as_ref().map(|row| row.values[side].to_string());
        view! { <td data-value=value>{move || row.read().as_ref().map(|row| row.shown[side].clone())}</td> }
    };
    view! {
        <tr data-row=id>
            <th scope="row">{name} <small>{what}</small></th>
            {cell(0)}
            {cell(1)}
        </tr>
    }
}
