// Works one page for as long as months of visits would, and measures whether what it holds stays level:
//   node soak.mjs <address> [--pictures 1000] [--networks 100] [--edits 100] [--cameras 50] [--frames 1000] [--besides 50] [--what-ifs 200]
//                 [--webgpu-pictures 300] [--webgpu-edits 20] [--points 20] [--json file]
//
// All of the first seven in one page on the CPU, the last two in one on WebGPU (SwiftShader). Everything is done as a visitor
// does it. A fifth of each kind goes before the first measurement, since caches and heaps find their size only then. Measured
// after the garbage collection of page and worker: the heap of JavaScript on either side, the memory of WebAssembly on either
// side (which never shrinks, so that its peak is what counts), and the GPU's buffers that are neither destroyed nor collected.
// What the renderer's process has of the machine's memory is shown beside them and not judged, as it is Chromium's too.
//
// It ends with status 1 if anything grows (support/level.mjs says what that means), or if the page or its worker wrote an
// error. On two cores it takes about a quarter of an hour.

import { readFile, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";

import { chromium } from "@playwright/test";

import * as flags from "./support/chromium.mjs";
import { Heaps } from "./support/heaps.mjs";
import { grows, line } from "./support/level.mjs";

const counts = {
  pictures: "1000",
  networks: "100",
  edits: "100",
  cameras: "50",
  frames: "1000",
  besides: "50",
  "what-ifs": "200",
  "webgpu-pictures": "300",
  "webgpu-edits": "20",
  points: "20",
};
const options = Object.fromEntries(Object.entries(counts).map(([name, value]) => [name, { type: "string", default: value }]));
const { positionals, values } = parseArgs({ allowPositionals: true, options: { ...options, json: { type: "string" } } });
const [address] = positionals;
const count = Object.fromEntries(Object.keys(counts).map((name) => [name, Number(values[name])]));
if (!address || !Object.values(count).every((number) => Number.isInteger(number) && number >= 0) || count.points < 3) {
  const usage = Object.entries(counts).map(([name, value]) => `[--${name} ${value}]`);
  console.error(`usage: node soak.mjs <address> ${usage.join(" ")} [--json file]`);
  process.exit(2);
}

/** How long one act may take, in milliseconds. */
const patience = 120_000;

/** A camera that shows a test picture, allowed without a question. */
const camera = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];

const MB = 1024 * 1024;
/**
 * What is measured, and from which growth over a whole phase on it is judged: `floor`, and `each` for every act. WebAssembly's
 * memory never shrinks and grows in steps, of which one says nothing: a peak is met for the first time, or a list that doubles
 * needs a piece as long as all that it held. (Over 1,500 changes of the network the engine's did not grow at all.)
 *
 * The page's memory is known to grow by some 3.3 kB with every change of the network and 0.1 kB with every picture: an effect of
 * leptos (reactive_graph 0.2.16) that is dropped stays on the lists of the signals that it read. More than that is ours.
 */
const quantities = {
  "page heap": { floor: MB / 4, each: 0, unit: "MB" },
  "page wasm": { floor: MB / 4, each: 4000, unit: "MB", inSteps: true },
  "worker heap": { floor: MB / 4, each: 0, unit: "MB" },
  "worker wasm": { floor: MB / 4, each: 0, unit: "MB", inSteps: true },
  "GPU buffers": { floor: 1, each: 0, unit: "" },
  "renderer RSS": { floor: Infinity, each: 0, unit: "MB" },
};

const samples = JSON.parse(await readFile(new URL("../www/samples/samples.json", import.meta.url), "utf8"));
const family = JSON.parse(await readFile(new URL("../www/weights/networks.json", import.meta.url), "utf8"));
const errors = [];
const phases = [];

