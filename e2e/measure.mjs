// Measures the served page as a visitor meets it, the cache empty each time:
//   node measure.mjs <address> [--backend webgpu|cpu] [--runs 5] [--moves 60] [--line mbit,ms] [--json file]
//
// Bytes are counted as they are, as they travel from the host that is measured (`cargo xtask serve` hands brotli out), and as
// they would from one that compresses text and WebAssembly with gzip, as most static hosts do. "Input to frame" runs from the
// event's own time stamp to the end of the frame that the page drew after it. `--line 10,40` puts a line of 10 Mbit/s and a
// round trip of 40 ms between (support/line.mjs).

import { writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";

import { chromium } from "@playwright/test";

import * as flags from "./support/chromium.mjs";
import { openLine } from "./support/line.mjs";
import { quantile } from "./support/quantile.mjs";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    backend: { type: "string", default: "webgpu" },
    runs: { type: "string", default: "5" },
    moves: { type: "string", default: "60" },
    line: { type: "string" },
    json: { type: "string" },
  },
});
const [address] = positionals;
const runs = Number(values.runs);
const moves = Number(values.moves);
if (!address || !["webgpu", "cpu"].includes(values.backend) || !(runs >= 1) || !(moves >= 1)) {
  console.error("usage: node measure.mjs <address> [--backend webgpu|cpu] [--runs 5] [--moves 60] [--line mbit,ms] [--json file]");
  process.exit(2);
}
const [megabits, roundTrip] = (values.line ?? "").split(",").map(Number);
const line = values.line ? await openLine(address, { bitsASecond: megabits * 1e6, roundTrip }) : undefined;

const compressible = /^(text\/|application\/(wasm|javascript|json)|image\/svg)/;
const patience = 120_000;

/** Runs in the page before anything of it: notes when things appear, long tasks, and inputs until their frame. */
function observe() {
  const seen = { begun: false, drawn: null, shown: null, result: null, longTasks: [], inputs: [] };
  window.measured = seen;
  new PerformanceObserver((list) => {
    for (const task of list.getEntries()) seen.longTasks.push({ at: task.startTime, took: task.duration });
  }).observe({ type: "longtask", buffered: true });
  new MutationObserver(() => {
    // On a slow line what stands there at first comes in pieces too.
    const begins = document.getElementById("start") !== null;
    seen.begun ||= begins;
    if (seen.drawn === null && seen.begun && !begins) seen.drawn = performance.now();
    if (!document.querySelector('[data-testid="prediction"]')) return;
    if (seen.shown === null) seen.shown = performance.now();
    if (seen.result === null && !document.querySelector('[data-testid="precomputed"]')) seen.result = performance.now();
  }).observe(document, { childList: true, subtree: true });
  const afterFrame = (event) => {
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => seen.inputs.push({ kind: event.type, took: performance.now() - event.timeStamp });
      channel.port2.postMessage(null);
    });
  };
  for (const kind of ["pointermove", "keydown"]) addEventListener(kind, afterFrame, { capture: true, passive: true });
}

async function visit(browser) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  const bodies = [];
  context.on("response", (response) => bodies.push(weigh(response)));
  await page.addInitScript(observe);
  await page.goto(line?.address ?? address);
  await page.waitForFunction(() => window.measured.result !== null, null, { timeout: patience });
  const files = (await Promise.all(bodies)).filter((file) => file !== null);
  const { drawn, shown, result, paint } = await page.evaluate(() => ({
    drawn: window.measured.drawn,
    shown: window.measured.shown,
    result: window.measured.result,
    paint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? null,
  }));
  await page.waitForTimeout(1000);
  const loading = await page.evaluate(() => window.measured.longTasks.splice(0));
  const badge = (await page.getByTestId("backend-badge").first().innerText()).replaceAll(/\s+/g, " ").trim();

  const grid = page.getByTestId("query-grid").first();
  await grid.scrollIntoViewIfNeeded();
  const box = await grid.boundingBox();
  if (!box) throw new Error("query-grid has no box: it is not on screen");
  await page.evaluate(() => window.measured.inputs.splice(0));
  for (let step = 0; step < moves; step += 1) {
    // Along a spiral, so that each move meets another pixel of the grid.
    const turn = (step / moves) * 6 * Math.PI;
    const reach = 0.1 + (0.35 * step) / moves;
    await page.mouse.move(box.x + box.width * (0.5 + reach * Math.cos(turn)), box.y + box.height * (0.5 + reach * Math.sin(turn)));
    await page.waitForTimeout(40);
  }
  await grid.focus();
  const keys = ["ArrowRight", "ArrowDown", "ArrowLeft", "ArrowDown"];
  for (let step = 0; step < moves; step += 1) {
    await page.keyboard.press(keys[step % keys.length]);
    await page.waitForTimeout(40);
  }
  const { inputs, moving } = await page.evaluate(() => ({
    inputs: window.measured.inputs,
    moving: window.measured.longTasks,
  }));
  await context.close();
  return { badge, files, paint, drawn, shown, result, loading, inputs, moving };
}

