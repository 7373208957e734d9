// A network from the visitor's own file runs in place of the one on screen; a file that is no such network changes nothing.

import { readFileSync } from "node:fs";

import { drop } from "../support/drop";
import { imagenetLabels, member, said, seeded, seededPath, shippedPath, unfold } from "../support/networks";
import { firstResult, open } from "../support/open";
import { png } from "../support/png";
import { expect, test } from "../support/test";

const shipped = readFileSync(shippedPath);
const file = (name: string, buffer: Buffer) => ({ name, mimeType: "application/octet-stream", buffer });

/** A safetensors file of this header and no data. */
function headed(header: string): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, Buffer.from(header)]);
}

/** A length of 4 GB less one, and no header. */
const claiming = Buffer.concat([Buffer.from("ffffffff00000000", "hex"), Buffer.from('{"a":')]);

const unusable: [string, Buffer, RegExp][] = [
  ["truncated.safetensors", shipped.subarray(0, shipped.length >> 1), /^truncated\.safetensors cannot be used: .+\.$/],
  ["claims-gigabytes.safetensors", claiming, /^claims-gigabytes\.safetensors cannot be used: .+\.$/],
  ["empty.safetensors", Buffer.alloc(0), /^empty\.safetensors cannot be used: .+\.$/],
  ["text.safetensors", Buffer.from("these are no weights, whatever the name says"), /^text\.safetensors cannot be used: .+\.$/],
  [
    "stranger.safetensors",
    headed('{"a.weight":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}'),
    /^stranger\.safetensors cannot be used: .+\.$/,
  ],
];

test("files that are no network give a sentence and change nothing", async ({ page }) => {
  await open(page, "?sample=church&layer=stages.1.3&head=2&y=5&x=9&backend=cpu");
  await firstResult(page);
  const before = await said(page);
  for (const [name, buffer, sentence] of unusable) {
    await drop(page, file(name, buffer));
    await expect(page.getByTestId("network-problem"), name).toHaveText(sentence);
    expect(await said(page), name).toEqual(before);
  }
  // It still answers.
  await page.getByTestId("sample").and(page.locator('[data-sample="tench"]')).click();
  await expect(page.getByTestId("prediction").first()).toHaveAttribute("data-label", "tench");
});

test("files that are neither picture nor network say what can be read", async ({ page }) => {
  await open(page, "?sample=church&backend=cpu");
  await firstResult(page);
  const before = await said(page);
  await drop(page, file("notes.txt", Buffer.from("nothing of the kind")));
  await expect(page.getByTestId("problem")).toHaveText(/^notes\.txt is not a picture .+ not a network/);
  await drop(page, file("model.pth", Buffer.from("PK\u0003\u0004")));
  await expect(page.getByTestId("problem")).toHaveText(/^model\.pth looks like a network, but only \.safetensors/);
  expect(await said(page)).toEqual(before);
});

test("the shipped weights under another name run on the picture on screen", async ({ page }) => {
  await open(page, "?sample=church&layer=stages.1.3&head=2&y=5&x=9&backend=cpu");
  await firstResult(page);
  const { address, ...before } = await said(page);
  // Neither name nor type say what it is: its contents do.
  await drop(page, file("copy", shipped));
  await unfold(page);
  await expect(page.getByTestId("network-own")).toHaveAttribute("data-standing", "running");
  await expect(page.getByTestId("network-own")).toContainText("LambdaResNet mini from copy: 10 classes");
  await expect(page.getByTestId("network-hash")).toContainText(/SHA-256 [0-9a-f]{64}/);
  const { address: _, ...after } = await said(page);
  expect(after, "the same weights give the same answer, at the same place").toEqual(before);
  expect(address).toContain("layer=stages.1.3");
});

