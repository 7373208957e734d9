// The tour, taken by a learner with a pointer and by one with the keyboard alone; leaving, resuming, the link to every stop; the
// questions and the check.

import { type Locator, type Page } from "@playwright/test";

import { drop } from "../support/drop";
import { seeded, seededPath } from "../support/networks";
import { firstResult, open, settledUrl } from "../support/open";
import { expect, test } from "../support/test";

const stops = ["memory", "orders", "lambda", "content", "position", "apply", "attention", "price", "network"] as const;
type Stop = (typeof stops)[number];

const place = "sample=church&layer=stages.1.3&head=2&y=5&x=9&backend=cpu";
const sheet = (page: Page) => page.getByTestId("tour");
const target = (page: Page) => page.locator(".tour-target");

/** Presses a part of something, given as shares of its width and height. */
async function press(of: Locator, x: number, y = 0.5): Promise<void> {
  const box = (await of.boundingBox())!;
  await of.click({ position: { x: box.width * x, y: box.height * y } });
}

const byPointer: Record<Stop, (page: Page) => Promise<void>> = {
  memory: (page) => press(page.getByTestId("need-side"), 0.9),
  orders: (page) => page.getByTestId("order-stop").getByRole("radio").nth(2).check({ force: true }),
  lambda: (page) => press(page.getByTestId("scrubber"), 0.999),
  content: (page) => press(target(page), 0.2, 0.8),
  position: (page) => page.getByTestId("shift").getByRole("button", { name: "Shift one row down" }).click(),
  apply: (page) => press(page.getByTestId("formula-y"), 0.7),
  attention: (page) => press(target(page), 0.9, 0.9),
  price: (page) => page.getByTestId("lab-begin").click(),
  network: (page) => page.getByTestId("position-all-layers").uncheck(),
};

const keys: Record<Stop, string[]> = {
  memory: ["End"],
  orders: ["ArrowRight", "ArrowRight"],
  lambda: ["End"],
  content: ["ArrowRight"],
  position: ["Enter"],
  apply: ["ArrowRight", "ArrowRight", "Enter"],
  attention: ["Shift+ArrowDown"],
  price: ["Enter"],
  network: ["Tab", "Space"],
};

/** Presses Tab until the focus is where it should be. */
async function tabTo(page: Page, to: Locator): Promise<void> {
  for (let i = 0; i < 30 && !(await to.evaluate((element) => element === document.activeElement)); i += 1) await page.keyboard.press("Tab");
  await expect(to).toBeFocused();
}

/** What a stop speaks of is in the window, and the sheet does not lie over it. */
async function expectNothingCovered(page: Page, stop: Stop): Promise<void> {
  await expect(target(page)).toHaveCount(1);
  await expect(async () => {
    const [spoken, over] = [(await target(page).boundingBox())!, (await sheet(page).boundingBox())!];
    expect(spoken.y, `${stop}: the top of what is spoken of`).toBeGreaterThanOrEqual(0);
    expect(spoken.y + spoken.height, `${stop}: its foot, above the sheet`).toBeLessThanOrEqual(over.y);
  }).toPass({ timeout: 10_000 });
}

/** Goes through all stops, each done by `act`; `next` goes on. */
async function learn(page: Page, act: (stop: Stop) => Promise<void>, next: (last: boolean) => Promise<void>): Promise<void> {
  for (const [at, stop] of stops.entries()) {
    await test.step(stop, async () => {
      await expect(sheet(page)).toHaveAttribute("data-stop", stop);
      await expect(page.getByTestId("tour-text")).not.toBeEmpty();
      await expectNothingCovered(page, stop);
      await expect(sheet(page), "it waits for the learner").toHaveAttribute("data-done", "false");
      await act(stop);
      await expect(sheet(page)).toHaveAttribute("data-done", "true");
      await expect(page.getByTestId("tour-said"), "with the numbers just seen").toHaveText(/\d/);
      await next(at === stops.length - 1);
    });
  }
  await expect(sheet(page)).toHaveCount(0);
}

for (const size of [{ width: 1440, height: 900 }, { width: 375, height: 812 }]) {
  test(`a learner with a pointer takes the whole tour at ${size.width} pixels, and predicts`, async ({ page }) => {
    await page.setViewportSize(size);
    await open(page, `?${place}`);
    await firstResult(page);
    await page.getByTestId("tour-button").click();
    await learn(
      page,
      async (stop) => {
        const ask = page.getByTestId("tour-ask");
        if (await ask.count()) await ask.getByRole("radio").last().check();
        await byPointer[stop](page);
        if (await ask.count()) await expect(page.getByTestId("tour-said")).toHaveText(/^(You predicted it|Not quite)/);
      },
      (last) => page.getByTestId(last ? "tour-end" : "tour-next").click(),
    );
    expect((await settledUrl(page)).searchParams.has("tour")).toBe(false);
  });

  test(`a learner with the keyboard alone takes the whole tour at ${size.width} pixels`, async ({ page }) => {
    await page.setViewportSize(size);
    await open(page, `?${place}`);
    await firstResult(page);
    await page.getByTestId("tour-button").focus();
    await page.keyboard.press("Enter");
    await expect(sheet(page)).toBeVisible();
    await learn(
      page,
      async (stop) => {
        // From wherever the learner is, to the sheet: who has gone on is there already.
        const title = sheet(page).locator("h2");
        if (!(await title.evaluate((title) => title === document.activeElement))) await page.keyboard.press("F6");
        await expect(title).toBeFocused();
        await tabTo(page, page.getByTestId("tour-show"));
        await page.keyboard.press("Enter");
        for (const key of keys[stop]) await page.keyboard.press(key);
      },
      async (last) => {
        await page.keyboard.press("F6");
        await tabTo(page, page.getByTestId(last ? "tour-end" : "tour-next"));
        await page.keyboard.press("Enter");
      },
    );
  });
}

