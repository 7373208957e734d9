// Times PyTorch, onnxruntime-web and this project on timm's three LambdaResNets with seeded weights, one after another:
//   node measure.mjs [--python python] [--networks a,b] [--backends torch-1,wasm,…] [--side 256] [--runs 30] [--output results]
//
// Writes <output>.json and <output>.md. An error of a backend is a result too.

import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { cpus, loadavg } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

import { chromium } from "playwright-core";

import * as flags from "../../e2e/support/chromium.mjs";
import * as ours from "./ours.mjs";
import { serve } from "./server.mjs";

const here = import.meta.dirname;
const { version } = JSON.parse(await readFile(join(here, "node_modules/onnxruntime-web/package.json"), "utf8"));
const counted = (threads) => `${threads} thread${threads > 1 ? "s" : ""}`;
const torch = (threads) => ({ title: `PyTorch, ${counted(threads)}`, run: (network) => JSON.parse(python("pytorch.py", network, side, threads, runs)) });
const ort = (title, bundle, provider, args) => ({ title: `onnxruntime-web, ${title}`, run: (network) => inBrowser(network, bundle, provider, args) });
const native = (title, backend, threads) => ({ title: `lambdascope, ${title}`, run: (network) => ours.native({ network, cache, side, runs, backend, threads }) });
const page = (title, backend) => ({ title: `lambdascope, ${title}`, run: (network) => ours.page({ network, cache, side, runs, backend, patience }) });
const BACKENDS = {
  "torch-1": torch(1),
  "torch-2": torch(2),
  "ours-1": native(`native, CPU, ${counted(1)}`, "cpu", 1),
  "ours-2": native(`native, CPU, ${counted(2)}`, "cpu", 2),
  wasm: ort(`WASM, ${counted(1)}`, "ort.wasm.min.mjs", "wasm", flags.cpu),
  "ours-wasm": page(`WASM, ${counted(1)}`, "cpu"),
  webgpu: ort("WebGPU", "ort.webgpu.min.mjs", "webgpu", flags.webgpu),
  jsep: ort("WebGPU by its older path (JSEP)", "ort.min.mjs", "webgpu", flags.webgpu),
  "ours-webgpu": page("WebGPU", "webgpu"),
  "ours-vulkan": native("native, Vulkan (llvmpipe)", "gpu", 2),
};

const { values: options } = parseArgs({
  options: {
    python: { type: "string", default: join(here, "../../training/.venv/bin/python") },
    networks: { type: "string", default: "lambda_resnet26t,lambda_resnet26rpt_256,lambda_resnet50ts" },
    backends: { type: "string", default: Object.keys(BACKENDS).join(",") },
    side: { type: "string", default: "256" },
    runs: { type: "string", default: "30" },
    output: { type: "string", default: join(here, "results") },
  },
});
const networks = options.networks.split(",");
const backends = options.backends.split(",");
const side = Number(options.side);
const runs = Number(options.runs);
/** In milliseconds: after it a browser's backend stops early. */
const patience = 60_000;
const cache = join(here, "cache");
const unknown = backends.filter((name) => !(name in BACKENDS));
if (unknown.length || !(side > 0) || !(runs > 0)) {
  console.error(`backends: ${Object.keys(BACKENDS).join(", ")}; side and runs: positive numbers`);
  process.exit(2);
}

function python(script, ...args) {
  const env = { ...process.env, PYTHONPATH: join(here, "../../training") };
  return execFileSync(options.python, [join(here, script), ...args.map(String)], { env, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}

/** One network on one backend, in a browser of its own. */
async function inBrowser(network, bundle, provider, args) {
  const browser = await chromium.launch({ executablePath: flags.executablePath, args });
  try {
    const page = await browser.newPage();
    await page.goto(address);
    await page.waitForFunction(() => "measure" in window);
    const found = await page.evaluate((what) => window.measure(what), { bundle, provider, network, side, runs, patience });
    return { browser: browser.version(), ...found };
  } finally {
    await browser.close();
  }
}

const reason = (error) => error.message.split("\n")[0].replace(/^page\.evaluate: (Error: )?/, "");

function table(results) {
  const ms = (value) => (value === undefined ? "" : value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString("en"));
  const lines = ["| network | on | create | first run | median | fastest | runs | load average |", "| --- | --- | --- | --- | --- | --- | --- | --- |"];
  for (const { network, backend, error, load_average, ...found } of results) {
    const { title } = BACKENDS[backend];
    const cells = error
      ? ["", error.replaceAll("|", "\\|"), "", "", ""]
      : [ms(found.create_ms), ms(found.first_ms), ms(found.median_ms), ms(found.fastest_ms), found.runs];
    lines.push(`| ${[network, title, ...cells, load_average.map((load) => load.toFixed(1)).join("–")].join(" | ")} |`);
  }
  return lines.join("\n");
}

python("export.py", cache, side, ...networks);
networks.forEach((network) => ours.prepare(network, cache));
const { server, address } = await serve(here, '<!doctype html><script type="module" src="/page.mjs"></script>');
const results = [];
for (const network of networks) {
  for (const backend of backends) {
    const before = loadavg()[0];
    const { title, run } = BACKENDS[backend];
    let found;
    try {
      found = await run(network);
    } catch (error) {
      found = { error: reason(error) };
    }
    results.push({ network, backend, ...found, load_average: [before, loadavg()[0]] });
    console.error(`${network}, ${title}: ${found.error ?? `${found.median_ms.toFixed(1)} ms`}`);
  }
}
server.close();

const machine = { cpu: cpus()[0].model, cores: cpus().length, node: process.version, onnxruntime_web: version, side, date: new Date().toISOString() };
await writeFile(`${resolve(options.output)}.json`, JSON.stringify({ machine, results }, null, 1) + "\n");
const heading = `${machine.cores} cores of ${machine.cpu}, onnxruntime-web ${version}, ${side}×${side} pixels, batch 1; times in ms.`;
await writeFile(`${resolve(options.output)}.md`, `${heading}\n\n${table(results)}\n`);
console.log(table(results));
