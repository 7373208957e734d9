//! Every check of the project, run one after another whatever the one before said, and the summary at the end.

mod browser;
pub mod cargo_test;
mod page;
mod playwright;
mod report;
mod rust;

use anyhow::Result;
use clap::ValueEnum;

use crate::project::Project;
use crate::setup::wasm_target::{Source, WasmTarget};
use report::Report;

/// A group of checks that can be run alone.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Group {
    /// Formatting, clippy, and the native tests.
    Rust,
    /// Rust tests compiled to wasm, run in Chromium.
    Browser,
    /// Playwright on the built page.
    Page,
}

/// Runs every group, or the one asked for, and returns whether all passed.
///
/// # Errors
/// When the terminal cannot be written to; a check that fails or cannot be set up is a line of the summary instead.
pub fn run(project: &Project, source: Source, only: Option<Group>) -> Result<bool> {
    let wanted = |group| only.is_none_or(|only| only == group);
    let mut report = Report::default();
    let target = if wanted(Group::Rust) || wanted(Group::Browser) {
        report.step("wasm target", |steps| WasmTarget::set_up(project, source, steps))
    } else {
        None
    };
    if wanted(Group::Rust) {
        rust::run(project, target.as_ref(), &mut report);
    }
    if wanted(Group::Browser) {
        browser::run(project, target.as_ref(), &mut report);
    }
    if wanted(Group::Page) {
        page::run(project, source, &mut report);
    }
    println!("\n{report}");
    Ok(report.all_passed())
}
