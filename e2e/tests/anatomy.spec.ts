// What a lambda is made of: maps, matrices and the walk through their sum, with numbers that fit each other.

import type { Page } from "@playwright/test";

import { difference, exported } from "../support/exported";
import { firstResult, open, settledUrl } from "../support/open";
import { expect, test } from "../support/test";

const at = "?sample=church&view=anatomy&layer=stages.1.3&head=2&y=5&x=9&backend=cpu";

const parameter = (page: Page, name: string) => new URL(page.url()).searchParams.get(name);

const added = (page: Page) => page.getByTestId("build");

test("the matrices on screen multiply to the outputs on screen", async ({ page }) => {
  await open(page, at);
  await firstResult(page);
  const [content, position, lambda, query, output] = [
    await exported(page, "lambda-content"),
    await exported(page, "lambda-position"),
    await exported(page, "lambda-sum"),
    await exported(page, "anatomy-query"),
    await exported(page, "anatomy-output"),
  ];
  const sum = content.map((row, i) => row.map((value, j) => value + position[i]![j]!));
  expect(difference(sum, lambda)).toBeLessThan(1e-5);
  const product = lambda[0]!.map((_, j) => query[0]!.map((_, head) => lambda.reduce((y, row, i) => y + row[j]! * query[i]![head]!, 0)));
  expect(difference(product, output)).toBeLessThan(1e-4);
  const shown = Number(await page.getByTestId("anatomy-difference").getAttribute("data-difference"));
  expect(shown).toBeLessThan(1e-4);
  // A key map sums to 1, as is written under it.
  const key = await exported(page, "key-map");
  expect(key.flat().reduce((a, b) => a + b, 0)).toBeCloseTo(1, 4);
  await expect(page.getByTestId("key-sum")).toHaveText("1.0000");
  await page.getByTestId("key-maps").getByRole("radio").nth(3).click();
  expect(difference(await exported(page, "key-map"), key)).toBeGreaterThan(0);
  await expect(page.getByTestId("key-sum")).toHaveText("1.0000");
});

test("a row, a key map and an entry of the query light up together", async ({ page }) => {
  await open(page, at);
  await firstResult(page);
  const lit = page.getByTestId("key-maps").locator(".thumb-lit");
  await expect(lit).toHaveCount(0);
  await page.getByTestId("lambda-sum").focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight");
  await expect(lit).toHaveAttribute("data-channel", "1");
  await expect(page.getByTestId("value-maps").locator(".thumb-lit")).toHaveAttribute("data-channel", "1");
  await expect(page.getByTestId("anatomy-term")).toContainText("q[1] · λ[1, 1] =");
  await expect(page.getByTestId("anatomy-query").locator(".lit")).toHaveAttribute("y", "1");
  await page.keyboard.press("Escape");
  await expect(lit).toHaveCount(0);
  // And the other way round.
  await page.getByTestId("key-maps").getByRole("radio").nth(4).hover();
  await expect(page.getByTestId("lambda-content").locator(".lit")).toHaveAttribute("y", "4");
  await expect(page.getByTestId("anatomy-query").locator(".lit")).toHaveAttribute("y", "4");
});

test("λᶜ is built by keyboard, term by term, and the address keeps the step", async ({ page }) => {
  await open(page, at);
  await firstResult(page);
  const scrubber = page.getByTestId("scrubber");
  await expect(added(page), "it opens at its beginning").toHaveAttribute("data-added", "0");
  await scrubber.focus();
  await page.keyboard.press("End");
  await expect(added(page)).toHaveAttribute("data-added", "256");
  await expect.poll(() => parameter(page, "t")).toBe("all");
  expect(Number(await added(page).getAttribute("data-difference"))).toBeLessThan(1e-5);
  await expect(page.getByTestId("build-rest")).toContainText("the layer’s own λᶜ");
  await scrubber.focus();
  await page.keyboard.press("Home");
  await expect(added(page)).toHaveAttribute("data-added", "0");
  await page.keyboard.press("ArrowRight");
  const first = await exported(page, "build-outer");
  const [key, value] = [await exported(page, "build-key"), await exported(page, "build-value")];
  expect(difference(first, key.map(([k]) => value[0]!.map((v) => k! * v)))).toBeLessThan(1e-6);
  await scrubber.focus();
  await page.keyboard.press("ArrowRight");
  const second = await exported(page, "build-outer");
  expect(difference(await exported(page, "build-sum"), first.map((row, i) => row.map((v, j) => v + second[i]![j]!)))).toBeLessThan(1e-6);
  await scrubber.focus();
  await page.keyboard.press("Shift+ArrowRight");
  await expect(added(page)).toHaveAttribute("data-added", "28");
  await expect(page.getByTestId("walk-said")).toContainText("28 of 256: row 1, column 11");
  await expect.poll(() => parameter(page, "t")).toBe("28");
  await page.getByTestId("walk-order").getByRole("radio").nth(1).check({ force: true });
  await expect.poll(() => parameter(page, "by")).toBe("strength");
  const [said, sum] = [await page.getByTestId("walk-said").innerText(), await exported(page, "build-sum")];
  expect(said).not.toContain("row 1, column 11");

  await page.goto((await settledUrl(page)).href);
  await firstResult(page);
  await expect(page.getByTestId("walk-said")).toHaveText(said);
  expect(difference(await exported(page, "build-sum"), sum)).toBe(0);
  await expect(page.getByTestId("query-grid")).toHaveAttribute("data-query", "5,9");

  await page.getByTestId("scrubber").focus();
  await page.keyboard.press("End");
  await expect(added(page)).toHaveAttribute("data-added", "256");
  await page.keyboard.press("Home");
  await expect.poll(() => parameter(page, "t")).toBeNull();
});

test("it plays when asked, both ways, and pauses", async ({ page }) => {
  await open(page, `${at}&t=10`);
  await firstResult(page);
  await page.waitForTimeout(500);
  await expect(added(page), "nothing plays by itself").toHaveAttribute("data-added", "10");
  const now = async () => Number(await added(page).getAttribute("data-added"));
  await page.getByTestId("walk-play").click();
  await expect.poll(now).toBeGreaterThan(14);
  await page.getByTestId("walk-play").click();
  const paused = await now();
  await page.waitForTimeout(300);
  expect(await now()).toBe(paused);
  await expect.poll(() => parameter(page, "t")).toBe(String(paused));
  await page.getByTestId("walk-back").click();
  await expect.poll(now).toBe(0);
  // A press on the picture goes to the step that adds this position.
  const box = (await page.getByTestId("build-picture").boundingBox())!;
  await page.getByTestId("build-picture").click({ position: { x: box.width * (4.5 / 16), y: box.height * (2.5 / 16) } });
  await expect.poll(now).toBe(2 * 16 + 4 + 1);
});

test("with reduced motion a press is a step", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await open(page, `${at}&t=10`);
  await firstResult(page);
  await page.getByTestId("scrubber").focus();
  await page.keyboard.press(" ");
  await expect(added(page)).toHaveAttribute("data-added", "36");
  await page.waitForTimeout(400);
  await expect(added(page)).toHaveAttribute("data-added", "36");
});
