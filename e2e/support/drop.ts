// Dropping a file on the page. Playwright can only choose files, so one is chosen first, in an input of the test's own.

import type { Page } from "@playwright/test";

type Chosen = string | { name: string; mimeType: string; buffer: Buffer };

/** Drops a file, or several at once, given by path or contents. */
export async function drop(page: Page, file: Chosen | Exclude<Chosen, string>[]): Promise<void> {
  await page.evaluate(() => {
    const input = document.createElement("input");
    input.type = "file";
    input.multiple = true;
    input.id = "chosen-for-drop";
    document.body.append(input);
  });
  await page.locator("#chosen-for-drop").setInputFiles(file);
  await page.evaluate(() => {
    const input = document.querySelector<HTMLInputElement>("#chosen-for-drop")!;
    const dataTransfer = new DataTransfer();
    for (const file of input.files!) dataTransfer.items.add(file);
    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
    input.remove();
  });
}
