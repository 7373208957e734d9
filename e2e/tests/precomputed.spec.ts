// What the page shows of a sample before its engine is there: the answer that lies beside it, said to be such.

import type { Page } from "@playwright/test";

import { overflow, findings } from "../support/layout";
import { firstResult, heldBack, open } from "../support/open";
import { expect, test } from "../support/test";

const place = "layer=stages.1.3&head=2&y=5&x=9";

const numbers = async (page: Page) =>
  Promise.all(["content", "position", "total"].map((kind) => page.getByTestId(`map-${kind}`).getAttribute("data-limit"))).then((all) =>
    all.map(Number),
  );

test("the views work before the engine is there, and the engine's numbers take over where the visitor is", async ({ page }) => {
  const release = await heldBack(page);
  await open(page, `?sample=church&${place}&scope=map`);
  await expect(page.getByTestId("precomputed")).toContainText("computed in advance");
  await expect(page.getByTestId("prediction").first()).toHaveAttribute("data-label", "church");
  await expect(page.getByTestId("network-title")).toHaveText("LambdaResNet mini");
  await expect(page.getByTestId("timings")).not.toContainText("ms");
  const error = Number(await page.getByTestId("proof").getAttribute("data-max-error"));
  expect(error, "half precision").toBeLessThan(5e-3);
  for (const view of ["anatomy", "orders", "position", "atlas", "evidence", "what-if", "formula", "lens"]) {
    await page.locator(`#tab-${view}`).click();
    await expect(page.locator("#view")).not.toBeEmpty();
    expect(await findings(page), view).toEqual([]);
  }
  await page.getByTestId("query-grid").focus();
  const [first] = await numbers(page);
  await page.keyboard.press("ArrowDown");
  await expect(async () => expect((await numbers(page))[0]).not.toBe(first)).toPass();
  const before = await numbers(page);
  release();
  await firstResult(page);
  await expect(page.getByTestId("query-grid")).toHaveAttribute("data-query", "6,9");
  const after = await numbers(page);
  for (const [i, own] of after.entries()) expect(Math.abs(own - (before[i] ?? 0)) / own).toBeLessThan(2 ** -8);
  expect(Number(await page.getByTestId("proof").getAttribute("data-max-error"))).toBeLessThan(1e-5);
  await expect(page.getByTestId("timings")).toContainText("ms");
});

test("a change asked for early is answered by the engine", async ({ page }) => {
  const release = await heldBack(page);
  await open(page, `?sample=church&view=what-if&${place}`);
  await expect(page.getByTestId("precomputed")).toBeVisible();
  await page.getByTestId("what-if").getByRole("checkbox").first().click();
  release();
  await firstResult(page);
  await expect(page.getByTestId("what-if")).toContainText(/The changed network took/);
});

test("other samples and networks wait for the engine", async ({ page }) => {
  const release = await heldBack(page);
  const fetched: string[] = [];
  page.on("request", (request) => fetched.push(new URL(request.url()).pathname));
  for (const state of ["?sample=tench", "?sample=church&network=conv_resnet_mini"]) {
    await open(page, state);
    await expect(page.getByTestId("sample").first()).toBeVisible();
    await expect(page.getByTestId("progress")).toBeVisible();
  }
  expect(fetched.filter((path) => path.endsWith(".answer"))).toEqual([]);
  await expect(page.getByTestId("prediction")).toHaveCount(0);
  release();
  await firstResult(page);
});

test("without an engine the numbers stay, and the page says why", async ({ page }) => {
  await page.route("**/engine_worker_loader.js", (route) => route.abort());
  await page.setViewportSize({ width: 320, height: 700 });
  await open(page, `?sample=chelsea&${place}`);
  await expect(page.getByTestId("failure")).toBeVisible();
  await expect(page.getByTestId("precomputed")).toBeVisible();
  await expect(page.getByTestId("prediction").first()).toBeVisible();
  expect(await overflow(page)).toBeLessThanOrEqual(0);
});
