// The shader's text on the page.

import { expect, type Locator, type Page } from "@playwright/test";

/** The editor. */
export const source = (page: Page): Locator => page.getByTestId("shader-source");

/** Replaces a text in the editor, as typing it would. */
export async function replace(page: Page, from: string, to: string): Promise<void> {
  const text = await source(page).inputValue();
  expect(text).toContain(from);
  await source(page).fill(text.replace(from, to));
}
