// What every view must hold to: nothing serious for axe-core in either theme, no sideways scrolling on a telephone.

import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

/** axe-core's serious and critical findings with the elements they are about; in all of the page or in one part of it. */
export async function seriousFindings(page: Page, part?: string): Promise<string[]> {
  const axe = new AxeBuilder({ page });
  const { violations } = await (part ? axe.include(part) : axe).analyze();
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  return serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

/** By how many pixels the page is wider than its window. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);

/**
 * Holds the page, as it stands, to both themes and both widths; `what` names its state. The window is given back as it
 * was, the theme is the light one afterwards.
 */
export async function expectPresentable(page: Page, what: string): Promise<void> {
  const size = page.viewportSize()!;
  for (const width of [size.width, 320]) {
    await page.setViewportSize({ ...size, width });
    await expect.poll(() => overflow(page), `${what}: too wide for ${width} px`).toBeLessThanOrEqual(0);
    for (const colorScheme of ["dark", "light"] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await seriousFindings(page), `${what}: ${colorScheme}, ${width} px`).toEqual([]);
    }
  }
  await page.setViewportSize(size);
}
