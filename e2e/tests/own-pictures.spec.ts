// Pictures of the visitor's own: several at once, all of a visit to choose again, kept for the next one only by choice.

import { readFileSync } from "node:fs";

import { drop } from "../support/drop";
import { firstResult, open } from "../support/open";
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
  await page.getByTestId("share").locator("summary").click();
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
