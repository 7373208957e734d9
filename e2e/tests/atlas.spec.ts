// The atlas: every layer and head for the pinned query, sorted, and the way into the lens.

import type { Page } from "@playwright/test";

import { maps, tiles } from "../support/atlas";
import { firstResult, open } from "../support/open";
import { asNumber, savedCsv } from "../support/saved";
import { expect, test } from "../support/test";

const start = "?view=atlas&sample=church&layer=stages.1.1&head=2&y=5&x=9&backend=cpu";

/** The measure of every tile, as it is written under it. */
async function measured(page: Page, name: string): Promise<number[]> {
  const texts = await tiles(page).locator(".tile-line", { hasText: name }).locator(".tile-value").allInnerTexts();
  return texts.map(asNumber);
}

test("a tile's measures are those of its map", async ({ page }) => {
  await open(page, start);
  await firstResult(page);
  // The place that the page is at is looked at first.
  await expect(page.getByTestId("atlas-map")).toHaveAttribute("aria-label", /^stages\.1\.1, head 2,/);
  const { name, values } = await savedCsv(page, "atlas-map");
  expect(name).toBe("total_stages.1.1_h2_5.9.csv");
  let [all, near, negative] = [0, 0, 0];
  values.forEach((row, y) =>
    row.forEach((value, x) => {
      all += Math.abs(value);
      if (Math.abs(y - 5) <= 2 && Math.abs(x - 9) <= 2) near += Math.abs(value);
      if (value < 0) negative -= value;
    }),
  );
  const tile = page.getByTestId("atlas-tiles").locator('[aria-selected="true"]');
  const said = async (name: string) => asNumber(await tile.locator(".tile-line", { hasText: name }).locator(".tile-value").innerText());
  expect(Math.abs((await said("locality")) - (100 * near) / all)).toBeLessThan(0.06);
  expect(Math.abs((await said("negative mass")) - (100 * negative) / all)).toBeLessThan(0.06);
});

test("the tiles are walked and one is opened by keyboard", async ({ page }) => {
  await open(page, start);
  await firstResult(page);
  const expected = await maps(page);
  await expect(tiles(page)).toHaveCount(expected.length);
  expect(await tiles(page).evaluateAll((tiles) => tiles.filter((tile) => (tile as HTMLElement).tabIndex === 0).length)).toBe(1);
  await page.getByTestId("atlas-tiles").locator('[tabindex="0"]').focus();
  await page.keyboard.press("Home");
  await expect(tiles(page).first()).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight");
  const focused = page.getByTestId("atlas-tiles").locator(":focus");
  await expect(focused).toHaveAttribute("aria-label", new RegExp(`^λ ${expected[5]!.replace("stages.", "")}: locality`));
  await expect(page.getByTestId("atlas-map")).toHaveAttribute("aria-label", new RegExp(`^${expected[5]},`));
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("view-lens")).toHaveAttribute("aria-selected", "true");
  await expect(page.getByTestId("view-lens")).toBeFocused();
  const [layer, head] = expected[5]!.split(", head ");
  await expect(page.getByTestId("layer-select").locator("input:checked")).toHaveValue(layer!);
  await expect(page.getByTestId("head-select").locator("input:checked")).toHaveValue(head!);
  // Back brings the atlas again.
  await expect.poll(() => new URL(page.url()).searchParams.get("view")).toBeNull();
  await page.goBack();
  await expect(page.getByTestId("view-atlas")).toHaveAttribute("aria-selected", "true");
});

test("a click opens a map in the lens", async ({ page }) => {
  await open(page, start);
  await firstResult(page);
  const [layer, head] = (await maps(page))[3]!.split(", head ");
  await tiles(page).nth(3).click();
  await expect(page.getByTestId("view-lens")).toHaveAttribute("aria-selected", "true");
  await expect(page.getByTestId("layer-select").locator("input:checked")).toHaveValue(layer!);
  await expect(page.getByTestId("head-select").locator("input:checked")).toHaveValue(head!);
});

test("maps are sorted by a measure, and the address keeps it", async ({ page }) => {
  await open(page, start);
  await firstResult(page);
  const names = ["locality", "negative mass", "content ÷ position"];
  for (const [i, id] of ["locality", "negative", "ratio"].entries()) {
    await page.getByTestId("sort-select").getByRole("radio").nth(i + 1).check({ force: true });
    await expect.poll(() => new URL(page.url()).searchParams.get("sort")).toBe(id);
    const values = await measured(page, names[i]!);
    expect(values.length).toBe((await maps(page)).length);
    expect(values).toEqual([...values].sort((a, b) => b - a));
    expect(new Set(values).size).toBeGreaterThan(1);
  }
  await page.getByTestId("cover-select").getByRole("radio").nth(1).check({ force: true });
  await expect.poll(() => new URL(page.url()).searchParams.get("by")).toBe("map");
  const first = await tiles(page).first().getAttribute("aria-label");
  await page.reload();
  await firstResult(page);
  await expect(page.getByTestId("sort-select").locator("input:checked")).toHaveValue("3");
  await expect(page.getByTestId("cover-select").locator("input:checked")).toHaveValue("1");
  await expect(tiles(page).first()).toHaveAttribute("aria-label", first!);
  // The table has the same numbers in the same order.
  await page.getByTestId("atlas-table-fold").locator("summary").click();
  const cells = await page.getByTestId("atlas-table").locator("tbody tr td:last-child").allInnerTexts();
  expect(cells.map(asNumber)).toEqual(await measured(page, "content ÷ position"));
});

test("the atlas follows the pinned query and not the pointer", async ({ page }) => {
  await open(page, start);
  await firstResult(page);
  const spoken = () => tiles(page).evaluateAll((tiles) => tiles.map((tile) => tile.getAttribute("aria-label")));
  const before = await spoken();
  const grid = page.getByTestId("query-grid");
  const box = (await grid.boundingBox())!;
  await grid.hover({ position: { x: box.width * 0.1, y: box.height * 0.9 } });
  await expect(grid).not.toHaveAttribute("data-query", "5,9");
  expect(await spoken()).toEqual(before);
  await grid.click({ position: { x: box.width * 0.1, y: box.height * 0.9 } });
  await expect.poll(spoken).not.toEqual(before);
});
