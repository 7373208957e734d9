// What every view must hold to: no findings of axe-core in either theme, no sideways scrolling on a telephone.

import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

/**
 * axe-core's findings with the elements they are about, those of every rule that is not experimental and of the one on labels
 * that lack what is seen; in all of the page or in one part of it. The page has no frames, so that axe need not put its
 * results together on a page of its own, and only violations are looked up element by element: the same findings in a third
 * of the time. Contrast that axe cannot tell is computed in tests/it/contrast.rs.
 */
export async function findings(page: Page, part?: string): Promise<string[]> {
  const rules = { "label-content-name-mismatch": { enabled: true } };
  const axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ["violations"], rules });
  const { violations } = await (part ? axe.include(part) : axe).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

/** By how many pixels the page is wider than its window. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);

/** Makes the window as narrow as a telephone's. */
export const narrow = (page: Page): Promise<void> => page.setViewportSize({ width: 320, height: 800 });

/**
 * Holds the page, as it stands, to what axe-core finds in either theme and to both widths; `what` names its state. The
 * window is given back as it was, the theme is the light one afterwards.
 */
export async function expectPresentable(page: Page, what: string): Promise<void> {
  const size = page.viewportSize()!;
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await findings(page), `${what}: ${colorScheme}, ${size.width} px`).toEqual([]);
  }
  const fits = () => expect.poll(() => overflow(page), `${what} fits ${page.viewportSize()!.width} px`).toBeLessThanOrEqual(0);
  await fits();
  await narrow(page);
  await fits();
  await page.setViewportSize(size);
}