async function weigh(response) {
  const type = response.headers()["content-type"] ?? "";
  // A worker's own script may have no body to read; a redirect has none.
  const body = await response.body().catch(() => null);
  if (body === null) return null;
  const gzip = compressible.test(type) ? gzipSync(body, { level: 9 }).length : body.length;
  const { responseBodySize } = await response.request().sizes();
  return { name: new URL(response.url()).pathname, raw: body.length, gzip, travelled: responseBodySize };
}

const ms = (number) => `${number.toFixed(0).padStart(6)} ms`;
const kb = (number) => `${(number / 1000).toFixed(1).padStart(8)} kB`;

const browser = await chromium.launch({ executablePath: flags.executablePath, args: flags[values.backend] });
const visits = [];
try {
  for (let run = 0; run < runs; run += 1) visits.push(await visit(browser));
} finally {
  await browser.close();
  line?.close();
}

const [first] = visits;
const took = (kind) => visits.flatMap((one) => one.inputs.filter((input) => input.kind === kind).map((input) => input.took));
const summary = {
  backend: first.badge,
  machine: `${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}`,
  chromium: browser.version(),
  runs,
  bytes: Object.fromEntries(["raw", "travelled", "gzip"].map((kind) => [kind, first.files.reduce((sum, file) => sum + file[kind], 0)])),
  files: first.files,
  firstPaint: quantile(visits.map((one) => one.paint), 0.5),
  drawn: quantile(visits.map((one) => one.drawn), 0.5),
  firstShown: quantile(visits.map((one) => one.shown), 0.5),
  firstResult: { median: quantile(visits.map((one) => one.result), 0.5), worst: quantile(visits.map((one) => one.result), 1) },
  pointer: { median: quantile(took("pointermove"), 0.5), p95: quantile(took("pointermove"), 0.95), count: took("pointermove").length },
  keys: { median: quantile(took("keydown"), 0.5), p95: quantile(took("keydown"), 0.95), count: took("keydown").length },
  longTasks: { loading: visits.flatMap((one) => one.loading), moving: visits.flatMap((one) => one.moving) },
};

console.log(`${summary.backend}\n${summary.machine}, Chromium ${summary.chromium}, ${runs} runs${values.line ? `, over ${megabits} Mbit/s and ${roundTrip} ms` : ""}\n`);
const weight = ({ raw, travelled, gzip }, what) => console.log(`${kb(raw)} ${kb(travelled)} travelled ${kb(gzip)} gzip  ${what}`);
for (const file of summary.files) weight(file, file.name);
weight(summary.bytes, "until the first result\n");
console.log(`first paint           ${ms(summary.firstPaint)}`);
console.log(`page drawn            ${ms(summary.drawn)}`);
console.log(`first numbers         ${ms(summary.firstShown)}`);
console.log(`first result          ${ms(summary.firstResult.median)}, worst ${ms(summary.firstResult.worst)}`);
console.log(`pointer to frame      ${ms(summary.pointer.median)}, p95 ${ms(summary.pointer.p95)} (${summary.pointer.count} moves)`);
console.log(`key to frame          ${ms(summary.keys.median)}, p95 ${ms(summary.keys.p95)} (${summary.keys.count} presses)`);
for (const [when, tasks] of Object.entries(summary.longTasks)) {
  const longest = Math.max(0, ...tasks.map((task) => task.took));
  console.log(`long tasks ${when.padEnd(10)} ${String(tasks.length).padStart(6)} over ${runs} runs, longest ${ms(longest)}`);
}
if (values.json) await writeFile(values.json, `${JSON.stringify(summary, null, 2)}\n`);
