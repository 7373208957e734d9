// Help, sharing, a lesson's frame, and a walk through all views with the keyboard alone.

import AxeBuilder from "@axe-core/playwright";
import { readFileSync } from "node:fs";

import { firstResult, open } from "../support/open";
import { expect, test } from "../support/test";

const place = "sample=church&layer=stages.1.3&head=2&y=5&x=9&backend=cpu";

for (const colorScheme of ["light", "dark"] as const) {
  test(`all views are walked with the keyboard alone, without a serious finding in the ${colorScheme} theme`, async ({ page }) => {
    test.setTimeout(180_000);
    await page.emulateMedia({ colorScheme });
    await open(page, `?${place}`);
    await firstResult(page);
    const tabs = page.getByRole("tab");
    const chosen = page.locator('[role="tab"][aria-selected="true"]');
    // From the top of the page with Tab alone.
    for (let i = 0; i < 80 && !(await chosen.evaluate((tab) => tab === document.activeElement)); i += 1) await page.keyboard.press("Tab");
    await expect(chosen).toBeFocused();
    const seen: (string | null)[] = [];
    for (let i = 0; i < (await tabs.count()); i += 1) {
      await expect(chosen).toBeFocused();
      const view = await page.locator("#view").getAttribute("data-view");
      seen.push(view);
      await expect(page.locator("#view").getByRole("heading").first()).toBeVisible();
      // Something in the view takes the focus, and Shift+Tab leads back to its tab.
      await page.keyboard.press("Tab");
      expect(await page.evaluate(() => document.querySelector("#view")!.contains(document.activeElement)), `${view} takes the focus`).toBe(true);
      await page.keyboard.press("Shift+Tab");
      const { violations } = await new AxeBuilder({ page }).analyze();
      const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
      expect(serious.map(({ id, nodes }) => `${view}, ${id}: ${nodes.map(({ html }) => html).join(" ")}`)).toEqual([]);
      expect(new URL(page.url()).searchParams.get("view") ?? "lens").toBe(view);
      await page.keyboard.press("ArrowRight");
    }
    expect(new Set(seen).size).toBe(await tabs.count());
    expect(await page.locator("#view").getAttribute("data-view"), "the tabs are a ring").toBe(seen[0]);
  });
}

test("no view needs sideways scrolling at 320 pixels", async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 700 });
  await open(page, `?${place}`);
  await firstResult(page);
  const tabs = page.getByRole("tab");
  for (let i = 0; i < (await tabs.count()); i += 1) {
    await tabs.nth(i).click();
    const wider = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    await expect.poll(wider, (await tabs.nth(i).innerText()) + " fits").toBeLessThanOrEqual(0);
  }
});

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
  const { violations } = await new AxeBuilder({ page }).include("dialog").analyze();
  expect(violations.filter(({ impact }) => impact === "serious" || impact === "critical").map(({ id }) => id)).toEqual([]);
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
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.filter(({ impact }) => impact === "serious" || impact === "critical").map(({ id }) => id)).toEqual([]);
  const whole = new URL((await page.getByTestId("frame-foot").getByRole("link").getAttribute("href"))!);
  expect([whole.searchParams.get("embed"), whole.searchParams.get("view"), whole.searchParams.get("head")]).toEqual([null, "anatomy", "2"]);
  await page.goto(whole.href);
  await expect(page.getByTestId("networks-button")).toBeVisible();
});

test("the state is saved as JSON", async ({ page }) => {
  await open(page, `?${place}&view=orders`);
  await firstResult(page);
  await page.getByTestId("share").locator("summary").click();
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
