// A whole lambda_resnet26t from the visitor's own file, 44 MB: its answer is PyTorch's, and every view takes it apart. One
// visit, since the file takes longer to arrive than all that is asked of it.

import { readFileSync } from "node:fs";

import type { Page } from "@playwright/test";

import { maps, tiles } from "../support/atlas";
import { drop } from "../support/drop";
import { exported } from "../support/exported";
import { addsUp } from "../support/formula";
import { imagenetLabels, seeded, seededPath } from "../support/networks";
import { firstResult, open } from "../support/open";
import { png } from "../support/png";
import { savedCsv } from "../support/saved";
import { source } from "../support/shader";
import { expect, test } from "../support/test";
import { bars } from "../support/what-if";

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

const layers = (page: Page) => page.getByTestId("layer-select").getByRole("radio");

/** Does something in each of the three layers. */
async function inEachLayer(page: Page, act: () => Promise<void>): Promise<void> {
  for (let layer = 0; layer < 3; layer++) {
    await layers(page).nth(layer).check({ force: true });
    await act();
  }
}

/** The largest size of a drawing's values. */
const largest = async (page: Page, testId: string) => Math.max(...(await exported(page, testId)).flat().map(Math.abs));

const attribute = async (page: Page, testId: string, name: string) => Number(await page.getByTestId(testId).getAttribute(name));

