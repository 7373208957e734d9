//! The page: mounts the leptos components. Everything it shows lives in `lambdascope::ui`.

fn main() {}
