// The equations with their numbers: terms that add up, symbols that light their matrices, and the walk down to what is learned.

import { drop } from "../support/drop";
import { exported } from "../support/exported";
import { addsUp, cellValue } from "../support/formula";
import { seededMini } from "../support/networks";
import { firstResult, open, settledUrl } from "../support/open";
import { expect, test } from "../support/test";

const at = "?sample=church&view=formula&layer=stages.1.3&head=2&y=5&x=9&backend=cpu";

test("an output is the sum of its terms, and the value that the anatomy exports", async ({ page }) => {
  await open(page, `${at}&cell=y.j3`);
  await firstResult(page);
  await expect(page.getByTestId("cell-sum"), "through λ, and through the implicit attention").toHaveCount(2);
  await addsUp(page);
  const shown = await cellValue(page);
  await page.getByTestId("cell-all").click();
  await expect(page.getByTestId("cell-sum").first().locator("[data-term]")).toHaveCount(16);
  await addsUp(page);
  await page.getByTestId("view-anatomy").click();
  const outputs = await exported(page, "anatomy-output");
  expect(Math.abs(outputs.map((row) => row[2]!)[3]! - shown)).toBeLessThan(1e-4 * Math.abs(shown));
});

test("one walks from y to λ to k̄ by keyboard, and back", async ({ page }) => {
  await open(page, at);
  await firstResult(page);
  const follow = async (quantity: string) => {
    await page.locator(`.cell-numbers [data-factor^="${quantity}"]`).first().focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => new URL(page.url()).searchParams.get("cell")).toMatch(new RegExp(`^${quantity}(\\.|$)`));
    await addsUp(page);
  };
  for (const quantity of ["lambda", "content", "kbar", "k"]) await follow(quantity);
  await expect(page.getByTestId("cell-origin")).toContainText("projected");
  const back = page.getByTestId("cell-back");
  await back.focus();
  for (const quantity of ["kbar", "content", "lambda", "y"]) {
    await page.keyboard.press("Enter");
    await expect.poll(() => new URL(page.url()).searchParams.get("cell")).toMatch(new RegExp(`^${quantity}(\\.|$)`));
  }
  await expect(back).toBeDisabled();
});

test("a symbol lights its matrix and what goes into it, and a matrix its symbol", async ({ page }) => {
  await open(page, at);
  await firstResult(page);
  const symbol = page.locator('.equations [data-symbol="content"]').first();
  const matrix = (quantity: string) => page.locator(`.matrix[data-quantity="${quantity}"]`);
  await symbol.hover();
  await expect(matrix("content")).toHaveAttribute("data-standing", "own");
  await expect(matrix("kbar")).toHaveAttribute("data-standing", "part");
  await expect(matrix("q"), "the content lambda is the same for all queries").toHaveAttribute("data-standing", "other");
  await page.getByTestId("formula-lambda").hover();
  await expect(page.locator('.equations [data-symbol="lambda"]').first()).toHaveAttribute("data-standing", "own");
  // A press selects the cell.
  await page.getByTestId("formula-lambda").click({ position: { x: 3, y: 3 } });
  await expect.poll(() => new URL(page.url()).searchParams.get("cell")).toBe("lambda");
  await addsUp(page);
  await page.reload();
  await firstResult(page);
  await expect(page.getByTestId("cell")).toContainText("λ[0, 0], lambda");
});

test("a term of another u leads to the cell that it was made of, and back", async ({ page }) => {
  await open(page, `${at}&cell=content.i2.j3`);
  await firstResult(page);
  await drop(page, { name: "u4.safetensors", mimeType: "", buffer: seededMini("u4") });
  await expect(page.getByTestId("network-title")).toHaveText("Seeded LambdaResNet mini, u = 4");
  const factors = page.locator(".cell-numbers [data-factor]");
  const seen = new Set<string | null>();
  for (let i = 0; i < (await factors.count()); i += 1) {
    const worth = (await page.locator(".cell-numbers .factor-value").nth(i).innerText()).trim();
    await factors.nth(i).click();
    await expect(page.getByTestId("cell")).toContainText(`: ${worth}`);
    await addsUp(page);
    seen.add((await settledUrl(page)).searchParams.get("u"));
    await page.getByTestId("cell-back").click();
    await expect(page.getByTestId("cell")).toContainText("λᶜ[2, 3]");
    await expect.poll(() => new URL(page.url()).searchParams.get("u"), "the u of before").toBeNull();
  }
  expect(seen.size, "terms of more than one u").toBeGreaterThan(1);
});
