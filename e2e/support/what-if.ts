// The probabilities before and after a change.

import { expect, type Page } from "@playwright/test";

export type Bar = { label: string; before: number; after: number };

/** The bars' numbers, once nothing is awaited. */
export async function bars(page: Page): Promise<Bar[]> {
  await expect(page.locator(".what-if-outcome")).toHaveAttribute("aria-busy", "false");
  return page.getByTestId("what-if-row").evaluateAll((rows) =>
    rows.map((row) => ({
      label: row.getAttribute("data-label")!,
      before: Number(row.getAttribute("data-before")),
      after: Number(row.getAttribute("data-after")),
    })),
  );
}
