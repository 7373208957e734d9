// A visitor in a browser that Playwright does not drive: the few things that a walk through the page takes, over the
// protocol that the browser speaks. puppeteer drives Firefox over WebDriver BiDi (and Chromium too), selenium WebKitGTK over
// the classic WebDriver, by a driver that has no other client here.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

import puppeteer, { type LaunchOptions } from "puppeteer-core";
import { Builder, Capabilities, Key, type ThenableWebDriver } from "selenium-webdriver";

import { cpu, executablePath } from "./chromium.mjs";

/** The window's size, in pixels. */
const size = { width: 1440, height: 900 };

/** How long a browser may take to start, or to answer one command, in milliseconds. */
const patience = 60_000;

export const keys = ["ArrowRight", "ArrowDown"] as const;

export interface Visitor {
  /** The browser and its version, as it gives them. */
  name: string;
  /** Goes to an address and comes back once it has loaded, which is before its modules have done anything. */
  open(address: string): Promise<void>;
  /** Runs a function in the page, which sees nothing but its argument, and waits for what it promises. */
  evaluate<Result, Argument>(act: (argument: Argument) => Result, argument: Argument): Promise<Awaited<Result>>;
  /** Presses the middle of the first element that a selector finds. */
  click(selector: string): Promise<void>;
  /** Presses a key where the focus is. */
  press(key: (typeof keys)[number]): Promise<void>;
  /** Chooses a file in the input that a selector finds. */
  choose(selector: string, file: string): Promise<void>;
  /** What is in the window, as PNG. */
  screenshot(): Promise<Buffer>;
  /** The bytes of the files that were saved, by name. */
  saved(): Map<string, Buffer>;
  close(): Promise<void>;
}

export type Browser = "chromium" | "firefox" | "firefox-webgpu" | "webkit";

/** Starts a browser with a profile of its own. */
export const start = (browser: Browser): Promise<Visitor> => (browser === "webkit" ? webkit() : byPuppeteer(browser));

/** Firefox's own switches for WebGPU on a software Vulkan driver, where its releases for Linux leave it off. */
const webgpu = { "dom.webgpu.enabled": true, "dom.webgpu.workers.enabled": true, "gfx.webgpu.ignore-blocklist": true };

async function byPuppeteer(kind: Exclude<Browser, "webkit">): Promise<Visitor> {
  const home = ownHome();
  const own: LaunchOptions =
    kind === "chromium"
      ? { browser: "chrome", executablePath, args: cpu, downloadBehavior: { policy: "allow", downloadPath: home.downloads } }
      : {
          browser: "firefox",
          executablePath: process.env.FIREFOX ?? "/usr/bin/firefox-esr",
          extraPrefsFirefox: {
            "browser.download.folderList": 2,
            "browser.download.dir": home.downloads,
            ...(kind === "firefox-webgpu" ? webgpu : { "dom.webgpu.enabled": false }),
          },
        };
  const browser = await puppeteer.launch({ headless: true, defaultViewport: size, timeout: patience, protocolTimeout: patience, ...own });
  const page = await browser.newPage();
  return {
    name: (await browser.version()).replace("/", " "),
    open: async (address) => void (await page.goto(address, { timeout: patience })),
    evaluate: (act, argument) => page.evaluate(act as never, argument) as never,
    click: (selector) => page.click(selector),
    press: (key) => page.keyboard.press(key),
    choose: async (selector, file) => {
      const input = await page.$(selector);
      await (input as never as import("puppeteer-core").ElementHandle<HTMLInputElement>).uploadFile(file);
    },
    screenshot: async () => Buffer.from(await page.screenshot()),
    saved: home.saved,
    close: async () => {
      await browser.close();
      home.remove();
    },
  };
}

async function webkit(): Promise<Visitor> {
  const home = ownHome();
  const port = await freePort();
  // A screen that nobody sees. In a group of its own, since what runs under xvfb-run does not end with it.
  const driver = spawn("xvfb-run", ["--auto-servernum", "--server-args=-screen 0 1920x1200x24", "WebKitWebDriver", `--port=${port}`], {
    detached: true,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, HOME: home.folder, XDG_CONFIG_HOME: path.join(home.folder, ".config") },
  });
  const stop = () => {
    if (driver.pid !== undefined && driver.exitCode === null) process.kill(-driver.pid);
    home.remove();
  };
  try {
    const server = `http://127.0.0.1:${port}`;
    await answered(driver, server);
    const binary = process.env.MINIBROWSER ?? "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser";
    const wanted = new Capabilities({ browserName: "MiniBrowser", "webkitgtk:browserOptions": { binary, args: ["--automation"] } });
    const session: ThenableWebDriver = new Builder().usingServer(server).withCapabilities(wanted).build();
    const capabilities = await session.getCapabilities();
    await session.manage().setTimeouts({ script: patience, pageLoad: patience });
    // The window is what is meant by the size: its own bars take some of the height.
    await session.manage().window().setRect({ x: 0, y: 0, ...size });
    return {
      name: `WebKitGTK ${capabilities.getBrowserVersion()} (${capabilities.getBrowserName()})`,
      open: (address) => session.get(address),
      evaluate: (act, argument) => session.executeScript(act as never, argument),
      click: (selector) => session.findElement({ css: selector }).click(),
      press: (key) => session.actions().sendKeys(key === "ArrowRight" ? Key.ARROW_RIGHT : Key.ARROW_DOWN).perform(),
      choose: (selector, file) => session.findElement({ css: selector }).sendKeys(file),
      screenshot: async () => Buffer.from(await session.takeScreenshot(), "base64"),
      saved: home.saved,
      close: async () => {
        await session.quit();
        stop();
      },
    };
  } catch (error) {
    stop();
    throw error;
  }
}

/** A home for one browser: what is saved is found there, and nothing of another visit. */
function ownHome() {
  const folder = mkdtempSync(path.join(tmpdir(), "lambdascope-visitor-"));
  const downloads = path.join(folder, "downloads");
  mkdirSync(downloads);
  mkdirSync(path.join(folder, ".config"));
  writeFileSync(path.join(folder, ".config", "user-dirs.dirs"), 'XDG_DOWNLOAD_DIR="$HOME/downloads"\n');
  return {
    folder,
    downloads,
    // What is still being written has another name until it is whole.
    saved: () => new Map(readdirSync(downloads).filter((name) => !/\.(crdownload|part|tmp)$/.test(name)).map((name) => [name, readFileSync(path.join(downloads, name))])),
    remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }),
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

/** Waits until the driver answers, or says why it never will. */
async function answered(driver: ChildProcess, server: string): Promise<void> {
  let ended: string | undefined;
  driver.once("error", (error) => (ended = error.message));
  driver.once("exit", (code) => (ended = `it ended with status ${code}`));
  for (const started = Date.now(); Date.now() - started < patience; ) {
    if (ended !== undefined) throw new Error(`WebKitWebDriver did not start under xvfb-run: ${ended}`);
    const status = await fetch(`${server}/status`).catch(() => null);
    if (status?.ok) return;
    await new Promise((later) => setTimeout(later, 100));
  }
  throw new Error(`WebKitWebDriver has not answered in ${patience / 1000} s`);
}
