// What cannot be used gets a sentence, and the last good result stays.

import { readFileSync } from "node:fs";

import { firstResult, open } from "../support/open";
import { png } from "../support/png";
import { expect, test } from "../support/test";

/** A whole PNG file whose header claims 20,000×20,000 pixels; there is no data for them, and none is looked at. */
const hugePng = () => png(20_000, 20_000, "grey", []);

const unusable: [string, () => Buffer, RegExp][] = [
  ["an empty file", () => Buffer.alloc(0), /empty/i],
  ["a text file", () => Buffer.from("this is not a picture, whatever its name says"), /not a picture|not an image/i],
  ["a PNG of 20,000×20,000 pixels", hugePng, /20,?000/],
];

test("files that cannot be used give a sentence and keep the last result", async ({ page }) => {
  await open(page, "?sample=church&backend=cpu");
  await firstResult(page);
  const first = page.getByTestId("prediction").first();
  const [label, probability] = [await first.getAttribute("data-label"), await first.getAttribute("data-probability")];
  for (const [name, buffer, sentence] of unusable) {
    await page.getByTestId("file-input").setInputFiles({ name: "picture.png", mimeType: "image/png", buffer: buffer() });
    await expect(page.getByTestId("problem"), name).toHaveText(sentence);
    await expect(first).toHaveAttribute("data-label", label!);
    await expect(first).toHaveAttribute("data-probability", probability!);
  }
});

const fixture = (name: string) => readFileSync(new URL(`../../tests/fixtures/pictures/${name}`, import.meta.url));

test("a truncated JPEG gives a sentence", async ({ page }) => {
  await open(page, "?sample=church&backend=cpu");
  await firstResult(page);
  const whole = fixture("subsampled.jpg");
  const buffer = whole.subarray(0, Math.floor(whole.length / 2));
  await page.getByTestId("file-input").setInputFiles({ name: "cut.jpg", mimeType: "image/jpeg", buffer });
  await expect(page.getByTestId("problem")).toHaveText(/JPEG.*(complete|truncated|ends)/);
  await expect(page.getByTestId("prediction").first()).toHaveAttribute("data-label", "church");
});

test("pictures of unusual kinds simply work", async ({ page }) => {
  await open(page, "?sample=church&backend=cpu");
  await firstResult(page);
  const first = page.getByTestId("prediction").first();
  for (const name of ["photo_67x151.png", "animated.gif", "grey_16.png", "transparent.png", "orientation_6.jpg", "cmyk.jpg", "animated.webp"]) {
    const before = await first.getAttribute("data-probability");
    await page.getByTestId("file-input").setInputFiles({ name, mimeType: "image/*", buffer: fixture(name) });
    await expect(first, name).not.toHaveAttribute("data-probability", before!);
    await expect(page.getByTestId("problem"), name).toBeEmpty();
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
