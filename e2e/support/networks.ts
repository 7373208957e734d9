// The list of networks on the page, and the files that tests give it.

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { expect, type Locator, type Page } from "@playwright/test";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** The network that the project ships. */
export const shippedPath = path("../../www/weights/lambda_resnet_mini.safetensors");

/**
 * A whole lambda_resnet26t with weights from a seed, 44 MB; `cargo xtask test` writes it, and so does
 * `cargo run --release --example seeded_weights -- lambda_resnet26t e2e/weights/lambda_resnet26t.safetensors`.
 */
export const seededPath = path("../weights/lambda_resnet26t.safetensors");

/** What a small network has, its weights from a seed, where the shipped one has lambda layers. */
export type Middle = "conv" | "u4";

/** A small network with seeded weights, as `cargo xtask test` writes it beside the large one. */
export const seededMini = (middle: Middle): Buffer => written(path(`../weights/seeded_${middle}_mini.safetensors`));

/** ImageNet's classes, in the order of the logits. */
export const imagenetLabels = readFileSync(path("../../crates/core/src/nn/imagenet_labels.txt"), "utf8").trimEnd().split("\n");

/** The seeded weights' bytes. */
export const seeded = (): Buffer => written(seededPath);

function written(file: string): Buffer {
  if (!existsSync(file)) throw new Error(`${file} is missing; \`cargo xtask test --only page\` writes it`);
  return readFileSync(file);
}

/** Unfolds the list. */
export async function unfold(page: Page): Promise<void> {
  const button = page.getByTestId("networks-button");
  if ((await button.getAttribute("aria-expanded")) === "false") await button.click();
  await expect(page.getByTestId("network-list")).toBeVisible();
}

/** A network that comes with the page, as `networks.json` lists it. */
export interface Member {
  name: string;
  title: string;
  file: string;
  bytes: number;
  changed: string;
  accuracy: { images: number; top1: number };
  training: { epochs: number; seed: number };
}

/** The networks that come with the page, its default first. */
export const family: Member[] = JSON.parse(readFileSync(path("../../www/weights/networks.json"), "utf8"));

/** The button of a network that comes with the page. */
export const member = (page: Page, name: string): Locator => page.locator(`[data-testid="member"][data-network="${name}"]`);

/** A public network's entry. */
export const entry = (page: Page, name: string): Locator => page.locator(`[data-testid="network"][data-network="${name}"]`);

/** All that the page says of the picture, the network and the query, to see whether it is left alone. */
export async function said(page: Page): Promise<Record<string, unknown>> {
  return {
    address: page.url(),
    network: await page.getByTestId("network-title").innerText(),
    parts: await page.getByTestId("layer-select").innerText(),
    layer: await page.getByTestId("layer-select").locator("input:checked").getAttribute("value"),
    query: await page.getByTestId("query-grid").getAttribute("data-query"),
    predictions: await page
      .getByTestId("prediction")
      .evaluateAll((rows) => rows.map((row) => [row.getAttribute("data-label"), row.getAttribute("data-probability")])),
    proof: await page.getByTestId("proof").getAttribute("data-max-error"),
  };
}
