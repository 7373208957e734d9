// axe-core finds nothing serious, in both themes, with a result on the page, its list of networks folded and unfolded.

import type { Page } from "@playwright/test";

import { drop } from "../support/drop";
import { overflow, seriousFindings } from "../support/layout";
import { unfold } from "../support/networks";
import { firstResult, open } from "../support/open";
import { expect, test } from "../support/test";

for (const colorScheme of ["light", "dark"] as const) {
  test(`no serious finding in the ${colorScheme} theme`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await open(page, "?sample=church&backend=cpu");
    await firstResult(page);
    expect(await seriousFindings(page)).toEqual([]);
    await unfold(page);
    await drop(page, { name: "broken.safetensors", mimeType: "", buffer: Buffer.from("broken") });
    await expect(page.getByTestId("network-problem")).toBeVisible();
    expect(await seriousFindings(page), "with the list of networks and a failure").toEqual([]);
  });
}

/** Views beyond the first, as addresses that show all they have. */
const views = ["view=position&shift=1.2&part=qe", "view=atlas&sort=locality"];

for (const view of views) {
  for (const colorScheme of ["light", "dark"] as const) {
    test(`no serious finding in ${view} in the ${colorScheme} theme`, async ({ page }) => {
      await page.emulateMedia({ colorScheme });
      await open(page, `?${view}&sample=church&backend=cpu`);
      await firstResult(page);
      for (const summary of await page.locator("#view summary").all()) await summary.click();
      expect(await seriousFindings(page)).toEqual([]);
    });
  }

  test(`320 pixels need no sideways scrolling in ${view}`, async ({ page }) => {
    await page.setViewportSize({ width: 320, height: 700 });
    await open(page, `?${view}&sample=church&backend=cpu`);
    await firstResult(page);
    for (const summary of await page.locator("#view summary").all()) await summary.click();
    expect(await overflow(page)).toBeLessThanOrEqual(0);
  });
}

test("320 pixels need no sideways scrolling", async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 700 });
  await open(page, "?sample=church&backend=cpu");
  await firstResult(page);
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  await unfold(page);
  const name = `${"a-long-name-without-a-space".repeat(4)}.safetensors`;
  await drop(page, { name, mimeType: "", buffer: Buffer.from("broken") });
  await expect(page.getByTestId("network-problem")).toContainText(name);
  expect(await overflow(page), "with the list of networks and a failure").toBeLessThanOrEqual(0);
});
