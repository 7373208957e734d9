//! The page: mounts the leptos components. Everything it shows lives in `lambdascope::ui`.

fn main() {
    #[cfg(target_family = "wasm")]
    {
        console_error_panic_hook::set_once();
        lambdascope::ui::mount();
    }
}
