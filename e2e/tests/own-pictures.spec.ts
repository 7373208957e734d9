// Pictures of the visitor's own: several at once, all of a visit to choose again, kept for the next one only by choice.

import { readFileSync } from "node:fs";

import { drop } from "../support/drop";
import { findings } from "../support/layout";
import { firstResult, open } from "../support/open";
import { png } from "../support/png";
import { expect, test } from "../support/test";

const fixture = (name: string) => ({
  name,
  mimeType: "image/*",
  buffer: readFileSync(new URL(`../../tests/fixtures/pictures/${name}`, import.meta.url)),
});

test("own pictures stand beside the samples, and stay for the next visit by choice alone", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(page, "?sample=church&backend=cpu");
  await firstResult(page);
  const own = page.getByTestId("own-picture");
  await expect(own).toHaveCount(0);
  await expect(page.getByTestId("keep-pictures")).toHaveCount(0);

  const notes = { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("no picture") };
  await drop(page, [fixture("photo_67x151.png"), notes, fixture("grey_16.png")]);
  await expect(own).toHaveCount(2);
  await expect(page.getByTestId("problem")).toHaveText(/^notes\.txt is neither a picture/);
  await expect(own.first()).toHaveAttribute("aria-pressed", "true");
  await expect(page.locator("#view")).toHaveAttribute("aria-busy", "false");
  await expect(page.getByTestId("problem"), "it stays until the visitor chooses again").not.toBeEmpty();
  const first = page.getByTestId("prediction").first();
  const of = async () => `${await first.getAttribute("data-label")} ${await first.getAttribute("data-probability")}`;
  const shown = await of();

  await own.nth(1).click();
  await expect(page.getByTestId("problem"), "an error leaves with its cause").toBeEmpty();
  await expect.poll(of).not.toBe(shown);
  await own.first().click();
  await expect.poll(of).toBe(shown);

  // A link says what it cannot carry.
  await page.getByTestId("share").locator("summary").press("Enter");
  await page.getByTestId("share-link").click();
  await expect(page.getByTestId("share-said")).toContainText("cannot carry your own picture");

  // A file that is no picture after all is none to choose again.
  await drop(page, { name: "broken.png", mimeType: "image/png", buffer: Buffer.from("\x89PNG\r\n\x1a\nbroken", "latin1") });
  await expect(page.getByTestId("problem")).not.toBeEmpty();
  await expect(own).toHaveCount(2);

  const reopen = async () => {
    await open(page, "?sample=church&backend=cpu");
    await firstResult(page);
  };
  await reopen();
  await expect(own, "nothing is kept unasked").toHaveCount(0);

  await drop(page, fixture("photo_67x151.png"));
  await page.getByTestId("keep-pictures").check();
  await drop(page, fixture("grey_16.png"));
  await expect(own).toHaveCount(2);
  await expect
    .poll(() => page.evaluate(async () => (await (await caches.open("lambdascope-pictures")).keys()).length), "both are kept")
    .toBe(2);
  await reopen();
  await expect(own).toHaveCount(2);
  await expect(page.getByTestId("keep-pictures")).toBeChecked();
  await own.first().click();
  await expect.poll(of).toBe(shown);
  await page.getByTestId("keep-pictures").uncheck();
  await expect.poll(() => page.evaluate(() => caches.has("lambdascope-pictures")), "nothing is left behind").toBe(false);
  await reopen();
  await expect(own).toHaveCount(0);
});

test("the crop of a panorama is moved and sized by keys and pointer, stays with its picture, and is given back", async ({ page }) => {
  // A third red, two thirds blue: the usual crop sees blue alone.
  const row = Buffer.from(Array.from({ length: 300 }, (_, x) => (x < 100 ? [255, 0, 0] : [0, 0, 255])).flat());
  const panorama = png(300, 100, "rgb", Array.from({ length: 100 }, () => row));
  await open(page, "?sample=church&backend=cpu");
  await firstResult(page);
  await expect(page.getByTestId("crop"), "samples are as they are").toHaveCount(0);
  await drop(page, { name: "panorama.png", mimeType: "image/png", buffer: panorama });

  /** The shares of red and blue in what the network sees. */
  const seen = () =>
    page.evaluate(() => {
      const canvas = document.querySelector<HTMLCanvasElement>(".query-grid canvas.crop")!;
      const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
      let [red, blue] = [0, 0];
      for (let i = 0; i < data.length; i += 4) if (data[i]! > 128) red++; else blue++;
      return [red, blue].map((count) => Math.round((100 * count) / (red + blue)));
    });
  await expect.poll(seen).toEqual([0, 100]);
  await page.getByTestId("crop").click();
  const frame = page.getByTestId("crop-frame");
  await expect(frame).toHaveAccessibleName(/33 % from the left, 0 % from the top, side 100 %/);
  await expect.poll(seen).toEqual([0, 100]);
  await frame.focus();
  for (let i = 0; i < 9; i++) await page.keyboard.press("Shift+ArrowLeft");
  await expect(frame).toHaveAccessibleName(/^Crop: 0 % from the left/);
  await expect.poll(seen).toEqual([100, 0]);
  expect(await findings(page)).toEqual([]);
  // Half of each, by pointer: the square is moved by half its width.
  const box = (await frame.boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width, box.y + box.height / 2, { steps: 4 });
  await page.mouse.up();
  await expect.poll(async () => Math.abs((await seen())[0]! - 50)).toBeLessThan(4);
  await frame.press("-");
  await expect(frame).toHaveAccessibleName(/side 97 %/);

  // Another picture and back: it is looked at as it was.
  const halves = await seen();
  await page.getByTestId("sample").nth(1).click();
  await expect.poll(seen).not.toEqual(halves);
  await page.getByTestId("own-picture").click();
  await expect(frame).toHaveAccessibleName(/side 97 %/);
  await expect.poll(async () => Math.abs((await seen())[0]! - 50)).toBeLessThan(4);
  await page.getByTestId("crop-usual").click();
  await expect.poll(seen).toEqual([0, 100]);
  await expect(page.getByTestId("crop")).toBeVisible();
});
