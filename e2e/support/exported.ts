// A drawing's values as matrices, and how far two of them are apart.

import { expect, type Page } from "@playwright/test";

import { savedCsv } from "./saved";

/** Saves a drawing as CSV and reads it, rows of columns. */
export const exported = async (page: Page, testId: string): Promise<number[][]> => (await savedCsv(page, testId)).values;

/** The largest difference between two matrices of one shape. */
export function difference(a: number[][], b: number[][]): number {
  if (a.length !== b.length || a[0]!.length !== b[0]!.length) throw new Error("two shapes");
  return Math.max(...a.flatMap((row, y) => row.map((value, x) => Math.abs(value - b[y]![x]!))));
}

/** That values are the expected ones, to 1e-4 of the largest. */
export function expectClose(found: number[], expected: number[]): void {
  expect(found).toHaveLength(expected.length);
  const largest = Math.max(...expected.map(Math.abs));
  found.forEach((value, i) => expect(Math.abs(value - expected[i]!), `value ${i}`).toBeLessThan(1e-4 * largest));
}
