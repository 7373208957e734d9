// The numbers of the formula's cell.

import { expect, type Page } from "@playwright/test";

/** The value of the cell that is worked out. */
export const cellValue = async (page: Page): Promise<number> => Number(await page.getByTestId("cell").getAttribute("data-value"));

/** Every sum on screen adds up to its total, and gives the cell's value. */
export async function addsUp(page: Page): Promise<void> {
  const own = await cellValue(page);
  for (const sum of await page.getByTestId("cell-sum").all()) {
    const terms = await sum.locator("[data-term]").evaluateAll((cells) => cells.map((cell) => Number(cell.getAttribute("data-term"))));
    const largest = Math.max(...terms.map(Math.abs), Math.abs(own));
    const total = terms.reduce((sum, term) => sum + term, 0);
    expect(Math.abs(total - Number(await sum.getAttribute("data-total")))).toBeLessThan(1e-4 * largest);
    expect(Math.abs(Number(await sum.getAttribute("data-result")) - own)).toBeLessThan(1e-4 * largest);
  }
}
