//! What the evidence adds up to, as a sentence and as bars, and the proof that it is the logit.

use std::sync::Arc;

use leptos::prelude::*;

use super::looked::Looked;
use crate::page::evidence::{proof, said};
use lambdascope_core::text::compact;
use lambdascope_explain::views::evidence::Sums;

/// The section.
#[component]
pub fn SumsView(looked: Memo<Option<Arc<Looked>>>) -> impl IntoView {
    let sums = Memo::new(move |_| looked.read().as_ref().map(|looked| Sums::of(&looked.evidence)));
    let sentence = move || {
        let Some(looked) = looked.get() else { return "Waiting for the engine…".to_owned() };
        said(&Sums::of(&looked.evidence), &looked.class, looked.against.as_deref())
    };
    let rows = move || {
        let sums = sums.get()?;
        let longest = [sums.above, -sums.below, sums.bias.abs(), sums.sum.abs()].into_iter().fold(0.0, f32::max);
        let row = |name: &'static str, id: &'static str, value: f32| {
            let share = if longest > 0.0 { value.abs() / longest } else { 0.0 };
            view! {
                <tr data-testid=format!("evidence-{id}") data-value=value.to_string()>
                    <th scope="row">{name}</th>
                    <td>{compact(value)}</td>
                    <td class="evidence-bar" aria-hidden="true">
                        <span class:evidence-below=value < 0.0 style=("--share", share.to_string())></span>
                    </td>
                </tr>
            }
        };
        Some(view! {
            {row("speaks for it", "above", sums.above)}
            {row("speaks against it", "below", sums.below)}
            {row("bias", "bias", sums.bias)}
            {row("sum", "sum", sums.sum)}
        })
    };
    view! {
        <section class="evidence-sums" aria-labelledby="evidence-sums-title">
            <h3 id="evidence-sums-title" class="hidden">"What it adds up to"</h3>
            <p role="status" class="evidence-said" data-testid="evidence-said">{sentence}</p>
            <table class="evidence-table">
                <tbody>{rows}</tbody>
            </table>
            <p class="quiet" data-testid="evidence-proof" data-logit=move || sums.get().map(|sums| sums.logit.to_string())>
                {move || sums.get().map(|sums| proof(&sums))}
            </p>
        </section>
    }
}
