// What cannot be used gets a sentence, and the last good result stays.

import { readFileSync } from "node:fs";

import { firstResult, open } from "../support/open";
import { png } from "../support/png";
import { expect, test } from "../support/test";

const fixture = (name: string) => readFileSync(new URL(`../../tests/fixtures/pictures/${name}`, import.meta.url));

const jpeg = fixture("subsampled.jpg");

const unusable: [string, { name: string; mimeType: string; buffer: Buffer }, RegExp][] = [
  ["an empty file", { name: "picture.png", mimeType: "image/png", buffer: Buffer.alloc(0) }, /empty/i],
  [
    "a text file",
    { name: "picture.png", mimeType: "image/png", buffer: Buffer.from("this is not a picture, whatever its name says") },
    /not a picture|not an image/i,
  ],
  // Its header claims them; there is no data for them, and none is looked at.
  ["a PNG of 20,000×20,000 pixels", { name: "picture.png", mimeType: "image/png", buffer: png(20_000, 20_000, "grey", []) }, /20,?000/],
  [
    "a truncated JPEG",
    { name: "cut.jpg", mimeType: "image/jpeg", buffer: jpeg.subarray(0, Math.floor(jpeg.length / 2)) },
    /JPEG.*(complete|truncated|ends)/,
  ],
];

test("files that cannot be used give a sentence and keep the last result; pictures of unusual kinds simply work", async ({ page }) => {
  await open(page, "?sample=church&backend=cpu");
  await firstResult(page);
  const first = page.getByTestId("prediction").first();
  await expect(first).toHaveAttribute("data-label", "church");
  const probability = await first.getAttribute("data-probability");
  for (const [what, file, sentence] of unusable) {
    await test.step(what, async () => {
      await page.getByTestId("file-input").setInputFiles(file);
      await expect(page.getByTestId("problem")).toHaveText(sentence);
      await expect(first).toHaveAttribute("data-label", "church");
      await expect(first).toHaveAttribute("data-probability", probability!);
    });
  }
  for (const name of ["photo_67x151.png", "animated.gif", "grey_16.png", "transparent.png", "orientation_6.jpg", "cmyk.jpg", "animated.webp"]) {
    await test.step(name, async () => {
      const before = await first.getAttribute("data-probability");
      await page.getByTestId("file-input").setInputFiles({ name, mimeType: "image/*", buffer: fixture(name) });
      await expect(first).not.toHaveAttribute("data-probability", before!);
      await expect(page.getByTestId("problem")).toBeEmpty();
    });
  }
});

test("weights that do not arrive give a sentence", async ({ page, watch }) => {
  watch.allow(/weights|Failed to load resource/);
  await page.route("**/weights/*.safetensors*", (route) => route.fulfill({ status: 503, body: "" }));
  await open(page, "?backend=cpu");
  await expect(page.getByTestId("failure")).toContainText(/weights could not be loaded: the server answered 503/);
});

test("weights with another hash give a sentence", async ({ page, watch }) => {
  watch.allow(/weights/);
  await page.route("**/weights/*.safetensors*", (route) => route.fulfill({ status: 200, body: "something else" }));
  await open(page, "?backend=cpu");
  await expect(page.getByTestId("failure")).toContainText(/arrived damaged/);
});

test("the second visit reads the weights from the browser's cache", async ({ page }) => {
  let fetched = 0;
  page.context().on("request", (request) => {
    if (request.url().includes(".safetensors")) fetched += 1;
  });
  await open(page, "?sample=church&backend=cpu");
  await firstResult(page);
  expect(fetched).toBe(1);
  await page.reload();
  await firstResult(page);
  expect(fetched).toBe(1);
});
