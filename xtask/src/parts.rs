//! Cutting the page's module in two: what is on the first screen, which Trunk's page starts with, and the rest, which that
//! fetches once the engine has answered or somebody asks for it (`src/ui/shell/later.rs`, where the cut is marked).
//!
//! Trunk knows no such cut. It compiles the page with the cut marked, and what it makes of the module is overwritten here: the
//! cut comes first, then wasm-bindgen for the first part, then wasm-opt for both.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, anyhow, bail};
use wasm_split_cli_support::Options;

use crate::head::attribute;
use crate::process;
use crate::project::Project;

/// What has the page compiled with the cut marked (`build.rs`).
pub const MARK: (&str, &str) = ("PAGE_IN_PARTS", "1");

/// Cuts `module`, as cargo compiled it, and writes its parts in place of what Trunk wrote into `dist/`.
///
/// # Errors
/// When Trunk's files are not found, the module has no cut, or a tool fails.
pub fn cut(project: &Project, module: &Path) -> Result<()> {
    let (dist, path) = (&project.dist(), project.path(None)?);
    let name = name_of_page(dist)?;
    let folder = module.with_extension("parts");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let wasm = fs::read(module).with_context(|| format!("cannot read {}", module.display()))?;
    // The names of all parts carry the hash that Trunk gave the whole.
    let first = folder.join(format!("{name}.wasm"));
    let (link, main) = (format!("./{name}_parts.js"), format!("./{name}.js"));
    let mut options = Options::new(&wasm);
    options.output_dir = &folder;
    options.main_out_path = &first;
    options.link_name = &link;
    options.main_module = &main;
    let parts = wasm_split_cli_support::transform(options)
        .map_err(|error| anyhow!("cannot cut {}: {error:#}", module.display()))?;
    let [later] = parts.split_modules.as_slice() else {
        bail!("{} parts were cut off {}, expected one", parts.split_modules.len(), module.display());
    };

    let mut bindgen = Command::new("wasm-bindgen");
    bindgen.env("PATH", &path);
    bindgen.args(["--target", "web", "--no-typescript", "--keep-lld-exports", "--out-name", &name, "--out-dir"]);
    process::run(bindgen.arg(&folder).arg(&first))?;

    let flags = optimiser_flags(&project.root().join("index.html"))?;
    let bound = format!("{name}_bg.wasm");
    let later_name = format!("{name}_later.wasm");
    for (from, to) in [(&folder.join(&bound), &bound), (later, &later_name)] {
        let mut optimise = Command::new("wasm-opt");
        optimise.env("PATH", &path);
        optimise.args(&flags).arg("--output").arg(dist.join(to)).arg(from);
        process::run(&mut optimise)?;
    }

    let old = file_name(later)?;
    let script = fs::read_to_string(folder.join(&link)).with_context(|| format!("cannot read {link}"))?;
    fs::write(dist.join(&link), fetched_as_any_type(&script.replace(&old, &later_name))?)
        .with_context(|| format!("cannot write {link}"))?;
    fs::copy(folder.join(&main), dist.join(&main)).with_context(|| format!("cannot copy {main}"))?;
    Ok(())
}

/// The name that Trunk gave the page's module, without `_bg.wasm`.
fn name_of_page(dist: &Path) -> Result<String> {
    let files = fs::read_dir(dist).with_context(|| format!("cannot read {}", dist.display()))?;
    for file in files {
        let name = file?.file_name().to_string_lossy().into_owned();
        if let Some(name) = name.strip_suffix("_bg.wasm").filter(|name| name.starts_with("page-")) {
            return Ok(name.to_owned());
        }
    }
    bail!("there is no page-…_bg.wasm in {}: expected what Trunk makes of the page", dist.display())
}

/// What Trunk gives wasm-opt for the page.
fn optimiser_flags(index: &Path) -> Result<Vec<String>> {
    let html = fs::read_to_string(index).with_context(|| format!("cannot read {}", index.display()))?;
    let line = html.lines().find(|line| line.contains(r#"data-bin="page""#));
    let value = |key: &str| attribute(line?, key);
    let (Some(level), Some(flags)) = (value("data-wasm-opt"), value("data-wasm-opt-params")) else {
        bail!("{} says nothing of wasm-opt for the page", index.display());
    };
    Ok(std::iter::once(format!("-O{level}")).chain(flags.split_whitespace().map(str::to_owned)).collect())
}

/// The script with a fetch that takes the module from hosts that know no type for it, and says what they answered.
fn fetched_as_any_type(script: &str) -> Result<String> {
    const STREAMED: &str = "WebAssembly.instantiateStreaming(src, imports)";
    if script.matches(STREAMED).count() != 1 {
        bail!("the script that joins the page's parts is not the one expected: it should say {STREAMED} once");
    }
    let joined = script.replace(STREAMED, "instantiate(await src, imports)");
    Ok(format!("{joined}\n{INSTANTIATE}"))
}

const INSTANTIATE: &str = r#"async function instantiate(response, imports) {
    if (!response.ok) throw new Error(`the server answered ${response.status} for ${response.url}`);
    const isTyped = response.headers.get("content-type")?.startsWith("application/wasm");
    return isTyped ? WebAssembly.instantiateStreaming(response, imports) : WebAssembly.instantiate(await response.arrayBuffer(), imports);
}
"#;

fn file_name(path: &Path) -> Result<String> {
    let name = path.file_name().with_context(|| format!("{} has no name", path.display()))?;
    Ok(name.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wasm_opt_is_called_as_trunk_calls_it() {
        let folder = tempfile::tempdir().unwrap();
        let index = folder.path().join("index.html");
        let line = r#"<link data-trunk rel="rust" data-bin="page" data-wasm-opt="z" data-wasm-opt-params="--enable-simd --enable-x">"#;
        fs::write(&index, format!("<!doctype html>\n{line}\n")).unwrap();
        assert_eq!(optimiser_flags(&index).unwrap(), ["-Oz", "--enable-simd", "--enable-x"]);
        fs::write(&index, "<!doctype html>").unwrap();
        assert!(optimiser_flags(&index).unwrap_err().to_string().contains("wasm-opt"));
    }

    #[test]
    fn the_page_is_found_among_the_files() {
        let dist = tempfile::tempdir().unwrap();
        assert!(name_of_page(dist.path()).unwrap_err().to_string().contains("page-"));
        for file in ["engine_worker_bg.wasm", "page-12ab.js", "page-12ab_bg.wasm"] {
            fs::write(dist.path().join(file), "").unwrap();
        }
        assert_eq!(name_of_page(dist.path()).unwrap(), "page-12ab");
    }

    #[test]
    fn the_module_is_taken_from_any_host() {
        let script = "async (imports) => (WebAssembly.instantiateStreaming(src, imports));";
        let joined = fetched_as_any_type(script).unwrap();
        assert!(joined.contains("(instantiate(await src, imports))") && joined.contains("response.ok"), "{joined}");
        assert!(fetched_as_any_type("something else").is_err());
    }
}
