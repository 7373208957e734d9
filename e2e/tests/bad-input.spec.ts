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
  [
    "a HEIC",
    { name: "IMG_0001.heic", mimeType: "image/heic", buffer: Buffer.concat([Buffer.from("\0\0\0\x18ftypmsf1\0\0\0\0msf1hevc"), Buffer.alloc(64)]) },
    /^HEIC pictures cannot be opened here.* This browser could not show it either\.$/,
  ],
  [
    "a broken SVG",
    { name: "broken.svg", mimeType: "image/svg+xml", buffer: Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'><rect</svg>") },
    /^broken\.svg could not be drawn/,
  ],
];

/** 12,000 × 9,000 pixels, from a row of them: see tests/common/large_photograph.rs. */
function photograph(): Buffer {
  const strip = fixture("unusual/strip.jpg");
  const data = strip.indexOf("ffda", 0, "hex") + 2;
  const start = data + strip.readUInt16BE(data);
  const head = Buffer.from(strip.subarray(0, start));
  head.writeUInt16BE(9000, strip.indexOf("ffc0", 0, "hex") + 5);
  const row = strip.subarray(start, -2);
  const rows = Array.from({ length: Math.ceil(9000 / 16) }, (_, i) => (i ? [Buffer.from([0xff, 0xd0 + ((i - 1) % 8)]), row] : [row]));
  return Buffer.concat([head, ...rows.flat(), strip.subarray(-2)]);
}

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
  const shows = async (file: { name: string; mimeType: string; buffer: Buffer }) => {
    const before = await first.getAttribute("data-probability");
    await page.getByTestId("file-input").setInputFiles(file);
    await expect(first).not.toHaveAttribute("data-probability", before!);
    await expect(page.getByTestId("problem")).toBeEmpty();
    return { label: await first.getAttribute("data-label"), probability: Number(await first.getAttribute("data-probability")) };
  };
  await test.step("what the browser alone decodes", async () => {
    const jpeg = await shows({ name: "sampling_444.jpg", mimeType: "image/jpeg", buffer: fixture("unusual/sampling_444.jpg") });
    await shows({ name: "late.svg", mimeType: "image/svg+xml", buffer: fixture("unusual/late.svg") });
    const avif = await shows({ name: "photo.avif", mimeType: "image/avif", buffer: fixture("unusual/photo.avif") });
    expect(avif.label).toBe(jpeg.label);
    expect(Math.abs(avif.probability - jpeg.probability), `${avif.probability} for ${jpeg.probability}`).toBeLessThan(0.1);
    // The same pixels, in scans that the engine's decoder leaves to the browser's.
    const [pairs, whole] = ["luma_then_chroma_420.jpg", "sampling_420.jpg"].map((name) => ({
      name,
      mimeType: "image/jpeg",
      buffer: fixture(`unusual/${name}`),
    }));
    const found = await shows(pairs);
    await shows({ name: "late.svg", mimeType: "image/svg+xml", buffer: fixture("unusual/late.svg") });
    expect(found).toEqual(await shows(whole));
  });
  await test.step("108 megapixels", () => shows({ name: "large.jpg", mimeType: "image/jpeg", buffer: photograph() }));
});

test("a browser that alters what is read of canvases is found out, and its noise is not classified", async ({ page }) => {
  // As Firefox does with `privacy.resistFingerprinting`.
  await page.route("**/engine_worker_loader.js", async (route) => {
    const response = await route.fetch();
    const noise = `const read = OffscreenCanvasRenderingContext2D.prototype.getImageData;
      OffscreenCanvasRenderingContext2D.prototype.getImageData = function (...area) {
        const image = read.apply(this, area);
        crypto.getRandomValues(image.data.subarray(0, 1024));
        return image;
      };\n`;
    await route.fulfill({ response, body: noise + (await response.text()) });
  });
  await open(page, "?sample=church&backend=cpu");
  await firstResult(page);
  await page.getByTestId("file-input").setInputFiles({ name: "photo.avif", mimeType: "image/avif", buffer: fixture("unusual/photo.avif") });
  await expect(page.getByTestId("problem")).toContainText("it alters what a page reads of one");
  await expect(page.getByTestId("prediction").first()).toHaveAttribute("data-label", "church");
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