/** What each view has to say of the network, by the view's name in the address. */
const views: Record<string, (page: Page) => Promise<void>> = {
  formula: async (page) => {
    await expect(page.getByTestId("cell"), "the cell that was chosen before").toContainText("λᵖ[2, 5]");
    await addsUp(page);
  },
  anatomy: (page) =>
    inEachLayer(page, async () => {
      const scale = await largest(page, "anatomy-output");
      expect((await attribute(page, "anatomy-difference", "data-difference")) / scale).toBeLessThan(1e-4);
      const lambda = await largest(page, "lambda-content");
      // The sum is built from its beginning; at its end it is the layer's own.
      await page.getByTestId("scrubber").press("End");
      expect((await attribute(page, "build", "data-difference")) / lambda).toBeLessThan(1e-4);
    }),
  orders: (page) =>
    inEachLayer(page, async () => {
      const scale = await largest(page, "orders-output");
      expect((await attribute(page, "orders-difference", "data-difference")) / scale).toBeLessThan(1e-4);
    }),
  position: async (page) => {
    await expect(page.getByTestId("channel-tiles").getByRole("option")).toHaveCount(16);
    await inEachLayer(page, async () => {
      const kernel = await savedCsv(page, "position-kernel");
      const map = await savedCsv(page, "position-map");
      const [y, x] = (await page.getByTestId("query-grid").getAttribute("data-query"))!.split(",").map(Number);
      const middle = kernel.rows.indexOf(0);
      expect(kernel.values[middle]![middle]).toBe(map.values[y!]![x!]);
      await expect(page.getByTestId("shift-position-held-said")).toHaveAttribute("data-largest", "0");
      await expect(page.getByTestId("shift-content-held-said")).toHaveAttribute("data-largest", "0");
    });
  },
  evidence: async (page) => {
    // Of a thousand classes one that is not among the five that came with the answer.
    await page.getByTestId("evidence-class-search").fill("goldf");
    const found = page.getByTestId("evidence-class").locator("optgroup").last().locator("option");
    expect(await found.allInnerTexts()).toEqual(expect.arrayContaining(["goldfish", "goldfinch"]));
    await page.getByTestId("evidence-class-search").fill("GOLDFISH");
    await page.keyboard.press("Enter");
    await expect(page.getByTestId("evidence-said")).toContainText("The logit of goldfish");
    const logit = await attribute(page, "evidence-proof", "data-logit");
    const [above, below] = [await attribute(page, "evidence-above", "data-value"), await attribute(page, "evidence-below", "data-value")];
    expect(Math.abs((await attribute(page, "evidence-sum", "data-value")) - logit)).toBeLessThan(1e-4 * Math.max(above, -below));
  },
  "what-if": async (page) => {
    await page.getByTestId("try-position").click();
    await expect(page.getByTestId("what-if-said")).toContainText("→");
    const changed = await bars(page);
    expect(changed.some((row) => row.after !== row.before)).toBe(true);
    await page.getByTestId("what-if-reset").click();
  },
  shader: (page) => expect(source(page)).toHaveValue(/lambda layer's output/),
  cost: (page) =>
    inEachLayer(page, async () => {
      await expect(page.getByTestId("catch-summary")).toContainText("Its rank is");
      await expect(page.getByTestId("catch-missed")).toContainText("the best possible map of rank k");
    }),
  // The last, since it leads to the lens.
  atlas: async (page) => {
    await expect(tiles(page)).toHaveCount(12);
    const all = await maps(page);
    // Again and again: while other work keeps the page busy the key has been seen to find the focus elsewhere.
    await expect(async () => {
      await tiles(page).nth(11).focus();
      await page.keyboard.press("End");
      await expect(page.getByTestId("atlas-map")).toHaveAttribute("aria-label", new RegExp(`^${all[11]},`), { timeout: 2_000 });
    }).toPass();
    await page.keyboard.press("Enter");
    await expect(page.getByTestId("layer-select").locator("input:checked")).toHaveValue("stages.3.1");
    await expect(page.getByTestId("head-select").locator("input:checked")).toHaveValue("3");
  },
};

test("lambda_resnet26t runs from a dropped file with PyTorch's probabilities, and every view takes it apart", async ({ page }) => {
  seeded();
  await open(page, "?sample=church&layer=stages.1.3&head=2&y=5&x=9&cell=position.i2.j5&backend=cpu");
  await firstResult(page);

  await test.step("the page's thread stays free while 44 MB are read, checked and built", async () => {
    await page.evaluate(() => {
      const long: number[] = [];
      new PerformanceObserver((list) => long.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: "longtask" });
      Object.assign(window, { long });
    });
    await drop(page, seededPath);
    await expect(page.getByTestId("network-title")).toHaveText("LambdaResNet 26-T");
    const longest = await page.evaluate(() => Math.max(0, ...(window as unknown as { long: number[] }).long));
    expect(longest, "the longest task of the page's thread, in milliseconds").toBeLessThan(500);
  });

  await test.step("PyTorch's probabilities", async () => {
    const buffer = formulaPicture(expected.side);
    await page.getByTestId("file-input").setInputFiles({ name: "formula.png", mimeType: "image/png", buffer });
    await expect(page.locator(".result-picture")).toHaveText("formula.png");
    const rows = page.getByTestId("prediction");
    for (const [i, { index, probability }] of expected.top5.entries()) {
      await expect(rows.nth(i)).toHaveAttribute("data-label", imagenetLabels[index]!);
      expect(Math.abs(Number(await rows.nth(i).getAttribute("data-probability")) - probability)).toBeLessThan(1e-4);
    }
  });

  await test.step("the layers are the new network's, every proof holds, and the query is where it was in the picture", async () => {
    expect(await layers(page).evaluateAll((radios) => radios.map((radio) => (radio as HTMLInputElement).value))).toEqual([
      "stages.2.1",
      "stages.3.0",
      "stages.3.1",
    ]);
    await expect(page.getByTestId("layer-select").locator("input:checked")).toHaveValue("stages.3.0");
    await expect(page.getByTestId("query-grid")).toHaveAttribute("data-query", "5,9");
    await inEachLayer(page, async () => expect(await attribute(page, "proof", "data-max-error")).toBeLessThan(1e-4));
    // A picture of one's own and a network of one's own leave no trace in the address.
    expect(new URL(page.url()).searchParams.get("network")).toBeNull();
  });

  await page.locator('[data-sample="church"]').click();
  await expect(page.locator(".result-picture")).not.toHaveText("formula.png");
  for (const [view, check] of Object.entries(views)) {
    await test.step(view, async () => {
      await page.getByTestId(`view-${view}`).click();
      await check(page);
    });
  }
});
