// The product in both orders: the same outputs, costs that can be counted again, and softmax attention beside it.

import { difference, exported } from "../support/exported";
import { firstResult, open, settledUrl } from "../support/open";
import { expect, test } from "../support/test";

const at = "?sample=church&view=orders&layer=stages.1.3&head=2&y=5&x=9&backend=cpu";

test("the factors on screen multiply to either order’s matrix and to one output", async ({ page }) => {
  await open(page, `${at}&step=1`);
  await firstResult(page);
  const [q, keys, values] = [await exported(page, "orders-query"), await exported(page, "orders-keys"), await exported(page, "orders-values")];
  const stops = page.getByTestId("order-stop").getByRole("radio");

  await stops.nth(0).check({ force: true });
  const a = keys.map((key) => key.reduce((sum, value, i) => sum + value * q[0]![i]!, 0));
  const shown = (await exported(page, "orders-weights")).flat();
  expect(difference([a], [shown])).toBeLessThan(1e-5);
  const all = await exported(page, "orders-all-weights");
  expect([all.length, all[0]!.length]).toEqual([256, 256]);
  expect(difference([all[5 * 16 + 9]!], [shown])).toBeLessThan(1e-6);
  const summed = await exported(page, "orders-output");

  await stops.nth(2).check({ force: true });
  const lambda = await exported(page, "orders-lambda");
  expect([lambda.length, lambda[0]!.length]).toEqual([q[0]!.length, values[0]!.length]);
  const applied = await exported(page, "orders-output");
  expect(difference(applied, summed)).toBeLessThan(1e-4);
  const product = lambda[0]!.map((_, j) => lambda.reduce((y, row, i) => y + row[j]! * q[0]![i]!, 0));
  expect(difference([product], applied)).toBeLessThan(1e-4);
  expect(Number(await page.getByTestId("orders-difference").getAttribute("data-difference"))).toBeLessThan(1e-4);
});

test("costs are those of this layer", async ({ page }) => {
  await open(page, at);
  await firstResult(page);
  const lambda = await exported(page, "orders-lambda");
  const [k, v, h, n] = [lambda.length, lambda[0]!.length, 4, 256];
  const totals = await page.getByTestId("costs").locator("td[data-total]").evaluateAll((cells) => cells.map((cell) => Number(cell.getAttribute("data-total"))));
  expect(totals).toHaveLength(12);
  // Pairs within 9×9 windows clipped at the edges of 16×16, counted here.
  const along = Array.from({ length: 16 }, (_, y) => Math.min(16, y + 5) - Math.max(0, y - 4));
  const pairs = along.reduce((a, b) => a + b, 0) ** 2;
  const summarise = n * k * v + pairs * k * v + n * h * k * v;
  const compare = n * n * h * (k + v);
  expect([totals[1], totals[2]]).toEqual([summarise, 128 * summarise]);
  expect([totals[4], totals[5]]).toEqual([compare, 128 * compare]);
  expect([totals[7], totals[10]]).toEqual([n * k * v * 4, n * n * h * 4]);
  expect(totals[0]).toBe(n * k * v + along[5]! * along[9]! * k * v + h * k * v);
  expect(totals[6]).toBe(k * v * 4);
  for (const chart of ["chart-multiplications", "chart-bytes"]) {
    await expect(page.getByTestId(`${chart}-said`)).toContainText("On 16×16:");
  }
});

test("softmax attention sums to one and has no signs", async ({ page }) => {
  await open(page, at);
  await firstResult(page);
  const weights = (await exported(page, "softmax-map")).flat();
  expect(Math.min(...weights)).toBeGreaterThanOrEqual(0);
  expect(weights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 4);
  await expect(page.getByTestId("softmax-sum")).toHaveText("1.0000");
});

test("the order is chosen by keyboard and kept in the address", async ({ page }) => {
  await open(page, at);
  await firstResult(page);
  await page.getByTestId("order-stop").locator("input:checked").focus();
  await page.keyboard.press("ArrowLeft");
  await expect(page.getByTestId("orders-keys")).toBeVisible();
  await page.keyboard.press("ArrowLeft");
  await expect(page.getByTestId("orders-all-weights")).toBeVisible();
  await expect.poll(() => new URL(page.url()).searchParams.get("step")).toBe("0");
  await expect(page.getByTestId("shapes")).toContainText("4 × 256");
  await page.goto((await settledUrl(page)).href);
  await firstResult(page);
  await expect(page.getByTestId("orders-all-weights")).toBeVisible();
  // The row of the query that moves is the one that is lit.
  await page.getByTestId("query-grid").focus();
  await page.keyboard.press("ArrowRight");
  await expect(page.getByTestId("orders-all-weights").locator(".lit")).toHaveAttribute("y", String(5 * 16 + 10));
});
