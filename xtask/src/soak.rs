//! The soak: one page that is worked for as long as months of visits would, run by hand or nightly. What it does and
//! measures is in `e2e/soak.mjs`.

use std::process::Command;

use anyhow::Result;

use crate::process;
use crate::project::Project;
use crate::server::Server;
use crate::setup;
use crate::setup::browser::Browser;
use crate::steps::Steps;

/// Runs the soak on the page in `dist/`; `options` are the script's own. Returns whether everything stayed level.
///
/// # Errors
/// When Chromium or the npm packages are missing and cannot be installed, or the page cannot be served.
pub fn run(project: &Project, options: &[String]) -> Result<bool> {
    let mut steps = Steps::default();
    let browser = Browser::set_up(&mut steps)?;
    setup::npm_packages(&project.e2e(), &mut steps)?;
    let server = Server::start(&project.dist(), 0)?;
    let mut soak = Command::new("node");
    soak.current_dir(project.e2e()).arg("soak.mjs").arg(server.address()).args(options);
    soak.env("CHROMIUM", &browser.chromium);
    Ok(process::run(&mut soak).inspect_err(|error| eprintln!("{error:#}")).is_ok())
}
