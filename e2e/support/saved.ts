// What a drawing says and what it saves, as numbers.

import { readFile } from "node:fs/promises";

import type { Locator, Page } from "@playwright/test";

/** A drawing's values as its CSV has them, with what rows and columns are called. */
export interface Saved {
  name: string;
  rows: number[];
  columns: number[];
  values: number[][];
}

/** The whole drawing with its tools, by the test id of its cells. */
export const drawing = (page: Page, testId: string): Locator => page.locator("figure.figure", { has: page.getByTestId(testId) });

/** What a press saves as a file, with its name. */
async function saved(page: Page, press: () => Promise<void>): Promise<{ name: string; text: string }> {
  const download = page.waitForEvent("download");
  await press();
  const file = await download;
  return { name: file.suggestedFilename(), text: await readFile(await file.path(), "utf8") };
}

/** The text that a press saves as a file. */
export const savedText = async (page: Page, press: () => Promise<void>): Promise<string> => (await saved(page, press)).text;

/** Saves a drawing, given by its test id, as CSV and reads it. */
export async function savedCsv(page: Page, testId: string): Promise<Saved> {
  const figure = drawing(page, testId);
  const button = figure.locator('[data-format="csv"]');
  if (!(await button.isVisible())) await figure.locator("summary", { hasText: "Save" }).click();
  const { name, text } = await saved(page, () => button.click());
  const lines = text.trimEnd().split("\n").map((line) => line.split(","));
  return {
    name,
    columns: lines[0]!.slice(1).map(Number),
    rows: lines.slice(1).map((line) => Number(line[0])),
    values: lines.slice(1).map((line) => line.slice(1).map(Number)),
  };
}

/** The value that a drawing shows for its cell in this row and column, counted from 0, by keyboard. */
export async function shownValue(page: Page, testId: string, row: number, column: number): Promise<string> {
  await page.getByTestId(testId).focus();
  await page.keyboard.press("Control+Home");
  for (let i = 0; i < row; i++) await page.keyboard.press("ArrowDown");
  for (let i = 0; i < column; i++) await page.keyboard.press("ArrowRight");
  const text = await page.getByTestId(`${testId}-value`).innerText();
  return text.slice(text.indexOf(":") + 1).trim();
}

/** A number as the page writes it: with a true minus, maybe a sign, a percent sign, or words after it. */
export const asNumber = (text: string): number => Number.parseFloat(text.replace("−", "-").replace("+", ""));
