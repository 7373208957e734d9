//! Every check of the project, one after another whatever the one before said, the page's build beside the native ones, and
//! the summary at the end.

mod beside;
mod browser;
mod cargo_test;
mod page_tests;
mod playwright;
mod report;
mod rust;

use anyhow::Result;
use clap::ValueEnum;

use crate::page;
use crate::project::Project;
use crate::setup::wasm_target::{Source, WasmTarget};
use beside::PageBuild;
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
    // The tools that it compiles are the browser tests' too, so that these wait for it.
    let build = (only.is_none() && target.is_some()).then(|| PageBuild::start(project, source));
    if wanted(Group::Rust) {
        rust::run(project, target.as_ref(), &mut report);
    }
    let is_built = wanted(Group::Page) && {
        println!("\n== page build");
        let built = report.step("page build", |steps| match build {
            Some(build) => build?.wait(steps),
            None => page::build(project, source, steps),
        });
        built.is_some()
    };
    if wanted(Group::Browser) {
        browser::run(project, target.as_ref(), &mut report);
    }
    if is_built {
        page_tests::run(project, &mut report);
    }
    println!("\n{report}");
    Ok(report.all_passed())
}