/** A page at work, with the ways to look into it and its worker. */
class Worked {
  static async open(browser, backend) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" });
    const page = await context.newPage();
    page.setDefaultTimeout(patience);
    const heaps = await Heaps.of(page);
    page.on("console", (message) => message.type() === "error" && errors.push(`${backend}, console: ${message.text()}`));
    page.on("pageerror", (error) => errors.push(`${backend}, uncaught: ${error.message}`));
    page.on("crash", () => errors.push(`${backend}: the page crashed`));
    const worked = new Worked();
    Object.assign(worked, { page, browser, backend, heaps });
    await page.goto(new URL(`?backend=${backend}&sample=${samples[0].id}`, address).href);
    await page.locator('[data-testid="timings"][data-answer]').waitFor({ state: "attached" });
    await worked.settled();
    return worked;
  }

  at(id) {
    return this.page.getByTestId(id);
  }

  /** Waits until something is so in the page; nothing of the waiting stays there. */
  async until(isSo, argument) {
    await (await this.page.waitForFunction(isSo, argument)).dispose();
  }

  /** Waits until everything that was asked for is there. */
  settled() {
    return this.until(
      () => document.querySelector("#view")?.getAttribute("aria-busy") === "false" && !document.querySelector('[data-testid="precomputed"]'));
  }

  /** Does what asks for another answer, and waits for that. */
  async answered(act) {
    const timings = this.at("timings");
    const before = await timings.getAttribute("data-answer");
    await act();
    await this.until((before) => document.querySelector('[data-testid="timings"]')?.getAttribute("data-answer") !== before, before);
    await this.settled();
  }

  async measure() {
    const engines = this.heaps.engines();
    if (engines.length !== 1) errors.push(`${this.backend}: ${engines.length} engines`);
    return { ...(await this.heaps.measure()), "renderer RSS": await this.resident() };
  }

  /** The memory of the largest renderer's process, in bytes; nothing where the system does not say. */
  async resident() {
    const session = await this.browser.newBrowserCDPSession();
    const { processInfo } = await session.send("SystemInfo.getProcessInfo");
    await session.detach();
    const renderers = processInfo.filter(({ type }) => type === "renderer");
    const sizes = renderers.map(async ({ id }) => 1024 * Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${id}/status`, "utf8").catch(() => ""))?.[1] ?? 0));
    return Math.max(0, ...(await Promise.all(sizes)));
  }

  /** Does `act` so many times, measuring at intervals once a fifth of them is done. */
  async phase(name, times, act) {
    if (times === 0) return;
    const started = Date.now();
    const warm = Math.floor(times / 5);
    const every = Math.max(1, Math.floor((times - warm) / (count.points - 1)));
    const points = [];
    for (let done = 0; done <= times; done += 1) {
      if (done >= warm && (done - warm) % every === 0) points.push({ at: done, ...(await this.measure()) });
      if (done < times) await act(done);
    }
    const seconds = (Date.now() - started) / 1000;
    const phase = { name: `${name}, ${this.backend}`, times, seconds, points };
    phases.push(phase);
    report(phase);
  }
}

/** Prints what came of a phase. */
function report({ name, times, seconds, points }) {
  console.log(`\n${times} ${name}, ${seconds.toFixed(0)} s`);
  for (const [quantity, { floor, each, unit, inSteps }] of Object.entries(quantities)) {
    const values = points.map((point) => ({ at: point.at, value: point[quantity] }));
    const scale = unit === "MB" ? MB : 1;
    const { slope, error } = line(values);
    const small = unit === "MB" ? 1024 : 1;
    const steps = values.filter(({ value }, i) => i > 0 && value > values[i - 1].value).length;
    const leaks = grows(values, floor + each * times) && !(inSteps && steps === 1);
    if (leaks) errors.push(`${name}: ${quantity} grows`);
    const shown = (value) => (value / scale).toFixed(unit === "MB" ? 2 : 0).padStart(9);
    const perAct = `${(slope / small).toFixed(3).padStart(10)} ± ${(error / small).toFixed(3)} ${unit === "MB" ? "kB" : ""} each`;
    console.log(`  ${quantity.padEnd(13)} ${shown(values[0].value)} to ${shown(values.at(-1).value)} ${unit.padEnd(3)}${perAct}${leaks ? "  GROWS" : ""}`);
  }
}

/** The visitor's own pictures: three files, chosen once, since the page keeps every one that is. */
async function ownPictures(worked) {
  const files = ["photo_201x133.png", "rgb.jpg", "lossy.webp"].map((name) => new URL(`../tests/fixtures/pictures/${name}`, import.meta.url).pathname);
  for (const file of files) await worked.answered(() => worked.at("file-input").setInputFiles(file));
}

/** Samples and own pictures by turns, never one twice in a row. */
async function pictures(worked, times) {
  const shown = worked.page.locator('[data-testid="sample"], [data-testid="own-picture"]');
  const all = await shown.count();
  await worked.phase("pictures", times, (done) => worked.answered(() => shown.nth((7 * done) % all).click()));
}

async function networks(worked, times) {
  await worked.phase("networks", times, async (done) => {
    const { name, title } = family[(done + 1) % family.length];
    const button = worked.at("networks-button");
    if ((await button.getAttribute("aria-expanded")) === "false") await button.click();
    await worked.answered(() => worked.page.locator(`[data-testid="member"][data-network="${name}"]`).click());
    await worked.at("network-title").filter({ hasText: title }).waitFor();
  });
  // Back to the first, whose layers the other phases know.
  if ((await worked.at("network-title").innerText()) !== family[0].title) {
    await worked.answered(() => worked.page.locator(`[data-testid="member"][data-network="${family[0].name}"]`).click());
  }
  await worked.page.keyboard.press("Escape");
}

/** Edits that are checked, each another text; where there is a GPU they run as well. */
async function edits(worked, times) {
  await worked.page.locator("#tab-shader").click();
  const source = worked.at("shader-source");
  const text = () => source.inputValue();
  await worked.until(() => document.querySelector('[data-testid="shader-source"]')?.value.includes("fn main("));
  const original = await text();
  await worked.phase("shader edits", times, async (done) => {
    await worked.at("shader-try").nth(done % 3).click();
    // Typed: a text that is put in as a whole comes as an input for each of its lines.
    await source.press("Control+End");
    await worked.page.keyboard.type(`\n// ${done}`);
    const edited = await text();
    if (edited === original || !edited.endsWith(`// ${done}`)) errors.push(`the editor does not hold edit ${done}`);
    await worked.at("shader-fault").filter({ hasText: "finds nothing wrong" }).waitFor();
    if (worked.backend === "webgpu") {
      await worked.at("shader-run").click();
      await worked.at("shader-said").filter({ hasText: "The whole network took" }).waitFor();
    }
    await worked.at("shader-original").click();
    if ((await text()) !== original) errors.push("the original shader did not come back");
  });
}

