// A drawing's values as matrices, and how far two of them are apart.

import type { Page } from "@playwright/test";

import { savedCsv } from "./saved";

/** Saves a drawing as CSV and reads it, rows of columns. */
export const exported = async (page: Page, testId: string): Promise<number[][]> => (await savedCsv(page, testId)).values;

/** The largest difference between two matrices of one shape. */
export function difference(a: number[][], b: number[][]): number {
  if (a.length !== b.length || a[0]!.length !== b[0]!.length) throw new Error("two shapes");
  return Math.max(...a.flatMap((row, y) => row.map((value, x) => Math.abs(value - b[y]![x]!))));
}
