//! What the tests need from the system: Chromium with its driver, Firefox and WebKitGTK, and a Vulkan driver that needs
//! no GPU.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process;
use crate::steps::Steps;

const CHROMIUM: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const DRIVER: [&str; 2] = ["chromedriver", "chromium.chromedriver"];
const FIREFOX: [&str; 2] = ["firefox-esr", "firefox"];
/// WebKitGTK's driver, and what gives it a screen.
const WEBKIT: [&str; 3] = ["WebKitWebDriver", "xvfb-run", "xauth"];
/// WebKitGTK's own small browser, below a folder of libraries.
const MINIBROWSER: &str = "webkit2gtk-4.1/MiniBrowser";

/// A browser and the driver that speaks WebDriver for it.
pub struct Browser {
    /// The browser's program.
    pub chromium: PathBuf,
    /// The driver's program.
    pub driver: PathBuf,
}

impl Browser {
    /// Finds Chromium and its driver, or installs Debian's.
    ///
    /// # Errors
    /// When they are missing and cannot be installed.
    pub fn set_up(steps: &mut Steps) -> Result<Self> {
        if let Some(found) = Self::find() {
            return Ok(found);
        }
        apt_install(&["chromium", "chromium-driver"], steps)?;
        Self::find().context("chromium and chromedriver are not on PATH though apt installed them")
    }

    fn find() -> Option<Self> {
        Some(Self { chromium: first(&CHROMIUM)?, driver: first(&DRIVER)? })
    }
}

/// The first of these programs that is on `PATH`.
fn first(names: &[&str]) -> Option<PathBuf> {
    names.iter().find_map(|name| which::which(name).ok())
}

/// The browsers that only a walk through the page is tested in.
pub struct OtherBrowsers {
    /// Firefox's program.
    pub firefox: PathBuf,
    /// The program of WebKitGTK's own small browser.
    pub minibrowser: PathBuf,
}

impl OtherBrowsers {
    /// Finds Firefox, and WebKitGTK's browser with its driver and a screen that nobody sees; or installs Debian's.
    ///
    /// # Errors
    /// When they are missing and cannot be installed.
    pub fn set_up(steps: &mut Steps) -> Result<Self> {
        if let Some(found) = Self::find() {
            return Ok(found);
        }
        apt_install(&["firefox-esr", "webkit2gtk-driver", "xvfb", "xauth"], steps)?;
        Self::find().with_context(|| {
            let wanted = [FIREFOX[0], MINIBROWSER, WEBKIT[0], WEBKIT[1], WEBKIT[2]].join(", ");
            format!("one of {wanted} cannot be found though apt installed their packages")
        })
    }

    fn find() -> Option<Self> {
        WEBKIT.iter().all(|name| which::which(name).is_ok()).then_some(())?;
        // Among the libraries, in a folder named for the processor.
        let libraries = ["/usr/lib", "/usr/libexec"].map(fs::read_dir).into_iter().flatten().flatten().flatten();
        let minibrowser = libraries.map(|folder| folder.path().join(MINIBROWSER)).find(|path| path.exists())?;
        Some(Self { firefox: first(&FIREFOX)?, minibrowser })
    }
}

/// Makes sure that native tests find a Vulkan driver. Returns the software driver's manifest where the machine has no
/// GPU that the loader could pick instead.
///
/// # Errors
/// When no Vulkan driver is installed and none can be.
pub fn software_vulkan(steps: &mut Steps) -> Result<Option<PathBuf>> {
    if !cfg!(target_os = "linux") || std::env::var_os("VK_DRIVER_FILES").is_some() {
        return Ok(None);
    }
    if Path::new("/dev/dri").exists() || Path::new("/dev/nvidiactl").exists() {
        return Ok(None);
    }
    if let Some(manifest) = lavapipe() {
        return Ok(Some(manifest));
    }
    apt_install(&["mesa-vulkan-drivers"], steps)?;
    lavapipe().map(Some).context("no lvp_icd*.json in /usr/share/vulkan/icd.d though apt installed mesa-vulkan-drivers")
}

fn lavapipe() -> Option<PathBuf> {
    ["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d"]
        .iter()
        .filter_map(|folder| fs::read_dir(folder).ok())
        .flatten()
        .find_map(|entry| {
            let entry = entry.ok()?;
            entry.file_name().to_string_lossy().starts_with("lvp_icd").then(|| entry.path())
        })
}

fn apt_install(packages: &[&str], steps: &mut Steps) -> Result<()> {
    let wanted = packages.join(" ");
    if which::which("apt-get").is_err() {
        bail!(
            "missing: {wanted}. Install Chromium with its driver, Firefox, WebKitGTK's driver and a Vulkan driver, and put \
             them on PATH"
        );
    }
    let root = process::capture(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    let sudo = || process::capture(Command::new("sudo").args(["--non-interactive", "true"])).is_ok();
    if !root && !sudo() {
        bail!("missing: {wanted}. Run: sudo apt-get install {wanted}");
    }
    let apt = || {
        let mut command = Command::new(if root { "apt-get" } else { "sudo" });
        if !root {
            command.args(["--non-interactive", "apt-get"]);
        }
        command.env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    steps.run(&wanted, || {
        process::run(apt().args(["update", "-qq"])).context("apt cannot refresh its lists")?;
        process::run(apt().args(["install", "--yes", "-qq", "--no-install-recommends"]).args(packages))
            .with_context(|| format!("missing: {wanted}; apt cannot install them"))
    })
}
