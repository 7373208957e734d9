// What every view draws against PyTorch's own numbers: the shipped network on a sample, one query of one layer. The
// fixtures are written by the training project.

import { readFileSync } from "node:fs";

import type { Page } from "@playwright/test";

import { exported } from "../support/exported";
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

async function at(page: Page, project: string, view: string, more = ""): Promise<void> {
  const backend = project === "webgpu" ? "webgpu" : "cpu";
  await open(page, `?view=${view}&sample=english_springer&layer=stages.1.1&head=${head}&y=${y}&x=${x}&backend=${backend}${more}`);
  await firstResult(page);
}

function expectClose(found: number[], expected: number[]): void {
  expect(found).toHaveLength(expected.length);
  const largest = Math.max(...expected.map(Math.abs));
  found.forEach((value, i) => expect(Math.abs(value - expected[i]!), `value ${i}`).toBeLessThan(1e-4 * largest));
}

test("the lens: three maps", async ({ page }, { project }) => {
  await at(page, project.name, "lens");
  expectClose((await exported(page, "map-content")).flat(), content);
  expectClose((await exported(page, "map-total")).flat(), total);
});

test("the anatomy: λᶜ, the query and the output", async ({ page }, { project }) => {
  await at(page, project.name, "anatomy");
  expectClose((await exported(page, "lambda-content")).flat(), springer(`${layer}.lambda_content`).data);
  expectClose((await exported(page, "anatomy-query")).map((values) => values[head] ?? values[0]!), q);
  expectClose((await exported(page, "anatomy-output")).map((values) => values[head]!), output);
});

test("two orders: the output of either", async ({ page }, { project }) => {
  await at(page, project.name, "orders");
  const stops = page.getByTestId("order-stop").getByRole("radio");
  for (const stop of [0, 2]) {
    await stops.nth(stop).check({ force: true });
    expectClose((await exported(page, "orders-output")).flat(), output);
  }
});

test("positions: the query's kernel", async ({ page }, { project }) => {
  await at(page, project.name, "position");
  expectClose((await exported(page, "position-kernel")).flat(), kernel);
});

test("the atlas: the map that is looked at", async ({ page }, { project }) => {
  await at(page, project.name, "atlas");
  expectClose((await exported(page, "atlas-map")).flat(), total);
});

test("what if: the guess that a change is held against", async ({ page }, { project }) => {
  await at(page, project.name, "what-if");
  const pictures: { file: string; top5: { label: string; probability: number }[] }[] = JSON.parse(
    readFileSync(new URL("../../tests/fixtures/predictions.json", import.meta.url), "utf8"),
  );
  const { top5 } = pictures.find(({ file }) => file === "english_springer.webp")!;
  for (const { label, probability } of top5.slice(0, 3)) {
    const before = await page.locator(`[data-testid="what-if-row"][data-label="${label}"]`).getAttribute("data-before");
    expect(Math.abs(Number(before) - probability), label).toBeLessThan(1e-4);
  }
});

test("the formula: a cell of the output", async ({ page }, { project }) => {
  await at(page, project.name, "formula", "&cell=y.j3");
  const shown = Number(await page.getByTestId("cell").getAttribute("data-value"));
  expectClose([shown], [output[3]!]);
});

test("the shader: what the original writes", async ({ page }, { project }) => {
  test.skip(project.name !== "webgpu", "shaders run on a GPU only");
  await at(page, project.name, "shader", "&kernel=lambda_apply");
  await page.getByTestId("shader-try").first().click();
  await page.getByTestId("shader-run").click();
  await expect(page.getByTestId("shader-difference")).toBeVisible();
  await page.getByTestId("shader-channel").fill("0");
  await page.getByTestId("shader-channel").press("Enter");
  // Head 0's first channel.
  const first = Array.from({ length: side * side }, (_, n) => row(springer(`${layer}.layer`), n)[0]!);
  expectClose((await exported(page, "shader-before")).flat(), first);
});
