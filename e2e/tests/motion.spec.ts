// The query on the move: drawings in sight follow every step, everything else once it rests, and then nothing is left behind.

import type { Page } from "@playwright/test";

import { firstResult, open, settledUrl } from "../support/open";
import { expect, test } from "../support/test";

const views = ["lens", "anatomy", "orders", "position", "atlas", "formula"];
const state = "sample=church&layer=stages.1.1&head=1&y=6&x=7";

/** All that a view says and draws: its texts, what its drawings are called, and their pixels. */
const shown = (page: Page) =>
  page.locator("#view").evaluate((view) => {
    const said = view.cloneNode(true) as HTMLElement;
    // What is read out comes later still.
    said.querySelector('[data-testid="live"]')?.remove();
    const named = [...view.querySelectorAll("[aria-label]")].map((element) => element.getAttribute("aria-label"));
    const limits = [...view.querySelectorAll("[data-limit]")].map((element) => element.getAttribute("data-limit"));
    const marks = [...view.querySelectorAll(".marks path")].map((path) => path.getAttribute("d"));
    const drawn = [...view.querySelectorAll<HTMLCanvasElement>("canvas.cells")].map((canvas) => canvas.toDataURL());
    return { text: said.textContent, named, limits, marks, drawn };
  });

for (const view of views) {
  test(`${view}: after a movement all of the view is what its address shows`, async ({ page }) => {
    await open(page, `?view=${view}&${state}`);
    await firstResult(page);
    const grid = page.getByTestId("query-grid").first();
    await grid.focus();
    const before = await shown(page);
    for (const key of ["ArrowRight", "ArrowRight", "ArrowDown", "ArrowRight", "ArrowDown"]) await page.keyboard.press(key);
    await expect(grid).toHaveAttribute("data-query", "8,10");
    const moved = await settledUrl(page);
    const after = await shown(page);
    expect(after.drawn, "the drawings are others").not.toEqual(before.drawn);
    await page.goto("about:blank");
    await open(page, moved.search);
    await firstResult(page);
    // A drawing is made once its place is known.
    await expect(async () => expect(await shown(page)).toEqual(after)).toPass();
  });
}

test("drawings follow at once, numbers in tables once the query rests", async ({ page }) => {
  await open(page, `?view=lens&${state}`);
  await firstResult(page);
  // Between two tasks of the page no time passes for it: its timer for the rest cannot have run out.
  const [still, follows] = await page.evaluate(async () => {
    const proof = document.querySelector('[data-testid="proof"]')?.closest("section");
    const map = document.querySelector<HTMLCanvasElement>('[data-testid="map-total"] canvas.cells');
    const grid = document.querySelector('[data-testid="query-grid"]');
    const read = () => [proof?.textContent, map?.toDataURL()];
    const before = read();
    grid?.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true, cancelable: true }));
    for (let i = 0; i < 50; i += 1) await Promise.resolve();
    const during = read();
    return [during[0] === before[0], during[1] !== before[1]];
  });
  expect({ still, follows }).toEqual({ still: true, follows: true });
  const row = page.getByTestId("proof").locator("xpath=ancestor::section").locator("tbody td").first();
  const first = await row.innerText();
  await page.getByTestId("query-grid").press("ArrowDown");
  await expect(row, "the table follows").not.toHaveText(first);
});
