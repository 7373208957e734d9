//! The anatomy of λ.

use leptos::prelude::*;

use super::lambdas::Lambdas;

/// The view.
#[component]
pub fn Anatomy() -> impl IntoView {
    view! { <Lambdas /> }
}