test("a file is chosen by keyboard, and the page's own network comes back", async ({ page }) => {
  await open(page, "?sample=church&backend=cpu");
  await firstResult(page);
  const button = page.getByTestId("networks-button");
  await button.focus();
  await page.keyboard.press("Enter");
  await expect(button).toHaveAttribute("aria-expanded", "true");
  const chooser = page.waitForEvent("filechooser");
  await page.getByTestId("network-file").focus();
  await page.keyboard.press("Enter");
  await (await chooser).setFiles(file("copy.safetensors", shipped));
  await expect(page.getByTestId("network-own")).toHaveAttribute("data-standing", "running");
  const own = member(page, "lambda_resnet_mini");
  await own.focus();
  await page.keyboard.press("Enter");
  await expect(own).toHaveAttribute("data-standing", "running");
  await expect(own, "the button that was pressed keeps the focus").toBeFocused();
  await expect(page.getByTestId("network-own")).not.toHaveAttribute("data-standing", "running");
});

test("a network dropped while the page still starts runs afterwards", async ({ page }) => {
  await open(page, "?sample=church&backend=cpu");
  await drop(page, file("early.safetensors", shipped));
  await unfold(page);
  await expect(page.getByTestId("network-own")).toHaveAttribute("data-standing", "running");
  await firstResult(page);
});

/** What PyTorch makes of {@link formulaPicture} with the seeded weights. */
interface Expected {
  side: number;
  top5: { index: number; probability: number }[];
}

const expected: Expected = JSON.parse(
  readFileSync(new URL("../../tests/fixtures/page_lambda_resnet26t.json", import.meta.url), "utf8"),
);

/** Channel c of pixel (y, x) is (7y + 13x + 61c + ⌊xy / 8⌋) mod 256. */
function formulaPicture(side: number): Buffer {
  const value = (y: number, x: number, c: number) => (7 * y + 13 * x + 61 * c + ((y * x) >> 3)) & 255;
  const row = (y: number) => Buffer.from(Array.from({ length: side * 3 }, (_, i) => value(y, Math.floor(i / 3), i % 3)));
  return png(side, side, "rgb", Array.from({ length: side }, (_, y) => row(y)));
}

test("lambda_resnet26t runs from a dropped file, with PyTorch's probabilities", async ({ page }) => {
  seeded();
  await open(page, "?sample=church&layer=stages.1.3&head=2&y=5&x=9&backend=cpu");
  await firstResult(page);
  // The page's thread stays free while 44 MB are read, checked and built.
  await page.evaluate(() => {
    const long: number[] = [];
    new PerformanceObserver((list) => long.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: "longtask" });
    Object.assign(window, { long });
  });
  await drop(page, seededPath);
  await expect(page.getByTestId("network-title")).toHaveText("LambdaResNet 26-T");
  const longest = await page.evaluate(() => Math.max(0, ...(window as unknown as { long: number[] }).long));
  expect(longest, "the longest task of the page's thread, in milliseconds").toBeLessThan(500);

  const buffer = formulaPicture(expected.side);
  await page.getByTestId("file-input").setInputFiles({ name: "formula.png", mimeType: "image/png", buffer });
  await expect(page.locator(".result-picture")).toHaveText("formula.png");
  const rows = page.getByTestId("prediction");
  for (const [i, { index, probability }] of expected.top5.entries()) {
    await expect(rows.nth(i)).toHaveAttribute("data-label", imagenetLabels[index]!);
    expect(Math.abs(Number(await rows.nth(i).getAttribute("data-probability")) - probability)).toBeLessThan(1e-4);
  }

  // The layers are the new network's, every proof holds, and the query is where it was in the picture.
  const layers = page.getByTestId("layer-select").getByRole("radio");
  expect(await layers.evaluateAll((radios) => radios.map((radio) => (radio as HTMLInputElement).value))).toEqual([
    "stages.2.1",
    "stages.3.0",
    "stages.3.1",
  ]);
  await expect(page.getByTestId("layer-select").locator("input:checked")).toHaveValue("stages.3.0");
  await expect(page.getByTestId("query-grid")).toHaveAttribute("data-query", "5,9");
  for (let layer = 0; layer < 3; layer++) {
    await layers.nth(layer).check({ force: true });
    expect(Number(await page.getByTestId("proof").getAttribute("data-max-error"))).toBeLessThan(1e-4);
  }
  // A picture of one's own and a network of one's own leave no trace in the address.
  expect(new URL(page.url()).searchParams.get("network")).toBeNull();
});
