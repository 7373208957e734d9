// This project on the same networks: the command line's own `bench`, and the built page with a dropped file.

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { chromium } from "playwright-core";

import * as flags from "../../e2e/support/chromium.mjs";
import { serve } from "./server.mjs";

const project = join(import.meta.dirname, "../..");
const dist = join(project, "dist");

const cargo = (env, ...args) =>
  execFileSync("cargo", ["run", "--release", "--quiet", ...args], { cwd: project, env: { ...process.env, ...env }, encoding: "utf8" });
const weights = (cache, network) => join(cache, `${network}.safetensors`);

/** Writes the network's seeded weights, the same numbers that PyTorch and onnxruntime-web get. */
export function prepare(network, cache) {
  if (!existsSync(weights(cache, network))) cargo({}, "--example", "seeded_weights", "--", network, weights(cache, network));
}

/** `lambdascope bench`; the network's own picture side only. */
export function native({ network, cache, side, runs, backend, threads }) {
  const options = ["--model", network, "--weights", weights(cache, network), "--backend", backend, "--runs", String(runs), "--json"];
  const found = JSON.parse(cargo({ RAYON_NUM_THREADS: String(threads) }, "--bin", "lambdascope", "--", "bench", ...options));
  if (found.side !== side) throw new Error(`bench runs ${network} at ${found.side} pixels, expected ${side}`);
  const { load_ms, compile_ms, first_run_ms, median_ms, fastest_ms, device } = found;
  return { create_ms: load_ms + compile_ms, first_ms: first_run_ms, median_ms, fastest_ms, runs, device };
}

/**
 * The page of `dist/`: the network dropped as a file, then sample after sample, each timed by the page itself from the
 * normalised picture to logits and the layers' traces on the page's side. `create` ends with the first answer. `cpu` is how
 * the CPU computes, as the page's address has it.
 */
export async function page({ network, cache, side, runs, backend, cpu, patience }) {
  if (!existsSync(join(dist, "index.html"))) throw new Error("dist/ has no page: run `cargo xtask build`");
  const { server, address } = await serve(dist, await readFile(join(dist, "index.html")));
  const browser = await chromium.launch({ executablePath: flags.executablePath, args: flags[backend] });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(180_000);
    await page.goto(`${address}?backend=${backend}${cpu ? `&cpu=${cpu}` : ""}`);
    const timings = page.getByTestId("timings");
    const title = page.getByTestId("network-title");
    // The default network's own answer, not the one computed ahead: what comes after it is the dropped file's.
    const own = () => document.querySelector('[data-testid="prediction"]') && !document.querySelector('[data-testid="precomputed"]');
    await page.waitForFunction(own);
    const first = await title.innerText();
    /** The page's time for the answer that `change` brings about. */
    const answer = async (change) => {
      // Waiting for a function would have the page draw frame after frame meanwhile.
      const changed = page.evaluate(() => new Promise((done) => {
        const element = () => document.querySelector('[data-testid="timings"]')?.dataset.answer;
        const before = element();
        const observer = new MutationObserver(() => {
          if ([undefined, before].includes(element())) return;
          observer.disconnect();
          done();
        });
        observer.observe(document, { subtree: true, childList: true, attributeFilter: ["data-answer"] });
      }));
      await change();
      await changed;
      return Number(await timings.getAttribute("data-network"));
    };

    await page.getByTestId("networks-button").click();
    const start = performance.now();
    await answer(() => page.getByTestId("network-file").setInputFiles(weights(cache, network)));
    if ((await title.innerText()) === first) throw new Error(`the page answers with ${first}, expected ${network}`);
    const create_ms = performance.now() - start;
    const ran = Number(await timings.getAttribute("data-side"));
    if (ran !== side) throw new Error(`the page runs ${network} at ${ran} pixels, expected ${side}`);

    const samples = await page.getByTestId("sample").all();
    const times = [];
    /** The page has drawn, as it has when a visitor chooses the next picture: it would take a core from the engine. */
    const rest = () => page.evaluate(() => new Promise((done) => setTimeout(() => requestIdleCallback(done), 400)));
    const began = performance.now();
    for (let i = 1; times.length < runs && (times.length < 3 || performance.now() - began < patience); i += 1) {
      await rest();
      times.push(await answer(() => samples[i % samples.length].click()));
    }
    times.sort((a, b) => a - b);
    const median_ms = (times[(times.length - 1) >> 1] + times[times.length >> 1]) / 2;
    return { browser: browser.version(), create_ms, median_ms, fastest_ms: times[0], runs: times.length };
  } finally {
    await browser.close();
    server.close();
  }
}
