// Public networks: fetched when a button is pressed and not before, kept on this device, removed again; and what is said
// when they do not come.

import { entry, said, seeded, shippedPath, unfold } from "../support/networks";
import { expect, test } from "../support/hub-test";
import { firstResult, open } from "../support/open";

import { readFileSync } from "node:fs";

const NAME = "lambda_resnet26t";
const REPOSITORY = "timm/lambda_resnet26t.c1_in1k";
const ADDRESS = `huggingface.co/${REPOSITORY}/resolve/main/model.safetensors`;

/** The page with its own network's answer, and the list unfolded. */
async function opened(page: import("@playwright/test").Page, state = "?sample=church&backend=cpu"): Promise<void> {
  await open(page, state);
  await firstResult(page);
  await unfold(page);
}

test("a network is fetched on request, kept, used again without a request, and removed", async ({ page, hub }) => {
  hub.files.set(REPOSITORY, seeded());
  hub.mode = "held";
  await opened(page);
  const wanted = entry(page, NAME);
  await expect(wanted).toHaveAttribute("data-standing", "away");
  await expect(wanted.getByTestId("network-load"), "its size is said before").toHaveText(/Get it from Hugging Face \(44\.\d MB\)/);
  expect(hub.requests, "nothing is asked for before the press").toEqual([]);

  await wanted.getByTestId("network-load").click();
  const progress = page.getByTestId("network-progress");
  await expect(progress).toHaveText(/Fetching LambdaResNet 26-T: 2[0-3]\.\d MB of 4[34]\.\d MB \(\d\d\s%\)/);
  await expect(page.locator("progress")).toHaveCount(1);
  const share = Number(await progress.locator("progress").getAttribute("value"));
  expect(share).toBeGreaterThan(0.4);
  expect(share).toBeLessThan(0.6);
  // Meanwhile the old network answers.
  await page.locator('[data-sample="tench"]').click();
  await expect(page.getByTestId("prediction").first()).toHaveAttribute("data-label", "tench");
  hub.release();

  await expect(wanted).toHaveAttribute("data-standing", "running");
  await expect(wanted).toHaveAttribute("data-here", "true");
  await expect(page.getByTestId("network-title")).toHaveText("LambdaResNet 26-T");
  await expect(page.getByTestId("prediction")).toHaveCount(5);
  expect(Number(await page.getByTestId("proof").getAttribute("data-max-error"))).toBeLessThan(1e-4);
  expect(hub.requests[0]).toBe(ADDRESS);
  expect(new URL(page.url()).searchParams.get("network")).toBe(NAME);
  const { address: _, ...before } = await said(page);

  hub.requests.length = 0;
  await page.reload();
  await firstResult(page);
  await expect(page.getByTestId("network-title")).toHaveText("LambdaResNet 26-T");
  const { address: __, ...after } = await said(page);
  expect(after).toEqual(before);
  expect(hub.requests, "it comes from this device").toEqual([]);

  await unfold(page);
  await entry(page, NAME).getByTestId("network-remove").click();
  await expect(entry(page, NAME)).toHaveAttribute("data-here", "false");
  await page.reload();
  await firstResult(page);
  await expect(page.getByTestId("network-title")).toHaveText("LambdaResNet mini");
  await expect(page.getByTestId("network-wanted")).toContainText("LambdaResNet 26-T, which is not on this device");
  expect(hub.requests, "an address fetches nothing by itself").toEqual([]);
});

test("a load is cancelled half-way and tried again", async ({ page, hub }) => {
  hub.files.set(REPOSITORY, seeded());
  hub.mode = "held";
  await opened(page);
  const before = await said(page);
  await entry(page, NAME).getByTestId("network-load").click();
  await expect(page.getByTestId("network-progress")).toContainText("%)");
  await page.getByTestId("network-cancel").click();
  await expect(page.getByTestId("network-progress")).toHaveCount(0);
  await expect(entry(page, NAME)).toHaveAttribute("data-standing", "away");
  await expect(page.getByTestId("network-problem"), "giving up is no failure").toHaveCount(0);
  expect(await said(page)).toEqual(before);

  hub.mode = "whole";
  await entry(page, NAME).getByTestId("network-load").click();
  await expect(entry(page, NAME)).toHaveAttribute("data-standing", "running");
});

test("a connection that breaks says so, and trying again helps", async ({ page, hub, watch }) => {
  watch.allow(/ERR_/);
  hub.files.set(REPOSITORY, seeded());
  hub.mode = "broken";
  await opened(page);
  const before = await said(page);
  await entry(page, NAME).getByTestId("network-load").click();
  await expect(page.getByTestId("network-problem")).toHaveText(
    /^LambdaResNet 26-T could not be fetched from Hugging Face: the connection broke after \d+\.\d MB\.$/,
  );
  expect(await said(page)).toEqual(before);
  hub.mode = "whole";
  await page.getByTestId("network-retry").click();
  await expect(entry(page, NAME)).toHaveAttribute("data-standing", "running");
  await expect(page.getByTestId("network-problem")).toHaveCount(0);
});

test("a file that is not there says so", async ({ page, hub, watch }) => {
  watch.allow(/404/);
  hub.mode = "missing";
  await opened(page);
  const before = await said(page);
  await entry(page, NAME).getByTestId("network-load").click();
  await expect(page.getByTestId("network-problem")).toContainText(`the server answered 404 for https://${ADDRESS}`);
  expect(await said(page)).toEqual(before);
});

test("a wrong file gets the loader's sentence, is not kept, and the old network answers", async ({ page, hub }) => {
  hub.files.set(REPOSITORY, readFileSync(shippedPath));
  await opened(page);
  const before = await said(page);
  await entry(page, NAME).getByTestId("network-load").click();
  await expect(page.getByTestId("network-problem")).toHaveText(/^What arrived as lambda_resnet26t cannot be used: .+\.$/);
  expect(await said(page)).toEqual(before);
  await expect(entry(page, NAME)).toHaveAttribute("data-here", "false");
  await page.locator('[data-sample="tench"]').click();
  await expect(page.getByTestId("prediction").first()).toHaveAttribute("data-label", "tench");
});

test("a file without end is stopped", async ({ page, hub }) => {
  hub.files.set(REPOSITORY, Buffer.alloc(60_000_000));
  await opened(page);
  await entry(page, NAME).getByTestId("network-load").click();
  await expect(page.getByTestId("network-problem")).toHaveText(/more than 49\.\d MB arrived/);
});
