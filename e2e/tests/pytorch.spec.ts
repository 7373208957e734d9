// What every view draws against PyTorch's own numbers: the shipped network on a sample, one query of one layer. The
// fixtures are written by the training project.

import { readFileSync } from "node:fs";

import type { Page } from "@playwright/test";

import { expectClose, exported } from "../support/exported";
import { firstResult, open } from "../support/open";
import { arrays, row } from "../support/safetensors";
import { expect, test } from "../support/test";

const [head, y, x, side] = [2, 5, 9, 16];
const layer = "stages.1.1.self_attn";
const springer = arrays("tests/fixtures/network_128.safetensors");
// [k, 1, r, r, 1]
const embeddings = arrays("www/weights/lambda_resnet_mini.safetensors")(`${layer}.conv_lambda.weight`).data;
const [k, v] = springer(`${layer}.lambda_content`).shape as [number, number];

const q = row(springer(`${layer}.q`), y * side + x).slice(head * k, (head + 1) * k);
const output = row(springer(`${layer}.layer`), y * side + x).slice(head * v, (head + 1) * v);
const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
/** q·k̄ for every position. */
const content = Array.from({ length: side * side }, (_, m) => dot(q, row(springer(`${layer}.k_bar`), m)));
/** Σ q_k E_k for every offset. */
const kernel = Array.from({ length: 81 }, (_, offset) => q.reduce((sum, value, i) => sum + value * embeddings[81 * i + offset]!, 0));
/** The total map. */
const total = content.map((value, m) => {
  const [dy, dx] = [Math.floor(m / side) - y + 4, (m % side) - x + 4];
  return dy >= 0 && dy < 9 && dx >= 0 && dx < 9 ? value + kernel[dy * 9 + dx]! : value;
});

const place = `sample=english_springer&layer=stages.1.1&head=${head}&y=${y}&x=${x}`;

/** What PyTorch's numbers say of each view, by the view's name in the address. */
const views: Record<string, (page: Page) => Promise<void>> = {
  // Three maps.
  lens: async (page) => {
    expectClose((await exported(page, "map-content")).flat(), content);
    expectClose((await exported(page, "map-total")).flat(), total);
  },
  // λᶜ, the query and the output.
  anatomy: async (page) => {
    expectClose((await exported(page, "lambda-content")).flat(), springer(`${layer}.lambda_content`).data);
    expectClose((await exported(page, "anatomy-query")).map((values) => values[head] ?? values[0]!), q);
    expectClose((await exported(page, "anatomy-output")).map((values) => values[head]!), output);
  },
  // The output of either order.
  orders: async (page) => {
    const stops = page.getByTestId("order-stop").getByRole("radio");
    for (const stop of [0, 2]) {
      await stops.nth(stop).check({ force: true });
      expectClose((await exported(page, "orders-output")).flat(), output);
    }
  },
  // The query's kernel.
  position: async (page) => expectClose((await exported(page, "position-kernel")).flat(), kernel),
  // The map that is looked at: that of the place, where the pointer is on no tile.
  atlas: async (page) => {
    await page.mouse.move(0, 0);
    const map = page.getByTestId("atlas-map");
    await expect(map).toHaveAttribute("aria-label", new RegExp(`^stages\\.1\\.1, head ${head},`));
    expectClose((await exported(page, "atlas-map")).flat(), total);
  },
  // The guess that a change is held against.
  "what-if": async (page) => {
    const pictures: { file: string; top5: { label: string; probability: number }[] }[] = JSON.parse(
      readFileSync(new URL("../../tests/fixtures/predictions.json", import.meta.url), "utf8"),
    );
    const { top5 } = pictures.find(({ file }) => file === "english_springer.webp")!;
    for (const { label, probability } of top5.slice(0, 3)) {
      const before = await page.locator(`[data-testid="what-if-row"][data-label="${label}"]`).getAttribute("data-before");
      expect(Math.abs(Number(before) - probability), label).toBeLessThan(1e-4);
    }
  },
  // A cell of the output.
  formula: async (page) => {
    const shown = Number(await page.getByTestId("cell").getAttribute("data-value"));
    expectClose([shown], [output[3]!]);
  },
};

test("every view draws PyTorch's numbers", { tag: "@both" }, async ({ page, backend }) => {
  await open(page, `?${place}&cell=y.j3&backend=${backend}`);
  await firstResult(page);
  for (const [view, check] of Object.entries(views)) {
    await test.step(view, async () => {
      await page.getByTestId(`view-${view}`).click();
      await check(page);
    });
  }
});

test("the original shader writes PyTorch's numbers", { tag: "@webgpu" }, async ({ page }) => {
  await open(page, `?view=shader&${place}&backend=webgpu&kernel=lambda_apply`);
  await firstResult(page);
  await page.getByTestId("shader-try").first().click();
  await page.getByTestId("shader-run").click();
  await expect(page.getByTestId("shader-difference")).toBeVisible();
  await page.getByTestId("shader-channel").fill("0");
  await page.getByTestId("shader-channel").press("Enter");
  // Head 0's first channel.
  const first = Array.from({ length: side * side }, (_, n) => row(springer(`${layer}.layer`), n)[0]!);
  expectClose((await exported(page, "shader-before")).flat(), first);
});
