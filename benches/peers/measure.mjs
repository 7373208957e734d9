// Times PyTorch and onnxruntime-web on timm's three LambdaResNets with seeded weights, one after another:
//   node measure.mjs [--python python] [--networks a,b] [--backends torch-1,wasm,…] [--side 256] [--runs 30] [--output results]
//
// Writes <output>.json and <output>.md. An error of a backend is a result too.

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { cpus, loadavg } from "node:os";
import { extname, join, normalize, resolve } from "node:path";
import { parseArgs } from "node:util";

import { chromium } from "playwright-core";

import * as flags from "../../e2e/support/chromium.mjs";

const here = import.meta.dirname;
const { version: ort } = JSON.parse(await readFile(join(here, "node_modules/onnxruntime-web/package.json"), "utf8"));
const torch = (threads) => ({ title: `PyTorch, ${threads} thread${threads > 1 ? "s" : ""}`, threads });
const BACKENDS = {
  "torch-1": torch(1),
  "torch-2": torch(2),
  wasm: { title: "onnxruntime-web, WASM, 1 thread", bundle: "ort.wasm.min.mjs", provider: "wasm", args: flags.cpu },
  webgpu: { title: "onnxruntime-web, WebGPU", bundle: "ort.webgpu.min.mjs", provider: "webgpu", args: flags.webgpu },
  jsep: { title: "onnxruntime-web, WebGPU by its older path (JSEP)", bundle: "ort.min.mjs", provider: "webgpu", args: flags.webgpu },
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
const unknown = backends.filter((name) => !(name in BACKENDS));
if (unknown.length || !(side > 0) || !(runs > 0)) {
  console.error(`backends: ${Object.keys(BACKENDS).join(", ")}; side and runs: positive numbers`);
  process.exit(2);
}

function python(script, ...args) {
  const env = { ...process.env, PYTHONPATH: join(here, "../../training") };
  return execFileSync(options.python, [join(here, script), ...args.map(String)], { env, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}

/** Serves this folder to the browser. */
async function serve() {
  const types = { ".html": "text/html", ".mjs": "text/javascript", ".json": "application/json", ".wasm": "application/wasm" };
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, "http://localhost").pathname));
    if (path === "/") {
      response.writeHead(200, { "content-type": "text/html" }).end('<!doctype html><script type="module" src="/page.mjs"></script>');
      return;
    }
    const file = join(here, path);
    if (!existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "content-type": types[extname(file)] ?? "application/octet-stream" }).end(await readFile(file));
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return { server, address: `http://127.0.0.1:${server.address().port}/` };
}

/** One network on one backend, in a browser of its own. */
async function inBrowser(address, network, { bundle, provider, args }) {
  const browser = await chromium.launch({ executablePath: flags.executablePath, args });
  try {
    const page = await browser.newPage();
    await page.goto(address);
    await page.waitForFunction(() => "measure" in window);
    const found = await page.evaluate((what) => window.measure(what), { bundle, provider, network, side, runs, patience: 60_000 });
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

const cache = join(here, "cache");
python("export.py", cache, side, ...networks);
const { server, address } = await serve();
const results = [];
for (const network of networks) {
  for (const backend of backends) {
    const before = loadavg()[0];
    const settings = BACKENDS[backend];
    let found;
    try {
      found = settings.threads ? JSON.parse(python("pytorch.py", network, side, settings.threads, runs)) : await inBrowser(address, network, settings);
    } catch (error) {
      found = { error: reason(error) };
    }
    results.push({ network, backend, ...found, load_average: [before, loadavg()[0]] });
    console.error(`${network}, ${settings.title}: ${found.error ?? `${found.median_ms.toFixed(1)} ms`}`);
  }
}
server.close();

const machine = { cpu: cpus()[0].model, cores: cpus().length, node: process.version, onnxruntime_web: ort, side, date: new Date().toISOString() };
await writeFile(`${resolve(options.output)}.json`, JSON.stringify({ machine, results }, null, 1) + "\n");
const heading = `${machine.cores} cores of ${machine.cpu}, onnxruntime-web ${ort}, ${side}×${side} pixels, batch 1; times in ms.`;
await writeFile(`${resolve(options.output)}.md`, `${heading}\n\n${table(results)}\n`);
console.log(table(results));
