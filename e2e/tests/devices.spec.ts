// Devices that never answer, pages that are kept from one, and the visitor's own choice of the backend.

import { cpu } from "../support/chromium.mjs";
import { firstResult, open, type Stall, stallWebGpu } from "../support/open";
import { expect, test } from "../support/test";

import type { Page } from "@playwright/test";

/** How soon the CPU has to have answered in a GPU's place. */
const SOON = { timeout: 20_000 };

const badge = (page: Page) => page.getByTestId("backend-badge");

const choose = (page: Page, sample: string) => page.getByTestId("sample").and(page.locator(`[data-sample="${sample}"]`)).click();

const first = (page: Page) => page.getByTestId("prediction").first();

const START: Stall[] = ["GPU.requestAdapter", "GPUAdapter.requestDevice", "GPUDevice.popErrorScope", "GPUBuffer.mapAsync"];

test("where WebGPU never answers at the start, the CPU does at once, and the reason follows", { tag: ["@webgpu", "@waits"] }, async ({ page }) => {
  for (const call of START) {
    await test.step(call, async () => {
      await page.unrouteAll();
      await stallWebGpu(page, call, "start");
      await open(page, "?sample=church");
      await expect(page.getByTestId("precomputed"), "the engine's own answer").toHaveCount(0, SOON);
      await expect(badge(page)).toHaveAttribute("data-backend", "cpu");
      await choose(page, "tench");
      await expect(first(page)).toHaveAttribute("data-label", "tench", SOON);
    });
  }
  // The limits differ; that of the first two is the shortest.
  await page.unrouteAll();
  await stallWebGpu(page, "GPUAdapter.requestDevice", "start");
  await open(page, "?sample=church&backend=webgpu");
  await expect(badge(page)).toHaveAttribute("title", "The GPU was requested, but the GPU did not provide a device within 10 s.", SOON);
  await firstResult(page);
  await expect(first(page)).toHaveAttribute("data-label", "church");
});

test("the backend is chosen on the page; a GPU that stops answering is replaced by the CPU, and the picture is answered", { tag: ["@webgpu", "@waits"] }, async ({ page }) => {
  await stallWebGpu(page, "GPUBuffer.mapAsync", "later");
  await open(page, "?sample=church");
  await firstResult(page);
  // A software adapter is not the faster one.
  await expect(badge(page)).toHaveAttribute("title", /^WebGPU works \(.+\) but is slower here/);
  await badge(page).click();
  await page.getByTestId("backend-choice").getByLabel("GPU", { exact: true }).check();
  await expect(badge(page)).toHaveAttribute("data-backend", "gpu");
  await expect.poll(() => new URL(page.url()).searchParams.get("backend")).toBe("webgpu");
  await choose(page, "tench");
  await expect(first(page)).toHaveAttribute("data-label", "tench");
  await expect(badge(page)).toHaveAttribute("data-backend", "gpu");

  await page.workers()[0]!.evaluate("globalThis.stalled = true");
  await choose(page, "church");
  await expect(first(page)).toHaveAttribute("data-label", "church", SOON);
  await expect(badge(page)).toHaveAttribute("title", /^The GPU failed while running \(the GPU did not return its results within \d+ s\), so the CPU took over\.$/);
  // It answers again, and is asked again.
  await page.workers()[0]!.evaluate("globalThis.stalled = false");
  await badge(page).click();
  await page.getByTestId("backend-choice").getByLabel("CPU").check();
  await expect(badge(page)).toHaveAttribute("title", "The CPU was requested.");
  await page.getByTestId("backend-choice").getByLabel("GPU", { exact: true }).check();
  await expect(badge(page)).toHaveAttribute("data-backend", "gpu");

  // The card lies over the page, and goes with the visitor.
  const card = page.locator(".badge-card");
  await expect(card).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(card).toBeHidden();
  await expect(badge(page)).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(card).toBeVisible();
  await page.getByRole("heading", { level: 1 }).click();
  await expect(card).toBeHidden();
});

test("with weights in half precision the GPU says so, and its maps still prove its outputs", { tag: "@webgpu" }, async ({ page }) => {
  await open(page, "?sample=church&layer=stages.1.3&head=2&y=5&x=9&backend=webgpu-f16");
  await firstResult(page);
  const badge = page.getByTestId("backend-badge");
  await expect(badge).toHaveAttribute("data-backend", "gpu");
  await expect(badge).toHaveAttribute("title", /half precision/);
  await badge.click();
  await expect(page.getByTestId("backend-choice").getByRole("radio", { name: "GPU, half precision" })).toBeChecked();
  await page.keyboard.press("Escape");
  await expect(page.getByTestId("prediction").first()).toHaveAttribute("data-label", "church");
  expect(Number(await page.getByTestId("proof").getAttribute("data-max-error")), "Σ a·v against the layer's own output").toBeLessThan(1e-5);
});

