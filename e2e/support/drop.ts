// Dropping a file on the page. Playwright can only choose files, so one is chosen first, in an input of the test's own.

import type { Page } from "@playwright/test";

type Chosen = string | { name: string; mimeType: string; buffer: Buffer };

/** Drops a file, given by its path or its contents. */
export async function drop(page: Page, file: Chosen): Promise<void> {
  await page.evaluate(() => {
    const input = document.createElement("input");
    input.type = "file";
    input.id = "chosen-for-drop";
    document.body.append(input);
  });
  await page.locator("#chosen-for-drop").setInputFiles(file);
  await page.evaluate(() => {
    const input = document.querySelector<HTMLInputElement>("#chosen-for-drop")!;
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(input.files![0]!);
    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
    input.remove();
  });
}
