// Measures what moving the query costs the page's own thread, in every view and on two networks:
//   node latency.mjs <address> [--moves 60] [--seeded weights/lambda_resnet26t.safetensors] [--json file]
//
// "Work" is what the tasks of Chromium's main thread (its own TaskDuration) took between a press of an arrow key and the
// second frame after it: handler, what follows from it, style, layout and paint; less what a press of a key without a
// meaning takes, which is the price of the measuring. "At rest" is what follows once the query has stopped: tables, what is
// out of sight, what is read aloud, the address. It counts in the thread's own processor time, since other processes
// (without a GPU, the one that draws) share the machine's cores. The engine runs in a worker, so its time is not in it; the
// CPU backend is used, the one that could be in the way. Long tasks are those over 50 ms while pictures are classified. The
// seeded network is what `cargo xtask test` writes for the page's tests.

import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { chromium } from "@playwright/test";

import * as flags from "./support/chromium.mjs";
import { quantile } from "./support/quantile.mjs";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    moves: { type: "string", default: "60" },
    seeded: { type: "string", default: fileURLToPath(new URL("weights/lambda_resnet26t.safetensors", import.meta.url)) },
    json: { type: "string" },
  },
});
const [address] = positionals;
const moves = Number(values.moves);
if (!address || !(moves >= 1)) {
  console.error("usage: node latency.mjs <address> [--moves 60] [--seeded file] [--json file]");
  process.exit(2);
}

const patience = 120_000;
/** Round in a ring, so that no press meets the border, where nothing moves. */
const keys = ["ArrowRight", "ArrowDown", "ArrowLeft", "ArrowDown", "ArrowRight", "ArrowUp", "ArrowLeft", "ArrowUp"];

/** Runs in the page before anything of it. */
function observe() {
  window.longTasks = [];
  new PerformanceObserver((list) => {
    for (const task of list.getEntries()) window.longTasks.push(task.duration);
  }).observe({ type: "longtask" });
}

/** Two frames: the one that shows what the last event did, and the one after it. */
const frames = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

async function busy(client) {
  const { metrics } = await client.send("Performance.getMetrics");
  return 1000 * metrics.find(({ name }) => name === "TaskDuration").value;
}

/** How long after a move everything has followed. */
const rest = 1000;

/** Milliseconds of work for each move, and those that follow once the query rests. */
async function work(page, client) {
  const grid = page.getByTestId("query-grid").first();
  await grid.focus();
  const during = async (act) => {
    const before = await busy(client);
    await act();
    return (await busy(client)) - before;
  };
  const press = (key) =>
    during(async () => {
      await page.keyboard.press(key);
      await frames(page);
    });
  const wait = () => during(() => page.waitForTimeout(rest));
  const measured = async (count, act) => {
    const all = [];
    for (let i = 0; i < count; i += 1) all.push(await act(i));
    return all;
  };
  const floor = quantile(await measured(20, () => press("F9")), 0.5);
  const took = await measured(moves, (i) => press(keys[i % keys.length]));
  await wait();
  const idle = quantile(await measured(3, wait), 0.5);
  const rested = await measured(keys.length, async (i) => {
    await press(keys[i]);
    return wait();
  });
  const less = (floor) => (ms) => Math.max(0, ms - floor);
  return { took: took.map(less(floor)), rested: rested.map(less(idle)) };
}

async function classified(page, count) {
  await page.evaluate(() => window.longTasks.splice(0));
  const samples = page.getByTestId("sample");
  for (let i = 1; i <= count; i += 1) {
    await samples.nth(i).click();
    await page.waitForFunction(() => document.querySelector("#view")?.getAttribute("aria-busy") === "false", null, { timeout: patience });
    await frames(page);
  }
  return page.evaluate(() => window.longTasks.splice(0));
}

const rows = [];
const browser = await chromium.launch({ executablePath: flags.executablePath, args: flags.cpu });
try {
  const networks = [{ name: "shipped", file: null }];
  if (existsSync(values.seeded)) networks.push({ name: "lambda_resnet26t", file: values.seeded });
  else console.error(`${values.seeded} is missing, so that lambda_resnet26t is left out`);
  for (const { name, file } of networks) {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.addInitScript(observe);
    await page.goto(new URL("?backend=cpu&sample=church", address).href);
    await page.getByTestId("prediction").first().waitFor({ timeout: patience });
    await page.getByTestId("precomputed").waitFor({ state: "detached", timeout: patience });
    if (file) {
      const before = await page.getByTestId("network-title").innerText();
      await page.getByTestId("networks-button").click();
      await page.getByTestId("network-file").setInputFiles(file);
      await page.waitForFunction(
        (title) => document.querySelector('[data-testid="network-title"]')?.textContent !== title, before, { timeout: patience });
      await page.keyboard.press("Escape");
    }
    const client = await page.context().newCDPSession(page);
    await client.send("Performance.enable", { timeDomain: "threadTicks" });
    const long = await classified(page, 5);
    const views = await page.getByRole("tab").evaluateAll((tabs) => tabs.map((tab) => tab.id));
    // The last one is the lens with a second network beside the first.
    for (const view of [...views, "tab-lens with two networks"]) {
      const [id, beside] = view.split(" ");
      await page.locator(`#${id}`).click();
      if (beside) {
        await page.getByTestId("beside-quick").click();
        await page.locator('[data-testid="beside-table"] tr[data-row]').first().waitFor({ timeout: patience });
      }
      await page.waitForTimeout(500);
      if ((await page.getByTestId("query-grid").count()) === 0) continue;
      const { took, rested } = await work(page, client);
      rows.push({ network: name, view: view.replace("tab-", ""), median: quantile(took, 0.5), p95: quantile(took, 0.95), rest: quantile(rested, 0.5), long: long.length, longest: Math.max(0, ...long) });
      const row = rows.at(-1);
      console.log(`${name.padEnd(18)} ${row.view.padEnd(22)} median ${row.median.toFixed(1).padStart(5)} ms, p95 ${row.p95.toFixed(1).padStart(5)} ms, at rest ${row.rest.toFixed(1).padStart(5)} ms`);
    }
    console.log(`${name.padEnd(18)} tasks over 50 ms while five pictures are classified: ${long.length}, longest ${Math.max(0, ...long).toFixed(0)} ms`);
    await page.close();
  }
} finally {
  await browser.close();
}
if (values.json) {
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}`;
  await writeFile(values.json, `${JSON.stringify({ machine, chromium: browser.version(), moves, rows }, null, 2)}\n`);
}