test("a GPU that stops answering while something new compiles on it is given up, and what was asked for is answered", { tag: ["@webgpu", "@waits"] }, async ({ page }) => {
  const hinder = async (isStalled: boolean) => page.workers()[0]!.evaluate(`globalThis.stalled = ${isStalled}`);
  const again = async () => {
    await hinder(false);
    if ((await badge(page).getAttribute("data-backend")) === "gpu") return;
    await badge(page).click();
    await page.getByTestId("backend-choice").getByLabel("CPU").check();
    await page.getByTestId("backend-choice").getByLabel("GPU", { exact: true }).check();
    await expect(badge(page)).toHaveAttribute("data-backend", "gpu");
    await page.keyboard.press("Escape");
  };
  await stallWebGpu(page, "GPUDevice.popErrorScope", "later");
  await open(page, "?sample=church&backend=webgpu&view=what-if");
  await firstResult(page);
  await expect(badge(page)).toHaveAttribute("data-backend", "gpu");

  const outcome = page.locator(".what-if-outcome");
  await test.step("a changed network", async () => {
    await hinder(true);
    await page.getByTestId("position-stages.1.1").uncheck();
    await expect(outcome).toHaveAttribute("aria-busy", "true");
    await expect(outcome).toHaveAttribute("aria-busy", "false", SOON);
    await expect(page.getByTestId("what-if-row").first()).toHaveAttribute("data-label", "church");
    await again();
  });
  await test.step("another network", async () => {
    await page.getByTestId("networks-button").click();
    await hinder(true);
    const title = page.getByTestId("network-title");
    const old = await title.innerText();
    await page.locator('[data-testid="member"][data-network="lambda_resnet_mini_r23"]').click();
    // The old network has its pipelines, and answers meanwhile.
    await choose(page, "tench");
    await expect(first(page)).toHaveAttribute("data-label", "tench", SOON);
    await expect(title).not.toHaveText(old, { timeout: 40_000 });
    await expect(first(page)).toHaveAttribute("data-label", "tench");
    await expect(badge(page)).toHaveAttribute("data-backend", "cpu", SOON);
    await again();
  });
  // Here there is no answer to fall back on: it is said, and the edit stays.
  await test.step("an edited shader", async () => {
    await page.locator("#tab-shader").click();
    await page.getByTestId("shader-try").first().click();
    const edited = await page.getByTestId("shader-source").inputValue();
    await hinder(true);
    await page.getByTestId("shader-run").click();
    await expect(page.getByTestId("shader-said")).toContainText(/the GPU did not compile its shaders within \d+ s/, { timeout: 40_000 });
    expect(await page.getByTestId("shader-source").inputValue()).toBe(edited);
  });
});

test("over plain http the page works, says what is missing and why, and gives texts to be copied by hand", async ({ playwright, baseURL }) => {
  const port = new URL(baseURL!).port;
  const args = [...cpu, "--host-resolver-rules=MAP lambdascope.test 127.0.0.1"];
  const browser = await playwright.chromium.launch({ ...test.info().project.use.launchOptions, args });
  const page = await browser.newPage({ baseURL: `http://lambdascope.test:${port}/` });
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  // What asks for isolation is heeded over https alone, and browsers say so.
  const isExpected = (text: string) => text.startsWith("The Cross-Origin-Opener-Policy header has been ignored");
  page.on("console", (message) => message.type() === "error" && !isExpected(message.text()) && errors.push(message.text()));
  await open(page, "?sample=church&view=shader");
  await firstResult(page);
  expect(await page.evaluate(() => isSecureContext)).toBe(false);
  await expect(badge(page)).toHaveAttribute("title", /browsers offer it only to pages opened over https/);
  await page.getByTestId("share").locator("summary").press("Enter");
  await page.getByTestId("share-link").click();
  await expect(page.getByTestId("share-said")).toContainText("not copied: browsers give a clipboard only to pages opened over https");
  const selected = () => page.evaluate(() => {
    const field = document.activeElement as HTMLTextAreaElement;
    return field.value.slice(field.selectionStart, field.selectionEnd);
  });
  await expect.poll(selected).toMatch(/^http:\/\/lambdascope\.test.*sample=church/);
  await page.getByTestId("shader-copy").click();
  await expect.poll(selected).toBe(await page.getByTestId("shader-source").inputValue());
  await page.getByTestId("camera").click();
  await expect(page.getByTestId("problem")).toContainText("https");
  expect(errors).toEqual([]);
  await browser.close();
});

test("what is dropped and is no file leaves the page where it is and is said, and so is a folder", async ({ page }) => {
  await open(page, "?sample=nosuch&layer=stages.9.9&backend=cpu");
  await firstResult(page);
  await expect(page.getByTestId("address-notice")).toContainText("There is no sample called nosuch here");
  await expect(page.getByTestId("address-notice")).toContainText("This network has no layer stages.9.9 to look into");
  const url = page.url();
  const session = await page.context().newCDPSession(page);
  const at = { x: 400, y: 300 };
  const dropped = async (data: object) => {
    for (const type of ["dragEnter", "dragOver", "drop"] as const) {
      await session.send("Input.dispatchDragEvent", { type, ...at, data: { items: [], dragOperationsMask: 1, ...data } });
    }
  };
  const problem = page.getByTestId("problem");
  await dropped({ items: [{ mimeType: "text/uri-list", data: "https://example.org/cat.jpg" }] });
  await expect(problem).toContainText("A link was dropped, not a file");
  await dropped({ items: [{ mimeType: "text/plain", data: "hello" }] });
  await expect(problem).toContainText("is text, not a file");
  await dropped({ files: [new URL("../support", import.meta.url).pathname] });
  await expect(problem).toContainText("support is a folder");
  expect(new URL(page.url()).pathname).toBe(new URL(url).pathname);
  await expect(page.getByTestId("prediction").first()).toBeVisible();
});
