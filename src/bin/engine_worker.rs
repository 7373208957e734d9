//! The engine behind the page, as a Web Worker. It does nothing on other targets.

fn main() {
    #[cfg(target_family = "wasm")]
    {
        console_error_panic_hook::set_once();
        lambdascope::worker::start();
    }
}
