// The first ten seconds of a visitor who knows nothing: what is in the first window, that nothing jumps, that the query moves.

import { readFileSync } from "node:fs";

import type { Page } from "@playwright/test";

import { firstResult, open } from "../support/open";
import { expect, test } from "../support/test";

const opening = JSON.parse(readFileSync("../src/page/opening.json", "utf8")) as { sample: string; walk: [number, number][]; gist: string };

const sizes = [
  { width: 1440, height: 900 },
  { width: 1280, height: 720 },
  { width: 1024, height: 768 },
  { width: 768, height: 1024 },
  { width: 375, height: 812 },
];

/** Adds up how far things move that nobody moved, as the browser measures it. */
async function watchShift(page: Page): Promise<() => Promise<number>> {
  await page.addInitScript(() => {
    const shift = { sum: 0 };
    Object.assign(window, { shift });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) shift.sum += (entry as PerformanceEntry & { value: number }).value;
    }).observe({ type: "layout-shift", buffered: true });
  });
  return () => page.evaluate(() => (window as unknown as { shift: { sum: number } }).shift.sum);
}

const query = (page: Page) => page.getByTestId("query-grid").getAttribute("data-query");

for (const size of sizes) {
  test(`at ${size.width}×${size.height} the first window has picture, map, guess and sentence, and nothing jumps`, async ({ page }) => {
    await page.setViewportSize(size);
    await page.emulateMedia({ reducedMotion: "reduce" });
    const shift = await watchShift(page);
    await open(page);
    await firstResult(page);
    await expect(page.getByTestId("summary")).toHaveText(opening.gist);
    await expect(page.getByTestId("query-grid").locator(".ring").first()).toBeVisible();
    const parts = {
      picture: page.getByTestId("query-grid"),
      total: page.getByTestId("map-total"),
      guess: page.getByTestId("prediction").first(),
      sentence: page.getByTestId("summary"),
    };
    for (const [name, part] of Object.entries(parts)) {
      const box = (await part.boundingBox())!;
      expect(box.y, `${name}, its top`).toBeGreaterThanOrEqual(0);
      expect(box.y + box.height, `${name}, its bottom`).toBeLessThanOrEqual(size.height);
      expect(box.x, `${name}, its left`).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width, `${name}, its right`).toBeLessThanOrEqual(size.width);
    }
    // The map lies over the picture.
    await expect(page.getByTestId("map-total")).toHaveClass(/map-over/);
    expect(await shift(), "layout shift").toBeLessThan(0.05);
  });
}

test("the query walks by itself until the visitor does anything, and its steps are not read out", async ({ page }) => {
  await open(page);
  await firstResult(page);
  const said = await page.getByTestId("live").innerText();
  const first = await query(page);
  await expect.poll(() => query(page)).not.toBe(first);
  expect(await page.getByTestId("live").innerText()).toBe(said);
  await page.keyboard.press("Shift");
  const stopped = await query(page);
  await page.waitForTimeout(2000);
  expect(await query(page), "it stands still").toBe(stopped);
});

test("the query stands still where little motion is asked for, and where the address names a place", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await open(page);
  await firstResult(page);
  await page.waitForTimeout(2000);
  expect(await query(page)).toBe(opening.walk[0]!.join(","));
  await page.emulateMedia({ reducedMotion: "no-preference" });
  await open(page, `?sample=${opening.sample}`);
  await firstResult(page);
  await page.waitForTimeout(2000);
  expect(await query(page)).toBe("8,8");
});

test("another sample or view is an entry of the history, and going back brings what was chosen", async ({ page }) => {
  await open(page, "?sample=church&backend=cpu&utm_source=mail&fbclid=a");
  await firstResult(page);
  await expect(page.getByTestId("address-notice"), "what others add to a link is nobody's business").toHaveCount(0);
  const label = page.getByTestId("prediction").first();
  const sample = () => new URL(page.url()).searchParams.get("sample");
  await page.getByTestId("sample").nth(3).click();
  await expect.poll(sample).toBe("english_springer");
  await page.locator("#tab-atlas").click();
  await expect.poll(() => new URL(page.url()).searchParams.get("view")).toBe("atlas");
  await page.goBack();
  await expect(page.locator("#view")).toHaveAttribute("data-view", "lens");
  expect(sample()).toBe("english_springer");
  await page.goBack();
  await expect.poll(sample).toBe("church");
  await expect(page.locator('[data-sample="church"]')).toHaveAttribute("aria-pressed", "true");
  await expect(label).toHaveAttribute("data-label", "church");
  await page.goForward();
  await expect(page.locator('[data-sample="english_springer"]')).toHaveAttribute("aria-pressed", "true");
  await expect(label).toHaveAttribute("data-label", "english_springer");
});

test("the badge says in plain words why the GPU is not used", async ({ page }) => {
  await open(page);
  await firstResult(page);
  await expect(page.getByTestId("backend-badge")).toHaveAttribute("title", "WebGPU is not used: this browser offers pages no GPU.");
});

test("each map says what it is, or that it is too faint for the scale, with the way to see it", async ({ page }) => {
  await open(page, "?sample=cassette_player&layer=stages.1.1&head=0&y=8&x=8&backend=cpu");
  await firstResult(page);
  const note = (kind: string) => page.locator(`.panel-${kind} .panel-note`);
  await expect(note("position")).toHaveText("Only direction and distance from the query matter.");
  await expect(note("total")).toHaveText(/^Their sum/);
  await expect(note("content")).toHaveText(/^Too faint for this scale: at most 0\.\d+, on ±\d/);
  await page.getByTestId("own-scale-content").click();
  await expect(note("content")).toHaveText("Only what is there matters, not where.");
  await expect.poll(() => new URL(page.url()).searchParams.get("scale")).toBe("map");
});
