// Times convolution tiles in Chromium, whose software adapter is another one than a native run meets:
//   cargo bench --profile dev --bench kernels -- --write /tmp/cases.json
//   node conv_bench.mjs /tmp/cases.json [--runs 5] [--only text]
//
// Prints for each shape and tile the fastest run's milliseconds and GFLOP/s, what it took to compile, and the sum of the
// output's magnitudes, which must be the same for every tile of a shape. `*` marks the tile that a software adapter gets.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { parseArgs } from "node:util";

import { chromium } from "@playwright/test";

import * as flags from "./support/chromium.mjs";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: "string", default: "5" }, only: { type: "string", default: "" } },
});
const runs = Number(values.runs);
if (positionals.length !== 1 || !(runs >= 1)) {
  console.error("usage: node conv_bench.mjs <cases.json> [--runs 5] [--only text]");
  process.exit(2);
}

/** Runs in the page: one convolution on numbers that are the same every time. */
async function measure({ source, overrides, grid, params, runs }) {
  const device = (window.device ??= await navigator.gpu.requestAdapter().then((adapter) => {
    const requiredFeatures = ["subgroups"].filter((feature) => adapter.features.has(feature));
    return adapter.requestDevice({ requiredFeatures });
  }));
  const [inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, kernel] = params;
  const storage = (length) => {
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC;
    const buffer = device.createBuffer({ size: length * 4, usage, mappedAtCreation: true });
    let state = 1;
    new Float32Array(buffer.getMappedRange()).forEach((_, i, all) => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      all[i] = state / 0x40000000 - 1;
    });
    buffer.unmap();
    return buffer;
  };
  const uniform = device.createBuffer({ size: params.length * 4, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST });
  device.queue.writeBuffer(uniform, 0, new Uint32Array(params));
  const bias = storage(outChannels);
  const output = storage(outHeight * outWidth * outChannels);
  const [input, weights] = [inHeight * inWidth * inChannels, kernel * kernel * inChannels * outChannels].map(storage);
  const buffers = [uniform, input, weights, bias, bias, output];

  const began = performance.now();
  const module = device.createShaderModule({ code: source });
  const compute = { module, entryPoint: "main", constants: overrides };
  const pipeline = await device.createComputePipelineAsync({ layout: "auto", compute });
  const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
  const bindings = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
  const run = async (repeats) => {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindings);
    for (let i = 0; i < repeats; i += 1) pass.dispatchWorkgroups(...grid);
    pass.end();
    const start = performance.now();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    return (performance.now() - start) / repeats;
  };
  // Some drivers compile at the first run.
  await run(1);
  const compiled = performance.now() - began;
  const repeats = Math.min(32, Math.ceil(50 / (await run(1))));
  let fastest = Infinity;
  for (let i = 0; i < runs; i += 1) fastest = Math.min(fastest, await run(repeats));

  const staging = device.createBuffer({ size: output.size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(output, 0, staging, 0, output.size);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const sum = new Float32Array(staging.getMappedRange()).reduce((total, value) => total + Math.abs(value), 0);
  for (const buffer of [...buffers, staging]) buffer.destroy();
  return { fastest, compiled, sum };
}

const cases = JSON.parse(await readFile(positionals[0], "utf8"));
// WebGPU wants a secure context: a local address is one, an empty page is not.
const server = createServer((_, response) => response.setHeader("content-type", "text/html").end("<!doctype html>"));
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const browser = await chromium.launch({ executablePath: flags.executablePath, args: flags.webgpu });
try {
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  let last = "";
  for (const one of cases.filter(({ shape, tile }) => `${shape} ${tile}`.includes(values.only))) {
    if (one.shape !== last) console.log(one.shape);
    last = one.shape;
    const { fastest, compiled, sum } = await page.evaluate(measure, { ...one, runs });
    const rate = (2 * one.macs) / fastest / 1e6;
    console.log(
      `  ${one.tile.padEnd(16)} ${fastest.toFixed(2).padStart(8)} ms ${rate.toFixed(2).padStart(6)} GFLOP/s` +
        `  compiled in ${compiled.toFixed(0).padStart(5)} ms  sum ${sum.toPrecision(6)}`,
    );
  }
} finally {
  await browser.close();
  server.close();
}
