// Opening the page in the states that tests need.

import { expect, type Page } from "@playwright/test";

/** Opens the page, with `state` as its URL's query or hash, and waits until its own module has drawn. */
export async function open(page: Page, state = ""): Promise<void> {
  await page.goto(`./${state}`);
  await expect(page.locator("#start"), "the loading state gives way to the page").toHaveCount(0);
}

/** Waits for the first result: an answer of the network, from the backend that the page chose, not one computed ahead. */
export async function firstResult(page: Page): Promise<void> {
  await expect(page.getByTestId("prediction").first()).toBeVisible();
  await expect(page.getByTestId("precomputed"), "the engine's own answer").toHaveCount(0);
}

/** Runs a script in the worker before the engine does anything. */
async function inWorker(page: Page, script: string): Promise<void> {
  // A worker runs no init script. Its imports come first, but nothing of them asks for a GPU before `init`.
  await page.route("**/engine_worker_loader.js", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: (await response.text()).replace("await init", `${script};await init`) });
  });
}

/** Takes `navigator.gpu` away from the page and its worker, as in a browser that has never heard of WebGPU. */
export async function withoutWebGpu(page: Page): Promise<void> {
  const hide = "Object.defineProperty(navigator, 'gpu', { value: undefined })";
  await page.addInitScript(hide);
  await inWorker(page, hide);
}

/** What a browser can leave without an answer: the object and the method whose promise stays open. */
export type Stall = "GPU.requestAdapter" | "GPUAdapter.requestDevice" | "GPUDevice.popErrorScope" | "GPUBuffer.mapAsync";

/** Has a call of WebGPU's never answer in the worker, while its `stalled` is set; at once if `from` is "start". */
export async function stallWebGpu(page: Page, call: Stall, from: "start" | "later"): Promise<void> {
  const [kind, method] = call.split(".");
  await inWorker(
    page,
    `globalThis.stalled = ${from === "start"};
    { const own = ${kind}.prototype.${method};
      ${kind}.prototype.${method} = function (...given) { return globalThis.stalled ? new Promise(() => {}) : own.apply(this, given); }; }`,
  );
}

/** The address once the page has written what is on screen, which it does when that has come to rest. */
export async function settledUrl(page: Page): Promise<URL> {
  let url = page.url();
  await expect(async () => {
    const before = url;
    await page.waitForTimeout(500);
    url = page.url();
    expect(url).toBe(before);
  }).toPass();
  return new URL(url);
}

/** Keeps the engine from starting until the returned function is called. */
export async function heldBack(page: Page): Promise<() => void> {
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route("**/engine_worker_loader.js", async (route) => {
    await released;
    await route.continue();
  });
  return release;
}
