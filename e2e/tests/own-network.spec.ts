// A network from the visitor's own file runs in place of the one on screen; a file that is no such network changes nothing.

import { readFileSync } from "node:fs";

import { drop } from "../support/drop";
import { member, said, shippedPath, unfold } from "../support/networks";
import { firstResult, open } from "../support/open";
import { overflowing } from "../support/safetensors";
import { expect, test } from "../support/test";

const shipped = readFileSync(shippedPath);
const file = (name: string, buffer: Buffer) => ({ name, mimeType: "application/octet-stream", buffer });

/** A safetensors file of this header and no data. */
function headed(header: string): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, Buffer.from(header)]);
}

/** The same tensors as somebody else saves them: without a description, under a prefix. */
function wrapped(prefix: string): Buffer {
  const length = Number(shipped.readBigUInt64LE());
  const { __metadata__: _, ...tensors } = JSON.parse(shipped.subarray(8, 8 + length).toString());
  const renamed = Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [prefix + name, tensor]));
  return Buffer.concat([headed(JSON.stringify(renamed)), shipped.subarray(8 + length)]);
}

/** A length of 4 GB less one, and no header. */
const claiming = Buffer.concat([Buffer.from("ffffffff00000000", "hex"), Buffer.from('{"a":')]);

const unusable: [string, Buffer, RegExp][] = [
  ["truncated.safetensors", shipped.subarray(0, shipped.length >> 1), /^truncated\.safetensors cannot be used: .+\.$/],
  ["claims-gigabytes.safetensors", claiming, /^claims-gigabytes\.safetensors cannot be used: .+\.$/],
  ["empty.safetensors", Buffer.alloc(0), /^empty\.safetensors cannot be used: this is an empty file, .+\.$/],
  [
    "pointer.safetensors",
    Buffer.from("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n"),
    /^pointer\.safetensors cannot be used: this is a Git LFS pointer, .+ `git lfs pull`, .+\.$/,
  ],
  [
    "stranger.safetensors",
    headed('{"a.weight":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}'),
    /^stranger\.safetensors cannot be used: .+\.$/,
  ],
];

test("files that are no network give a sentence and change nothing; what is no picture either says what can be read", async ({ page }) => {
  await open(page, "?sample=church&layer=stages.1.3&head=2&y=5&x=9&backend=cpu");
  await firstResult(page);
  const before = await said(page);
  for (const [name, buffer, sentence] of unusable) {
    await drop(page, file(name, buffer));
    await expect(page.getByTestId("network-problem"), name).toHaveText(sentence);
    expect(await said(page), name).toEqual(before);
  }
  // What is neither picture nor network says what can be read.
  await drop(page, file("notes.txt", Buffer.from("nothing of the kind")));
  await expect(page.getByTestId("problem")).toHaveText(/^notes\.txt is neither a picture .+ nor a network/);
  await drop(page, file("model.pth", Buffer.from("PK\u0003\u0004")));
  await expect(page.getByTestId("problem")).toHaveText(/^model\.pth looks like a PyTorch checkpoint, .+safetensors\.torch\.save_file/);
  expect(await said(page)).toEqual(before);
  // Its numbers overflow, and PyTorch's would be NaN: no class of it is named.
  await drop(page, file("overflows.safetensors", overflowing(shipped)));
  await expect(page.getByTestId("problem")).toHaveText(/^There is no answer to this picture: the numbers of \S+ are too large for 32-bit floating point .*means nothing\.$/);
  await expect(page.getByTestId("prediction")).toHaveCount(0);
  await unfold(page);
  await member(page, "lambda_resnet_mini").click();
  // It still answers.
  await page.getByTestId("sample").and(page.locator('[data-sample="tench"]')).click();
  await expect(page.getByTestId("prediction").first()).toHaveAttribute("data-label", "tench");
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

  // What was done to somebody else's file is said until it is read, and stays with the network's facts.
  const note = "The prefix `state_dict.module.` was left off the names of the file’s tensors.";
  await drop(page, file("wrapped", wrapped("state_dict.module.")));
  await expect(page.getByTestId("network-notes")).toHaveText(note);
  await expect(page.getByTestId("network-own")).toContainText(note);
  await page.getByRole("button", { name: "Close" }).click();
  await expect(page.getByTestId("network-notes")).toHaveCount(0);
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
