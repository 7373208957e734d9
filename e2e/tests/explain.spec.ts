// From a picture to classes and implicit attention, on either backend.

import { readFileSync } from "node:fs";

import type { Locator, Page } from "@playwright/test";

import { firstResult, open, settledUrl } from "../support/open";
import { type Asked, expect, test } from "../support/test";

interface Predicted {
  file: string;
  label: string;
  top5: { label: string; probability: number }[];
}

// Written by the training project from PyTorch's own run on the pictures that the page ships.
const predicted: Predicted[] = JSON.parse(
  readFileSync(new URL("../../tests/fixtures/predictions.json", import.meta.url), "utf8"),
);

const number = async (locator: Locator, name: string) => Number(await locator.getAttribute(name));

/** A map as it is drawn, to see whether it changes. */
const drawn = (page: Page, map: string) =>
  page.getByTestId(map).evaluate((element) => {
    const canvas = element instanceof HTMLCanvasElement ? element : element.querySelector("canvas");
    return canvas?.toDataURL() ?? "";
  });

/** The page on a sample says what PyTorch says of it, on the backend that was asked for. */
async function opened(page: Page, sample: string, backend: Asked["backend"]): Promise<void> {
  await open(page, `?sample=${sample}&backend=${backend}`);
  await firstResult(page);
  await test.step("the expected class with PyTorch's probability", async () => {
    await expect(page.getByTestId("backend-badge")).toHaveAttribute("data-backend", backend === "webgpu" ? "gpu" : "cpu");
    const { label, top5 } = predicted.find(({ file }) => file === `${sample}.webp`)!;
    const first = page.getByTestId("prediction").first();
    await expect(first).toHaveAttribute("data-label", label);
    const rows = page.getByTestId("prediction");
    for (let i = 0; i < 5; i++) {
      expect(await rows.nth(i).getAttribute("data-label")).toBe(top5[i]!.label);
      expect(Math.abs((await number(rows.nth(i), "data-probability")) - top5[i]!.probability)).toBeLessThan(1e-4);
    }
  });
}

test("parachute: expected class with PyTorch's probability", { tag: "@both" }, async ({ page, backend }) => {
  await opened(page, "parachute", backend);
});

test("church: expected class; the query moves by keyboard, the maps change, the proof holds", { tag: "@both" }, async ({ page, backend }) => {
  await opened(page, "church", backend);
  const grid = page.getByTestId("query-grid");
  await grid.focus();
  await page.keyboard.press("Control+Home");
  await expect(grid).toHaveAttribute("data-query", "0,0");
  const before = await Promise.all(["map-content", "map-position", "map-total"].map((map) => drawn(page, map)));
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Shift+ArrowRight");
  await expect(grid).toHaveAttribute("data-query", "1,4");
  for (const [i, map] of ["map-content", "map-position", "map-total"].entries()) {
    await expect.poll(() => drawn(page, map), `${map} is drawn anew`).not.toBe(before[i]);
    expect(await number(page.getByTestId(map), "data-limit")).toBeGreaterThan(0);
  }
  // All at once: asked for one by one, they may be of two answers, the one computed ahead and the engine's.
  const limits = await page
    .locator(["map-content", "map-position", "map-total"].map((map) => `[data-testid="${map}"]`).join(", "))
    .evaluateAll((maps) => maps.map((map) => map.getAttribute("data-limit")));
  expect(limits).toHaveLength(3);
  expect(new Set(limits).size, "one scale for all three maps").toBe(1);
  const error = await number(page.getByTestId("proof"), "data-max-error");
  expect(error).toBeLessThan(1e-4);
  expect(error, "a difference of exactly zero would mean that nothing was compared").toBeGreaterThan(0);
});

test("tench: expected class; every layer and head holds the proof", { tag: "@both" }, async ({ page, backend }) => {
  await opened(page, "tench", backend);
  const layers = page.getByTestId("layer-select").getByRole("radio");
  const heads = page.getByTestId("head-select").getByRole("radio");
  expect(await layers.count()).toBeGreaterThan(2);
  for (let layer = 0; layer < (await layers.count()); layer++) {
    await layers.nth(layer).check({ force: true });
    expect(await heads.count()).toBe(4);
    for (let head = 0; head < 4; head++) {
      await heads.nth(head).check({ force: true });
      expect(await number(page.getByTestId("proof"), "data-max-error")).toBeLessThan(1e-4);
    }
  }
});

test("a state is an address", async ({ page }) => {
  await open(page, "?sample=gas_pump&layer=stages.1.3&head=2&y=5&x=9&backend=cpu");
  await firstResult(page);
  await expect(page.getByTestId("query-grid")).toHaveAttribute("data-query", "5,9");
  await page.getByTestId("query-grid").focus();
  await page.keyboard.press("ArrowLeft");
  await expect.poll(() => new URL(page.url()).searchParams.get("x")).toBe("8");
  expect((await settledUrl(page)).searchParams.get("layer")).toBe("stages.1.3");
});

test("a pointer chooses the query", async ({ page }) => {
  await open(page, "?sample=church&layer=stages.1.1&backend=cpu");
  await firstResult(page);
  const grid = page.getByTestId("query-grid");
  const box = (await grid.boundingBox())!;
  await grid.click({ position: { x: box.width * (3.5 / 16), y: box.height * (12.5 / 16) } });
  await expect(grid).toHaveAttribute("data-query", "12,3");
});
