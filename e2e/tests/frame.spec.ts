// Help, sharing and a lesson's frame.

import { readFileSync } from "node:fs";

import { findings } from "../support/layout";
import { firstResult, open } from "../support/open";
import { expect, test } from "../support/test";

const place = "sample=church&layer=stages.1.3&head=2&y=5&x=9&backend=cpu";

test("help opens with a key, names every view, and gives the focus back", async ({ page }) => {
  await open(page, `?${place}`);
  await firstResult(page);
  const grid = page.getByTestId("query-grid");
  await grid.focus();
  await page.keyboard.press("?");
  const help = page.getByTestId("help");
  await expect(help).toBeVisible();
  for (const tab of await page.getByRole("tab", { includeHidden: true }).allInnerTexts()) await expect(help).toContainText(tab);
  await expect(help).toContainText("What a map does not tell you");
  expect(await findings(page, "dialog")).toEqual([]);
  await page.keyboard.press("Escape");
  await expect(help).toBeHidden();
  await expect(grid).toBeFocused();
  await page.getByTestId("help-button").click();
  await page.getByTestId("help-close").click();
  await expect(help).toBeHidden();
});

test("a frame for a lesson hides the controls and leads to the page", async ({ page }) => {
  await open(page, `?v=1&${place}&view=anatomy&embed=1`);
  await expect(page.locator("#view")).toHaveAttribute("data-view", "anatomy");
  await expect(page.getByTestId("frame-foot")).toContainText("LambdaResNet mini, church, stages.1.3, head 2");
  for (const control of ["networks-button", "file-input", "sample", "help-button", "share"]) await expect(page.getByTestId(control), control).toHaveCount(0);
  await expect(page.getByRole("tab")).toHaveCount(0);
  expect(await findings(page)).toEqual([]);
  const whole = new URL((await page.getByTestId("frame-foot").getByRole("link").getAttribute("href"))!);
  expect([whole.searchParams.get("embed"), whole.searchParams.get("view"), whole.searchParams.get("head")]).toEqual([null, "anatomy", "2"]);
  await page.goto(whole.href);
  await expect(page.getByTestId("networks-button")).toBeVisible();
});

test("the state is saved as JSON", async ({ page }) => {
  await open(page, `?${place}&view=orders`);
  await firstResult(page);
  await page.getByTestId("share").locator("summary").press("Enter");
  const download = page.waitForEvent("download");
  await page.getByTestId("share-state").click();
  const state = JSON.parse(readFileSync(await (await download).path(), "utf8"));
  expect([state.view, state.layer, state.head, state.query, state.picture]).toEqual(["orders", "stages.1.3", 2, [5, 9], "church"]);
  const shown = page.getByTestId("prediction").first();
  expect(state.predictions[0].label).toBe(await shown.getAttribute("data-label"));
  expect(state.predictions[0].probability).toBeCloseTo(Number(await shown.getAttribute("data-probability")), 5);
  // The address in it brings the state back.
  await open(page, state.address);
  await firstResult(page);
  await expect(page.locator("#view")).toHaveAttribute("data-view", "orders");
});

test("a frame of one figure has a heading, no prose, and tells the page around it how high it is", async ({ page }) => {
  await open(page, `?${place}`);
  await firstResult(page);
  const heights = await page.evaluate(
    (source) =>
      new Promise<number[]>((resolve) => {
        const frame = document.createElement("iframe");
        frame.src = source;
        frame.width = "440";
        const told: number[] = [];
        window.addEventListener("message", ({ source, data }) => {
          if (source !== frame.contentWindow) return;
          told.push(data.lambdascope.height);
          // Its drawing has come.
          if (data.lambdascope.height > 400) resolve(told);
        });
        document.body.append(frame);
      }),
    `./?v=1&${place}&embed=1&figure=total`,
  );
  expect(heights.at(-1)).toBeLessThan(900);

  await open(page, `?v=1&${place}&embed=1&figure=total`);
  const figure = page.getByTestId("frame-figure");
  await expect(figure.getByRole("heading", { level: 1 })).toHaveText("What the query draws on");
  await expect(figure.getByTestId("map-total-value")).toContainText("to");
  await expect(page.getByTestId("summary")).toHaveCount(0);
  await expect(figure.locator(".panel-note")).toBeHidden();
  expect(await findings(page)).toEqual([]);
});

test("a lesson leaves controls out one by one, and the page is shown to a room", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(page, `?v=1&${place}&hide=network.views.guess`);
  await expect(page.getByTestId("map-total-value")).toContainText("to");
  for (const control of ["networks-button", "view-lens", "prediction"]) await expect(page.getByTestId(control).first(), control).toBeHidden();
  for (const control of ["help-button", "layer-select", "sample", "map-total"]) await expect(page.getByTestId(control).first(), control).toBeVisible();
  expect(await findings(page)).toEqual([]);
  // What the link leaves out is chosen beside it; this page stays as it is.
  await page.getByTestId("share").locator("summary").press("Enter");
  const left = page.getByTestId("share-hide");
  await expect(left.getByLabel("network")).toBeChecked();
  await left.getByLabel("help").check();
  await page.getByTestId("share-link").click();
  await expect(page.getByTestId("share-said")).toContainText("copied");
  const link = new URL(await page.evaluate(() => navigator.clipboard.readText()));
  expect(link.searchParams.get("hide")).toBe("network.help.guess.views");
  await expect(page.getByTestId("help-button")).toBeVisible();

  const size = () => page.evaluate(() => parseFloat(getComputedStyle(document.documentElement).fontSize));
  const before = await size();
  await page.getByTestId("present").click();
  await expect(page.getByTestId("help-button")).toBeHidden();
  await expect(page.getByTestId("map-total")).toBeVisible();
  expect(await size()).toBeGreaterThan(before * 1.3);
  await page.getByTestId("map-total").hover();
  await expect(page.locator(".present-pointer")).toBeVisible();
  await expect.poll(() => new URL(page.url()).searchParams.get("present")).toBe("1");
  expect(await findings(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await expect(page.getByTestId("help-button")).toBeVisible();
  expect(await size()).toBe(before);
});
