// axe-core finds nothing serious, in both themes, with a result on the page.

import AxeBuilder from "@axe-core/playwright";

import { firstResult, open } from "../support/open";
import { expect, test } from "../support/test";

for (const colorScheme of ["light", "dark"] as const) {
  test(`no serious finding in the ${colorScheme} theme`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await open(page, "?sample=church&backend=cpu");
    await firstResult(page);
    const { violations } = await new AxeBuilder({ page }).analyze();
    const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
    expect(serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`)).toEqual([]);
  });
}

test("320 pixels need no sideways scrolling", async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 700 });
  await open(page, "?sample=church&backend=cpu");
  await firstResult(page);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
});
