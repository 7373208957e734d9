// The values of a drawing as its own CSV gives them.

import { readFileSync } from "node:fs";

import type { Locator, Page } from "@playwright/test";

/** The whole drawing with its tools, by the test id of its cells. */
export const drawing = (page: Page, testId: string): Locator => page.locator("figure.figure", { has: page.getByTestId(testId) });

/** Saves a drawing as CSV and reads it, rows of columns. */
export async function exported(page: Page, testId: string): Promise<number[][]> {
  const save = drawing(page, testId).locator("details", { hasText: "Save" });
  if (!(await save.evaluate((details: HTMLDetailsElement) => details.open))) await save.locator("summary").click();
  const download = page.waitForEvent("download");
  await save.locator('[data-format="csv"]').click();
  const lines = readFileSync(await (await download).path(), "utf8").trimEnd().split("\n");
  return lines.slice(1).map((line) => line.split(",").slice(1).map(Number));
}

/** The largest difference between two matrices of one shape. */
export function difference(a: number[][], b: number[][]): number {
  if (a.length !== b.length || a[0]!.length !== b[0]!.length) throw new Error("two shapes");
  return Math.max(...a.flatMap((row, y) => row.map((value, x) => Math.abs(value - b[y]![x]!))));
}
