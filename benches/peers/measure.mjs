// Times PyTorch, onnxruntime-web and this project on timm's three LambdaResNets with seeded weights, by turns:
//   node measure.mjs [--python python] [--networks a,b] [--backends torch-1,wasm-1,…] [--side 256] [--rounds 3] [--runs 10]
//                    [--output results]
//
// In each round every backend runs every network once, in a process or browser of its own. Writes <output>.json and
// <output>.md. An error of a backend is a result too.

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
const torch = (threads, how) => ({ title: `PyTorch, ${how}, ${counted(threads)}`, run: (network) => JSON.parse(python("pytorch.py", network, side, threads, runs, how)) });
const ort = (title, bundle, provider, args, threads = 1) => ({ title: `onnxruntime-web, ${title}`, run: (network) => inBrowser(network, bundle, provider, args, threads) });
const native = (title, backend, threads) => ({ title: `lambdascope, ${title}`, run: (network) => ours.native({ network, cache, side, runs, backend, threads }) });
const page = (title, backend, cpu) => ({ title: `lambdascope, ${title}`, run: (network) => ours.page({ network, cache, side, runs, backend, cpu, patience }) });
const BACKENDS = {
  "torch-1": torch(1, "eager"),
  "torch-2": torch(2, "eager"),
  "compiled-1": torch(1, "compiled"),
  "compiled-2": torch(2, "compiled"),
  "ours-1": native(`native, CPU, ${counted(1)}`, "cpu", 1),
  "ours-2": native(`native, CPU, ${counted(2)}`, "cpu", 2),
  "wasm-1": ort(`WASM, ${counted(1)}`, "ort.wasm.min.mjs", "wasm", flags.cpu),
  "wasm-2": ort(`WASM, ${counted(2)}`, "ort.wasm.min.mjs", "wasm", flags.cpu, 2),
  "ours-wasm-plain": page(`WASM without relaxed SIMD, ${counted(1)}`, "cpu", "plain"),
  "ours-wasm-1": page(`WASM, ${counted(1)}`, "cpu", "1"),
  "ours-wasm-2": page(`WASM, ${counted(2)}`, "cpu", "2"),
  webgpu: ort("WebGPU", "ort.webgpu.min.mjs", "webgpu", flags.webgpu),
  jsep: ort("WebGPU by its older path (JSEP)", "ort.min.mjs", "webgpu", flags.webgpu),
  "ours-webgpu": page("WebGPU", "webgpu"),
  "ours-vulkan": native("native, Vulkan (llvmpipe)", "gpu", 2),
};
/** What is held against what: how many times as fast the first is as the second. */
const RATIOS = [
  ["ours-1", "torch-1"],
  ["ours-2", "torch-2"],
  ["ours-1", "compiled-1"],
  ["ours-2", "compiled-2"],
  ["ours-wasm-1", "wasm-1"],
  ["ours-wasm-plain", "wasm-1"],
  ["ours-wasm-2", "wasm-2"],
  ["ours-webgpu", "webgpu"],
];

const { values: options } = parseArgs({
  options: {
    python: { type: "string", default: join(here, "../../training/.venv/bin/python") },
    networks: { type: "string", default: "lambda_resnet26t,lambda_resnet26rpt_256,lambda_resnet50ts" },
    backends: { type: "string", default: Object.keys(BACKENDS).join(",") },
    side: { type: "string", default: "256" },
    rounds: { type: "string", default: "3" },
    runs: { type: "string", default: "10" },
    output: { type: "string", default: join(here, "results") },
  },
});
const networks = options.networks.split(",");
const backends = options.backends.split(",");
const side = Number(options.side);
const rounds = Number(options.rounds);
const runs = Number(options.runs);
/** In milliseconds: after it a browser's backend stops early. */
const patience = 60_000;
const cache = join(here, "cache");
const unknown = backends.filter((name) => !(name in BACKENDS));
if (unknown.length || ![side, rounds, runs].every((number) => number > 0)) {
  console.error(`backends: ${Object.keys(BACKENDS).join(", ")}; side, rounds and runs: positive numbers`);
  process.exit(2);
}

