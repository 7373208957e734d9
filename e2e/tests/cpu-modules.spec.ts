// Every build of the CPU's module, on every number of threads: all traced values against those of native code, whose own are
// held against PyTorch's; and a build gives the same bits on any number of threads, run after run.

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "../support/test";

const folder = join(import.meta.dirname, "..");
const ISOLATED = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };

/** Relative to the largest value. */
const TOLERANCE = 1e-4;

const BUILDS = [
  { url: "/cpu_plain.wasm", threads: [1] },
  { url: "/cpu_threads.wasm", threads: [1, 2, 4] },
];

/** What native code gave, value by value. */
function expected(file: Buffer): Float32Array[] {
  const { kept } = JSON.parse(file.subarray(0, file.indexOf(10)).toString()) as { kept: { length: number }[] };
  let at = file.length - 4 * kept.reduce((sum, { length }) => sum + length, 0);
  return kept.map(({ length }) => new Float32Array(file.buffer.slice(file.byteOffset + at, file.byteOffset + (at += 4 * length))));
}

const largest = (values: Iterable<number>) => Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
/** NaN where a value is no number. */
const difference = (found: number[], right: Float32Array) => largest(found.map((value, i) => value - right[i])) / largest(right);

for (const network of ["lambda_resnet_mini", "attention_resnet_mini", "seeded_u4_mini"]) {
  test(`every build of the CPU's module gives ${network}'s numbers on any number of threads`, async ({ page }) => {
    const file = readFileSync(join(folder, "weights", `${network}.graph`));
    await page.route("**/bare.html", (route) => route.fulfill({ contentType: "text/html", headers: ISOLATED, body: "<!doctype html>" }));
    await page.route("**/module_worker.js", (route) =>
      route.fulfill({ contentType: "text/javascript", headers: ISOLATED, path: join(folder, "support/cpu_module_worker.js") }));
    await page.route("**/network.graph", (route) => route.fulfill({ contentType: "application/octet-stream", headers: ISOLATED, body: file }));
    await page.goto("bare.html");
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);

    const right = expected(file);
    for (const { url, threads } of BUILDS) {
      let ofOne: number[][] | undefined;
      for (const count of threads) {
        const { values, others } = await page.evaluate(async ({ url, threads }) => {
          const file = await (await fetch("network.graph")).arrayBuffer();
          const worker = new Worker("module_worker.js");
          const answer = new Promise<{ values: Float32Array[]; others: number }>((resolve, reject) => {
            worker.onmessage = ({ data }) => resolve(data);
            worker.onerror = (event) => reject(new Error(event.message));
          });
          worker.postMessage({ url, threads, file, runs: 60 });
          const { values, others } = await answer;
          worker.terminate();
          return { values: values.map((each) => Array.from(each)), others };
        }, { url, threads: count });
        const where = `${url} on ${count} threads`;
        expect(others, `runs of ${where} that gave other bits than the first`).toBe(0);
        values.forEach((found, i) => expect(difference(found, right[i]), `${where}, value ${i}`).toBeLessThan(TOLERANCE));
        ofOne ??= values;
        expect(values, `${where}, against one thread`).toEqual(ofOne);
      }
    }
  });
}
