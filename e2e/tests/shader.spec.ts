// The shader itself: its text and equation, faults told at their line, edits that run beside the original, loops that do
// not end.

import type { Page } from "@playwright/test";

import { attentionNetwork } from "../support/attention";
import { drop } from "../support/drop";
import { exported } from "../support/exported";
import { expectPresentable, narrow, overflow, findings } from "../support/layout";
import { firstResult, open, settledUrl } from "../support/open";
import { replace, source } from "../support/shader";
import { expect, test } from "../support/test";

const at = "?sample=church&view=shader&layer=stages.1.1&head=2&y=5&x=9";

/** Opens the view at a kernel and waits for its text. */
async function atKernel(page: Page, kernel?: string): Promise<void> {
  await open(page, kernel ? `${at}&kernel=${kernel}` : at);
  await firstResult(page);
  await expect(source(page)).toHaveValue(/fn main\(/);
}

const largest = (page: Page, name: string) =>
  page.locator(`[data-testid="shader-change"][data-name="${name}"]`).getAttribute("data-largest").then(Number);

test("each step of the layer is there with its equation, its arrays and its text", async ({ page }) => {
  await atKernel(page);
  const steps = page.getByTestId("shader-step").getByRole("radio");
  await expect(steps).toHaveCount(4);
  await expect(steps.nth(2)).toBeChecked();
  await expect(source(page)).toHaveValue(/The lambda layer's output, the implicit weights first/);
  await expect(page.getByTestId("shader-equation").locator("math")).toBeVisible();
  const rows = page.getByTestId("shader-arrays").locator("tbody tr");
  await expect(rows).toHaveCount(6);
  await expect(rows.nth(5)).toContainText(/^outputwrites16 × 16 × \d+self_attn$/);
  await expect(page.getByTestId("shader-launch")).toContainText("256 workgroups (16 × 16 × 1)");
  // The text area and its coloured copy are one text, line for line.
  const copy = await page.getByTestId("shader-code").locator("pre").textContent();
  expect(copy?.trimEnd()).toBe((await source(page).inputValue()).trimEnd());
  await steps.nth(1).check({ force: true });
  await expect(source(page)).toHaveValue(/The content lambda:/);
  await expect.poll(() => new URL(page.url()).searchParams.get("kernel")).toBe("lambda_content");
  await page.goto((await settledUrl(page)).href);
  await firstResult(page);
  await expect(source(page)).toHaveValue(/The content lambda:/);
});

test("a part of the equation lights its lines, and a line its part", async ({ page }) => {
  await atKernel(page, "lambda_apply");
  const lit = page.getByTestId("shader-code").locator(".line-lit");
  await page.getByTestId("part-content").hover();
  await expect(lit).toHaveCount(1);
  await expect(lit).toContainText("lambda += lambda_content[");
  await page.getByTestId("part-weights").focus();
  await page.mouse.move(0, 0);
  await page.getByTestId("part-weights").press("Enter");
  // The caret stands in the line that computes it.
  await expect(source(page)).toBeFocused();
  await page.keyboard.press("ArrowRight");
  await expect(page.getByTestId("shader-equation").locator(".part-lit")).toHaveAttribute("data-part", "weights");
});

test("a fault is told at its line", async ({ page }) => {
  await atKernel(page, "pool_affine");
  await replace(page, "let mean = sum /", "let mean = total /");
  const fault = page.getByTestId("shader-fault");
  await expect(fault).toContainText("no definition in scope for identifier: `total`");
  const line = (await source(page).inputValue()).split("\n").findIndex((text) => text.includes("total /")) + 1;
  await expect(page.getByTestId("shader-go")).toHaveText(`Line ${line}, column 16`);
  const marked = page.getByTestId("shader-code").locator(".line-fault");
  await expect(marked).toContainText("let mean = total /");
  await expect(source(page)).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByTestId("shader-run")).toBeDisabled();
  // Another interface is told in words.
  await page.getByTestId("shader-original").click();
  await replace(page, "var<storage, read> input", "var<storage, read_write> input");
  await expect(fault).toContainText("must be `var<storage, read>` as in the original");
  await page.getByTestId("shader-original").click();
  await expect(fault).toHaveText("");
  await expect(source(page)).toHaveAttribute("aria-invalid", "false");
});

/** Runs the first edit that the page offers. */
async function runFirstEdit(page: Page): Promise<void> {
  await atKernel(page, "lambda_apply");
  await page.getByTestId("shader-try").first().click();
  await expect(source(page)).toHaveValue(/sum \+= 0\.0 \* weights/);
  await expect(page.getByTestId("shader-fault")).toContainText("finds nothing wrong");
  await page.getByTestId("shader-run").click();
}

test("without WebGPU an edit is not run, and the page says what it needs", async ({ page }) => {
  await runFirstEdit(page);
  await expect(page.getByTestId("shader-said")).toContainText("needs WebGPU");
  await expect(page.getByTestId("shader-run")).toBeEnabled();
});

test("an edit changes the output, and the original brings it back", { tag: "@webgpu" }, async ({ page }) => {
  await runFirstEdit(page);
  const said = page.getByTestId("shader-said");
  await expect(said).toContainText("The whole network took");
  expect(await largest(page, "stages.1.1.self_attn")).toBeGreaterThan(1e-3);
  const [before, after, moved] = [await exported(page, "shader-before"), await exported(page, "shader-after"), await exported(page, "shader-difference")];
  const furthest = Math.max(...moved.flat().map(Math.abs));
  expect(furthest).toBeCloseTo(await largest(page, "stages.1.1.self_attn"), 4);
  for (const [y, row] of moved.entries()) for (const [x, value] of row.entries()) expect(value).toBeCloseTo(after[y]![x]! - before[y]![x]!, 4);
  await expectPresentable(page, "with an outcome");
  await page.getByTestId("shader-original").click();
  await page.getByTestId("shader-run").click();
  await expect(said).toContainText("Not one number changed");
  expect(await largest(page, "stages.1.1.self_attn")).toBe(0);
  const classes = page.getByTestId("shader-class");
  for (const row of await classes.all()) expect(await row.getAttribute("data-after")).toBe(await row.getAttribute("data-before"));
});

test("an endless loop ends, and the page goes on", { tag: "@webgpu" }, async ({ page }) => {
  await atKernel(page, "pool_affine");
  await page.getByTestId("shader-try").nth(2).click();
  await expect(source(page)).toHaveValue(/loop \{ \}/);
  await expect(page.getByTestId("shader-fault")).toContainText("finds nothing wrong");
  await source(page).press("Control+Enter");
  await expect(page.getByTestId("shader-said")).toContainText("Not one number changed");
  // The picture is classified as ever.
  const first = page.getByTestId("prediction").first();
  await page.locator('[data-testid="sample"]:not([data-sample="church"])').first().click();
  await expect(first).not.toHaveAttribute("data-label", "church");
});

test("a shader that takes too long is given up, and the engine goes on", { tag: ["@webgpu", "@waits"] }, async ({ playwright, baseURL }) => {
  // A browser of its own, since the adapter is still at work when the test ends.
  const browser = await playwright.chromium.launch(test.info().project.use.launchOptions);
  const page = await browser.newPage({ baseURL });
  await page.clock.install();
  await atKernel(page, "pool_affine");
  const turns = "    for (var i = 0u; i < 65000u; i++) { sum = sin(sum) + cos(sum * 1.5) + f32(i) * 1e-9; }\n";
  await replace(page, "    var sum = 0.0;\n", `    var sum = 0.0;\n${turns.repeat(300)}`);
  await expect(page.getByTestId("shader-fault")).toContainText("finds nothing wrong");
  const run = page.getByTestId("shader-run");
  await run.click();
  // It is at work, and would be for minutes: the page's patience runs out on a clock that is put forward.
  await page.waitForTimeout(3000);
  await expect(run).toHaveText("Running…");
  await page.clock.fastForward(30_000);
  await expect(page.getByTestId("shader-said")).toContainText("took longer than");
  await expect(page.getByTestId("backend-badge").first()).toContainText("CPU");
  // Without a frame: a software adapter draws none while it is at work.
  await page.locator('[data-testid="sample"]:not([data-sample="church"])').first().dispatchEvent("click");
  await expect(page.getByTestId("prediction").first()).not.toHaveAttribute("data-label", "church");
  await expect(source(page)).toHaveValue(/i < 65000u/);
  await browser.close();
});

test("what naga lets pass and the device refuses is told at its line too", { tag: "@webgpu" }, async ({ page }) => {
  await atKernel(page, "lambda_apply");
  await replace(page, "        workgroupBarrier();", "        if lane < 3u { workgroupBarrier(); }");
  await expect(page.getByTestId("shader-fault")).toContainText("finds nothing wrong");
  await page.getByTestId("shader-run").click();
  await expect(page.getByTestId("shader-said")).toContainText("it has an error");
  await expect(page.getByTestId("shader-fault")).toContainText("uniform");
  await expect(page.getByTestId("shader-code").locator(".line-fault")).toHaveCount(1);
});

test("everything is done by keyboard alone", async ({ page }) => {
  await atKernel(page, "pool_affine");
  await page.getByTestId("shader-step").locator("input:checked").focus();
  await page.keyboard.press("ArrowLeft");
  await expect(source(page)).toHaveValue(/implicit weights first/);
  await page.keyboard.press("ArrowRight");
  await source(page).focus();
  await page.keyboard.press("Control+Home");
  await page.keyboard.type("wrong ");
  await expect(page.getByTestId("shader-go")).toHaveText(/Line 1, /);
  // Tab leaves the text and writes nothing into it.
  await page.keyboard.press("Tab");
  await expect(page.getByTestId("shader-go")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(source(page)).toBeFocused();
  await page.keyboard.press("Shift+Tab");
  await page.getByTestId("shader-original").focus();
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("shader-state")).toHaveText("the original");
});

test("an edit goes with its shader from layer to layer", async ({ page }) => {
  await atKernel(page, "pool_affine");
  await page.getByTestId("shader-try").nth(1).click();
  await page.getByTestId("layer-select").getByRole("radio").nth(0).check({ force: true });
  await expect(source(page)).toHaveValue(/-scale\[channel\]/);
  await page.getByTestId("view-lens").click();
  await page.getByTestId("view-shader").click();
  await expect(source(page)).toHaveValue(/-scale\[channel\]/);
});

test("attention has its shader too", async ({ page }) => {
  await open(page, at);
  await firstResult(page);
  await drop(page, { name: "attention.safetensors", mimeType: "", buffer: attentionNetwork() });
  await expect(page.getByTestId("network-title")).not.toHaveText("LambdaResNet mini");
  await expect(source(page)).toHaveValue(/Global self-attention/);
});

test("no step needs sideways scrolling at 320 pixels, and what scrolls in it takes the focus at any width", async ({ page }) => {
  await atKernel(page, "conv");
  await narrow(page);
  const steps = page.getByTestId("shader-step").getByRole("radio");
  for (const [i, kernel] of ["conv", "lambda_content", "lambda_apply", "pool_affine"].entries()) {
    await steps.nth(i).check({ force: true });
    await expect.poll(() => new URL(page.url()).searchParams.get("kernel")).toBe(kernel);
    await expect(source(page)).toHaveValue(/fn main\(/);
    expect(await overflow(page), kernel).toBeLessThanOrEqual(0);
    for (const width of [320, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      expect(await findings(page, "#view"), `${kernel}, ${width} px`).toEqual([]);
    }
    await narrow(page);
  }
});
