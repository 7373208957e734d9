//! Mounts the page. Everything it shows lives in `lambdascope_page::ui`.

fn main() {
    #[cfg(target_family = "wasm")]
    {
        console_error_panic_hook::set_once();
        lambdascope_page::ui::mount();
    }
}
