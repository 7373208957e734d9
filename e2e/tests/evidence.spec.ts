// Where a class comes from: the map against PyTorch's decomposition, its sums, the class that it is held against, and the trail
// back through the layers.

import type { Page } from "@playwright/test";

import { expectClose, exported } from "../support/exported";
import { firstResult, heldBack, open, settledUrl } from "../support/open";
import { arrays } from "../support/safetensors";
import { expect, test } from "../support/test";

const golden = arrays("tests/fixtures/evidence.safetensors");
const part = (name: string, network = "lambda_resnet_mini") => golden(`${network}.${name}`).data;

/** What PyTorch says of the first or the second class of its fixture, row by row. */
function expected(at: number, network?: string): number[] {
  const all = part("evidence", network);
  return all.slice((at * all.length) / 2, ((at + 1) * all.length) / 2);
}

const value = async (page: Page, id: string) => Number(await page.getByTestId(`evidence-${id}`).getAttribute("data-value"));
const map = async (page: Page) => (await exported(page, "evidence-map")).flat();

/** That what speaks for and against and the bias are the logit that the backend computed. */
async function expectSum(page: Page): Promise<void> {
  const logit = Number(await page.getByTestId("evidence-proof").getAttribute("data-logit"));
  const [above, below, bias, sum] = [await value(page, "above"), await value(page, "below"), await value(page, "bias"), await value(page, "sum")];
  const scale = Math.max(above, -below, Math.abs(logit));
  expect(Math.abs(above + below + bias - sum)).toBeLessThan(1e-5 * scale);
  expect(Math.abs(sum - logit)).toBeLessThan(1e-4 * scale);
}

test("the evidence is PyTorch's, for a class and for one rather than another", { tag: "@both" }, async ({ page, backend }) => {
  await open(page, `?view=evidence&sample=church&backend=${backend}`);
  await firstResult(page);
  const church = page.getByTestId("evidence-class");
  await expect(church.locator("option:checked")).toContainText("church");
  expectClose(await map(page), expected(0));
  await expectSum(page);
  expect(await value(page, "bias")).toBeCloseTo(part("bias")[0]!, 5);
  // After 'no other class' and the class itself.
  await page.getByTestId("evidence-against").selectOption({ index: 2 });
  await expect(page.getByTestId("evidence-said")).toContainText(/^church is ahead of .* by \+/);
  const other = expected(1);
  expectClose(await map(page), expected(0).map((value, i) => value - other[i]!));
  await expectSum(page);
});

test("by keyboard any class is had, the address keeps it, and a position is followed back to the first layer", async ({ page }) => {
  await open(page, "?view=evidence&sample=church&backend=cpu");
  await firstResult(page);
  // The last by name is none of the five that came with the answer.
  const list = page.getByTestId("evidence-class");
  await list.focus();
  await page.keyboard.press("End");
  const last = await list.locator("option").last().innerText();
  await expect(page.getByTestId("evidence-said")).toContainText(`The logit of ${last} is`);
  await expectSum(page);
  const url = await settledUrl(page);
  expect(url.searchParams.get("class")).toBe(await list.inputValue());
  await page.goBack();
  await page.goForward();
  await expect(page.getByTestId("evidence-said")).toContainText(`The logit of ${last} is`);

  const position = page.getByTestId("evidence-position").first();
  const cell = await position.locator("th").innerText();
  await position.getByRole("button").focus();
  await page.keyboard.press("Enter");
  const steps = page.getByTestId("trail-step");
  // The last layer's map is as large as the one that the evidence is of.
  await expect(steps.first()).toHaveAttribute("data-query", cell);
  const count = await page.getByTestId("layer-select").getByRole("radio").count();
  for (let step = 0; step + 1 < count; step++) {
    const offers = steps.nth(step).locator(".trail-offers button");
    const shares = (await offers.allInnerTexts()).map((text) => Number.parseInt(text.split(",")[2]!, 10));
    expect(shares).toEqual([...shares].sort((a, b) => b - a));
    await offers.first().focus();
    await page.keyboard.press("Enter");
    await expect(steps).toHaveCount(step + 2);
  }
  await expect(steps.last().locator(".trail-offers button"), "before the first layer there is none").toHaveCount(0);
  const trail = (await settledUrl(page)).searchParams.get("trail")!;
  expect(trail.split("_")).toHaveLength(count);
  await page.reload();
  await expect(steps).toHaveCount(count);
  const query = await steps.nth(1).getAttribute("data-query");
  const layer = await steps.nth(1).getAttribute("data-layer");
  await steps.nth(1).getByRole("button", { name: `${layer} in the lens` }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("view-lens")).toBeFocused();
  await expect(page.getByTestId("layer-select").locator("input:checked")).toHaveValue(layer!);
  await expect(page.getByTestId("query-grid")).toHaveAttribute("data-query", query!);
});

test("a network without a layer to look into has evidence too", async ({ page }) => {
  await open(page, "?view=evidence&sample=church&network=conv_resnet_mini&backend=cpu");
  await firstResult(page);
  expectClose(await map(page), expected(0, "conv_resnet_mini"));
  await expect(page.getByTestId("evidence")).toContainText("no layer that looks around");
});

test("the evidence computed in advance is shown before the engine is there, and any other class once it is", async ({ page }) => {
  const release = await heldBack(page);
  await open(page, "?view=evidence&sample=church&backend=cpu");
  await expect(page.getByTestId("precomputed")).toBeVisible();
  await expectSum(page);
  await page.getByTestId("evidence-class").selectOption({ index: 9 });
  await expect(page.getByTestId("evidence-said")).toContainText("Waiting for the engine");
  release();
  await firstResult(page);
  await expect(page.getByTestId("evidence-said")).toContainText("The logit of");
  await expectSum(page);
});

test("what a change does to the evidence is shown where the network is changed", async ({ page }) => {
  await open(page, "?view=what-if&sample=church&backend=cpu");
  await firstResult(page);
  await page.getByTestId("try-position").click();
  await expect(page.getByTestId("what-if-evidence-said")).toContainText("The logit of church went from");
  const [before, now, difference] = [
    (await exported(page, "evidence-before")).flat(),
    (await exported(page, "evidence-now")).flat(),
    (await exported(page, "evidence-difference")).flat(),
  ];
  expectClose(before, expected(0));
  expectClose(difference, now.map((value, i) => value - before[i]!));
  expect(Math.max(...difference.map(Math.abs))).toBeGreaterThan(1e-3);
  await page.getByTestId("what-if-reset").click();
  await expect(page.getByTestId("what-if-evidence-said")).toHaveCount(0);
});
