// The position view: tables of embeddings, the query's kernel, and the shifted query.

import type { Page } from "@playwright/test";

import { firstResult, open } from "../support/open";
import { asNumber, savedCsv, shownValue } from "../support/saved";
import { expect, test } from "../support/test";

const place = "sample=church&layer=stages.1.1&head=2&backend=cpu";
const knob = (page: Page, key: string) => new URL(page.url()).searchParams.get(key);

test("the kernel lies on the query, cut off at the border", async ({ page }) => {
  await open(page, `?view=position&${place}&y=1&x=14`);
  await firstResult(page);
  const kernel = await savedCsv(page, "position-kernel");
  const map = await savedCsv(page, "position-map");
  expect(kernel.name).toBe("kernel_stages.1.1_h2_1.14.csv");
  let onMap = 0;
  for (const [i, dy] of kernel.rows.entries()) {
    for (const [j, dx] of kernel.columns.entries()) {
      const [y, x] = [1 + dy, 14 + dx];
      if (y < 0 || x < 0 || y >= map.rows.length || x >= map.columns.length) continue;
      onMap++;
      expect(map.values[y]![x], `${dy},${dx}`).toBe(kernel.values[i]![j]);
    }
  }
  const all = kernel.rows.length * kernel.columns.length;
  await expect(page.getByTestId("position-cut")).toContainText(`${onMap} of the table’s ${all} offsets`);
  // What is said under a cell is what is saved.
  const middle = kernel.rows.indexOf(0);
  const said = asNumber(await shownValue(page, "position-kernel", middle, middle));
  expect(Math.abs(said - kernel.values[middle]![middle]!)).toBeLessThan(0.01 * Math.max(...kernel.values.flat().map(Math.abs)));
  await expect(page.getByTestId("position-kernel-value")).toContainText("row offset 0, column offset 0:");
});

test("the channels' contributions add up to the kernel", async ({ page }) => {
  await open(page, `?view=position&${place}&y=5&x=9&part=qe&channel=0`);
  await firstResult(page);
  const kernel = await savedCsv(page, "position-kernel");
  const tiles = page.getByTestId("channel-tiles").getByRole("option");
  const channels = await tiles.count();
  expect(channels).toBe(16);
  const sum = kernel.values.map((row) => row.map(() => 0));
  await tiles.first().focus();
  for (let channel = 0; channel < channels; channel++) {
    await expect(tiles.nth(channel)).toHaveAttribute("aria-selected", "true");
    const one = await savedCsv(page, "channel-tile");
    expect(one.name).toBe(`qE${channel}_stages.1.1_h2_5.9.csv`);
    one.values.forEach((row, y) => row.forEach((value, x) => (sum[y]![x]! += value)));
    await tiles.nth(channel).focus();
    await page.keyboard.press("ArrowRight");
  }
  await expect.poll(() => knob(page, "channel")).toBe("15");
  const largest = Math.max(...kernel.values.flat().map(Math.abs));
  sum.forEach((row, y) => row.forEach((value, x) => expect(Math.abs(value - kernel.values[y]![x]!)).toBeLessThan(1e-5 * largest + 1e-7)));
});

test("a shifted query carries its position part along and leaves its content part", async ({ page }) => {
  await open(page, `?view=position&${place}&y=7&x=7&shift=0.0`);
  await firstResult(page);
  await page.getByTestId("shift").getByRole("button").first().focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Shift+ArrowRight");
  await page.keyboard.press("ArrowLeft");
  await expect(page.getByTestId("shift-value")).toHaveText("(1, 3): from row 7, column 7 to row 8, column 10");
  await expect.poll(() => knob(page, "shift")).toBe("1.3");
  const before = await savedCsv(page, "shift-position-before");
  const held = await savedCsv(page, "shift-position-held");
  const own = await savedCsv(page, "shift-position-own");
  let differs = 0;
  for (let y = 1; y < held.rows.length; y++) {
    for (let x = 3; x < held.columns.length; x++) {
      expect(held.values[y]![x]).toBe(before.values[y - 1]![x - 3]);
      differs = Math.max(differs, Math.abs(own.values[y]![x]! - before.values[y - 1]![x - 3]!));
    }
  }
  await expect(page.getByTestId("shift-position-held-said")).toHaveAttribute("data-largest", "0");
  await expect(page.getByTestId("shift-position-held-said")).toContainText("over 195 cells is exactly 0");
  const largest = Number(await page.getByTestId("shift-position-own-said").getAttribute("data-largest"));
  expect(differs).toBeGreaterThan(0);
  expect(Math.abs(largest - differs)).toBeLessThan(1e-6 * differs + 1e-9);
  const content = await savedCsv(page, "shift-content-before");
  expect((await savedCsv(page, "shift-content-held")).values).toEqual(content.values);
  await expect(page.getByTestId("shift-content-held-said")).toContainText("over 256 cells is exactly 0");
  expect((await savedCsv(page, "shift-content-own")).values).not.toEqual(content.values);

  // The differences in place of the maps, by pointer.
  await page.getByTestId("moved-select").getByRole("radio").nth(1).check({ force: true });
  expect((await savedCsv(page, "shift-position-held")).values.flat().every((value) => value === 0)).toBe(true);
  await page.getByTestId("shift-reset").click();
  await expect(page.getByTestId("shift-value")).toContainText("(0, 0)");
});

test("the address brings the view back", async ({ page }) => {
  await open(page, `?view=position&${place}&y=7&x=7&shift=-2.1&channel=3&part=qe&by=difference`);
  await firstResult(page);
  await expect(page.getByTestId("shift-value")).toHaveText("(−2, 1): from row 7, column 7 to row 5, column 8");
  await expect(page.getByTestId("channel-tiles").locator('[aria-selected="true"]')).toHaveAttribute("data-key", "3");
  await expect(page.getByTestId("tile-select").locator("input:checked")).toHaveValue("1");
  await expect(page.getByTestId("moved-select").locator("input:checked")).toHaveValue("1");
  // A border stops the shift, and the next step starts from there.
  await page.getByTestId("query-grid").focus();
  await page.keyboard.press("Control+Home");
  await expect(page.getByTestId("shift-value")).toHaveText("(0, 1): from row 0, column 0 to row 0, column 1");
});