test("the tour of a thousand classes: lambda_resnet26t with seeded weights", async ({ page }) => {
  seeded();
  await open(page, "?sample=church&backend=cpu");
  await firstResult(page);
  await drop(page, seededPath);
  await expect(page.getByTestId("network-title")).toContainText("26");
  await page.getByTestId("tour-button").click();
  await learn(
    page,
    (stop) => byPointer[stop](page),
    (last) => page.getByTestId(last ? "tour-end" : "tour-next").click(),
  );
});

test("it is offered, left, resumed and linked, and what was done is remembered", async ({ page }) => {
  await open(page, `?${place}`);
  await firstResult(page);
  await expect(sheet(page), "nobody is forced").toHaveCount(0);
  await page.getByTestId("tour-offer").click();
  await byPointer.memory(page);
  await expect(sheet(page)).toHaveAttribute("data-done", "true");
  await page.getByTestId("tour-jump").selectOption("3");
  await expect(sheet(page)).toHaveAttribute("data-stop", "content");
  await expect(page.locator("#view")).toHaveAttribute("data-view", "anatomy");
  await page.keyboard.press("Escape");
  await expect(sheet(page)).toHaveCount(0);
  await expect(target(page)).toHaveCount(0);

  await open(page, `?${place}`);
  await firstResult(page);
  await expect(page.getByTestId("tour-offer")).toHaveCount(0);
  await page.getByTestId("tour-button").click();
  await expect(sheet(page)).toHaveAttribute("data-stop", "content");
  for (const [at, stop] of stops.entries()) {
    await open(page, `?${place}&tour=${at + 1}`);
    await expect(sheet(page)).toHaveAttribute("data-stop", stop);
    await expectNothingCovered(page, stop);
  }
  await page.getByTestId("tour-jump").selectOption("0");
  await expect(page.getByTestId("tour-tick")).toBeVisible();
});

test("a network without lambda layers is led to one that has them", async ({ page }) => {
  await open(page, "?sample=church&network=attention_resnet_mini&backend=cpu&tour=7");
  await firstResult(page);
  await expect(page.getByTestId("tour-lacks")).toContainText("This stop is about a lambda layer");
  await page.getByTestId("tour-lacks").getByRole("button").click();
  await expect(page.getByTestId("tour-lacks")).toHaveCount(0);
  await byPointer.attention(page);
  await expect(sheet(page)).toHaveAttribute("data-done", "true");
});

test("questions are answered with the numbers on screen, and lead to where they are seen", async ({ page }) => {
  await open(page, `?${place}&view=questions`);
  await firstResult(page);
  const asked = page.getByTestId("question");
  await expect(asked).toHaveCount(15);
  const one = (id: string) => page.locator(`[data-question="${id}"]`);
  await one("shape").locator("summary").click();
  await expect(one("shape").getByTestId("question-answer")).toContainText("A matrix, here 16 × 16");
  await one("swap").locator("summary").click();
  // 4 heads, 256 positions; eight times the side is 64 times the positions.
  await expect(one("swap").getByTestId("question-answer")).toContainText("would take 1.0 MB for this layer, and 4.3 GB at eight times the side");
  await one("product").locator("summary").click();
  await one("product").getByRole("button").click();
  await expect(page.locator("#view")).toHaveAttribute("data-view", "anatomy");
  await expect(page.locator("#tab-anatomy")).toBeFocused();
});

test("five questions are made of the query on screen, and say why", async ({ page }) => {
  await open(page, `?${place}&view=questions`);
  await firstResult(page);
  const items = page.getByTestId("check-item");
  await expect(items).toHaveCount(5);
  for (const item of await items.all()) {
    await item.getByRole("radio").first().check();
  }
  const verdicts = page.getByTestId("check-verdict");
  for (const verdict of await verdicts.all()) await expect(verdict).toHaveText(/^(Right\.|No: ).*\d/);
  await page.keyboard.press("Shift+Tab");
  await page.locator('[data-item="axis"]').getByText("a key channel, over all positions").click();
  await expect(verdicts.first()).toHaveText(/^Right\. The first key channel sums to 1\.000/);
});
