//! The command line (native): the page's engine in a terminal. It does nothing on wasm32.

#[cfg(not(target_family = "wasm"))]
fn main() -> std::process::ExitCode {
    match lambdascope::cli::main() {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}

#[cfg(target_family = "wasm")]
fn main() {}