async function cameras(worked, times) {
  await worked.phase("camera starts", times, async () => {
    await worked.at("camera").click();
    await worked.until(() => document.querySelector(".camera video")?.videoWidth > 0);
    await worked.at("live-close").click();
    await worked.page.locator(".camera").waitFor({ state: "detached" });
  });
}

/** Frames of a camera through the network, ten to an act. */
async function frames(worked, times) {
  if (times === 0) return;
  await worked.at("camera").click();
  // Where little motion is asked for it stands still at first.
  await worked.at("live-freeze").filter({ hasText: "Go on" }).click();
  const seen = () => worked.at("live-rate").getAttribute("data-frames").then(Number);
  await worked.phase("frames of a camera, by tens", Math.ceil(times / 10), async () => {
    const before = await seen();
    await worked.until((least) => Number(document.querySelector('[data-testid="live-rate"]')?.getAttribute("data-frames")) >= least, before + 10);
  });
  await worked.at("live-close").click();
  await worked.settled();
}

/** A second network beside the first, and away again. */
async function besides(worked, times) {
  await worked.page.locator("#tab-lens").click();
  await worked.phase("networks beside the first", times, async () => {
    await worked.at("beside-quick").click();
    await worked.until(() => document.querySelector('[data-testid="beside-table"] tr[data-row]'));
    await worked.at("beside-quick").click();
    await worked.at("map-total").waitFor();
  });
}

/** Two changed networks by turns; each has its own numbers. */
async function whatIfs(worked, times) {
  await worked.page.locator("#tab-what-if").click();
  const layer = "stages.1.1";
  await worked.at(`position-${layer}`).uncheck();
  const value = () =>
    worked.page.evaluate(() => {
      const isThere = document.querySelector(".what-if-outcome")?.getAttribute("aria-busy") === "false";
      return isThere ? document.querySelector('[data-testid="what-if-row"]')?.getAttribute("data-after") : null;
    });
  let before = await value();
  await worked.phase("what-if runs", times, async () => {
    await worked.at(`content-${layer}`).click();
    for (const started = Date.now(); ; await worked.page.waitForTimeout(20)) {
      const now = await value();
      if (now !== null && now !== before) {
        before = now;
        return;
      }
      if (Date.now() - started > patience) throw new Error("the changed network gave no other numbers");
    }
  });
}

const started = Date.now();
async function work(backend, args, acts) {
  const browser = await chromium.launch({ executablePath: flags.executablePath, args });
  try {
    console.log(`Chromium ${browser.version()}, ${backend}`);
    const worked = await Worked.open(browser, backend);
    console.log((await worked.at("backend-badge").innerText()).replaceAll(/\s+/g, " ").trim());
    await ownPictures(worked);
    for (const act of acts) await act(worked);
  } finally {
    await browser.close();
  }
}
await work("cpu", [...flags.cpu, ...camera], [
  (worked) => pictures(worked, count.pictures),
  (worked) => networks(worked, count.networks),
  (worked) => edits(worked, count.edits),
  (worked) => cameras(worked, count.cameras),
  (worked) => besides(worked, count.besides),
  (worked) => frames(worked, count.frames),
  (worked) => whatIfs(worked, count["what-ifs"]),
]);
if (count["webgpu-pictures"] + count["webgpu-edits"] > 0) {
  await work("webgpu", flags.webgpu, [
    (worked) => pictures(worked, count["webgpu-pictures"]),
    (worked) => edits(worked, count["webgpu-edits"]),
  ]);
}

if (values.json) await writeFile(values.json, `${JSON.stringify({ phases, errors }, null, 2)}\n`);
console.log(`\n${((Date.now() - started) / 60_000).toFixed(1)} minutes`);
for (const error of errors) console.error(error);
console.log(errors.length === 0 ? "everything stays level, and there was no error" : `${errors.length} faults`);
process.exit(errors.length === 0 ? 0 : 1);