function python(script, ...args) {
  const env = { ...process.env, PYTHONPATH: join(here, "../../training") };
  return execFileSync(options.python, [join(here, script), ...args.map(String)], { env, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}

/** One network on one backend, in a browser of its own. */
async function inBrowser(network, bundle, provider, args, threads) {
  const browser = await chromium.launch({ executablePath: flags.executablePath, args });
  try {
    const page = await browser.newPage();
    await page.goto(address);
    await page.waitForFunction(() => "measure" in window);
    const found = await page.evaluate((what) => window.measure(what), { bundle, provider, threads, network, side, runs, patience });
    return { browser: browser.version(), ...found };
  } finally {
    await browser.close();
  }
}

const reason = (error) => error.message.split("\n")[0].replace(/^page\.evaluate: (Error: )?/, "");

const ms = (value) => (value === undefined ? "" : value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString("en"));
const middle = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
};
const range = (values, show) => `${show(middle(values))} [${show(Math.min(...values))}–${show(Math.max(...values))}]`;
const of = (results, network, backend) => results.filter((one) => one.network === network && one.backend === backend);

/** A row a network and backend: the middle of the rounds, with the smallest and the largest. */
function table(results) {
  const lines = ["| network | on | create | first run | median of a round | fastest | load average |", "| --- | --- | --- | --- | --- | --- | --- |"];
  for (const network of networks) {
    for (const backend of backends) {
      const found = of(results, network, backend);
      const sound = found.filter(({ error }) => error === undefined);
      const loads = found.flatMap((one) => one.load_average);
      const load = `${Math.min(...loads).toFixed(1)}–${Math.max(...loads).toFixed(1)}`;
      const some = (key) => (sound.every((one) => one[key] === undefined) ? "" : ms(middle(sound.map((one) => one[key]))));
      const cells = sound.length
        ? [some("create_ms"), some("first_ms"), range(sound.map((one) => one.median_ms), ms), ms(Math.min(...sound.map((one) => one.fastest_ms)))]
        : ["", "", found[0].error.replaceAll("|", "\\|"), ""];
      lines.push(`| ${[network, BACKENDS[backend].title, ...cells, load].join(" | ")} |`);
    }
  }
  return lines.join("\n");
}

/** How many times as fast we are, round by round. */
function ratios(results) {
  const lines = [`| times as fast | ${networks.join(" | ")} |`, `| --- |${networks.map(() => " --- |").join("")}`];
  for (const [ours, peer] of RATIOS.filter((pair) => pair.every((name) => backends.includes(name)))) {
    const cells = networks.map((network) => {
      const [left, right] = [ours, peer].map((backend) => of(results, network, backend));
      const quotients = left.map((one, round) => right[round].median_ms / one.median_ms).filter(Number.isFinite);
      return quotients.length ? range(quotients, (value) => value.toFixed(2)) : "";
    });
    lines.push(`| ${BACKENDS[ours].title}, against ${BACKENDS[peer].title} | ${cells.join(" | ")} |`);
  }
  return lines.join("\n");
}

python("export.py", cache, side, ...networks);
networks.forEach((network) => ours.prepare(network, cache));
const { server, address } = await serve(here, '<!doctype html><script type="module" src="/page.mjs"></script>');
const results = [];
for (let round = 1; round <= rounds; round += 1) {
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
      results.push({ round, network, backend, ...found, load_average: [before, loadavg()[0]] });
      console.error(`round ${round}, ${network}, ${title}: ${found.error ?? `${found.median_ms.toFixed(1)} ms`}`);
    }
  }
}
server.close();

const machine = { cpu: cpus()[0].model, cores: cpus().length, node: process.version, onnxruntime_web: version, side, date: new Date().toISOString() };
await writeFile(`${resolve(options.output)}.json`, JSON.stringify({ machine, results }, null, 1) + "\n");
const heading = `${machine.cores} cores of ${machine.cpu}, onnxruntime-web ${version}, ${side}×${side} pixels, batch 1; ${rounds} rounds of ${runs} runs, times in ms.`;
const text = `${heading}\n\n${table(results)}\n\n${ratios(results)}\n`;
await writeFile(`${resolve(options.output)}.md`, text);
console.log(text);
