// Nothing that axe-core finds fault with in either theme, no sideways scrolling at 320 pixels, and everything reached by keyboard:
// every view as it opens, and the states of the page that show more than that.

import type { Page } from "@playwright/test";

import { attentionNetwork } from "../support/attention";
import { drop } from "../support/drop";
import { expectPresentable, narrow } from "../support/layout";
import { seededMini, unfold } from "../support/networks";
import { firstResult, open } from "../support/open";
import { drawing } from "../support/saved";
import { replace, source } from "../support/shader";
import { expect, test } from "../support/test";

const place = "sample=church&layer=stages.1.3&head=2&y=5&x=9&backend=cpu";

/** Every view, in the order of the tabs. */
const views = ["lens", "anatomy", "orders", "position", "atlas", "evidence", "what-if", "formula", "shader", "cost", "questions"];

test("every view is walked with the keyboard alone, in both themes", async ({ page }) => {
  await open(page, `?${place}`);
  await firstResult(page);
  const tabs = page.getByRole("tab");
  const chosen = page.locator('[role="tab"][aria-selected="true"]');
  // From the top of the page with Tab alone.
  for (let i = 0; i < 80 && !(await chosen.evaluate((tab) => tab === document.activeElement)); i += 1) await page.keyboard.press("Tab");
  await expect(chosen).toBeFocused();
  const seen: string[] = [];
  for (let i = 0; i < (await tabs.count()); i += 1) {
    await expect(chosen).toBeFocused();
    const view = (await page.locator("#view").getAttribute("data-view"))!;
    seen.push(view);
    await expect(page.locator("#view").getByRole("heading").first()).toBeVisible();
    // The shader's texts come from the engine.
    await expect(page.locator("#view").locator('button, input, select, a[href], [tabindex="0"]').first()).toBeAttached();
    for (const colorScheme of ["dark", "light"] as const) {
      await page.emulateMedia({ colorScheme });
      // Something in the view takes the focus, and Shift+Tab leads back to its tab.
      await page.keyboard.press("Tab");
      expect(await page.evaluate(() => document.querySelector("#view")!.contains(document.activeElement)), `${view} takes the focus`).toBe(true);
      await page.keyboard.press("Shift+Tab");
      await expect(chosen).toBeFocused();
    }
    expect(new URL(page.url()).searchParams.get("view") ?? "lens").toBe(view);
    await page.keyboard.press("ArrowRight");
  }
  expect(seen).toEqual(views);
  expect(await page.locator("#view").getAttribute("data-view"), "the tabs are a ring").toBe(views[0]);
});

/** A visit: an address, and the states that the page is brought to one after another, each by its name. */
type Visit = [address: string, states: Record<string, (page: Page) => Promise<void>>];

const asOpened = async () => {};

/** Unfolds all that the view has folded. */
async function unfoldView(page: Page): Promise<void> {
  for (const summary of await page.locator("#view summary").all()) await summary.click();
}

/** A step of `orders`. */
const order = (stop: number) => (page: Page) => page.getByTestId("order-stop").getByRole("radio").nth(stop).check({ force: true });

/** A network of one's own on the page, once `part` of it is there. */
const dropped = (buffer: () => Buffer, part: string) => async (page: Page) => {
  await drop(page, { name: "own.safetensors", mimeType: "", buffer: buffer() });
  await expect(page.getByTestId(part)).toBeVisible();
};

/** A view by its tab. */
const tab = (view: string) => async (page: Page) => {
  await page.getByTestId(`view-${view}`).click();
  await expect(page.locator("#view")).toHaveAttribute("data-view", view);
};

const visits: Record<string, Visit> = {
  "the views": [`?${place}`, Object.fromEntries(views.map((view) => [view, tab(view)]))],
  "the first view": [
    "?sample=church&backend=cpu",
    {
      "with a result": asOpened,
      "with two queries compared": async (page) => {
        await page.getByTestId("compare").click();
        await expect(page.getByTestId("compare")).toHaveAttribute("aria-pressed", "true");
      },
      "with the list of networks and a failure": async (page) => {
        await unfold(page);
        const name = `${"a-long-name-without-a-space".repeat(4)}.safetensors`;
        await drop(page, { name, mimeType: "", buffer: Buffer.from("broken") });
        await expect(page.getByTestId("network-problem")).toContainText(name);
      },
    },
  ],
  anatomy: [
    `?${place}&view=anatomy&t=40`,
    { "with a table": (page) => drawing(page, "lambda-sum").locator("details").first().locator("summary").click() },
  ],
  orders: [`?${place}&view=orders&step=0`, { "compare, then sum": asOpened, "the factors": order(1), "summarise, then apply": order(2) }],
  positions: ["?view=position&shift=1.2&part=qe&sample=church&backend=cpu", { "with a shift, all unfolded": unfoldView }],
  atlas: ["?view=atlas&sort=locality&sample=church&backend=cpu", { "sorted, all unfolded": unfoldView }],
  "what if": [
    "?view=what-if&sample=church&layer=stages.1.1&backend=cpu&edit=stages.1.1_c_h2~picture_s2.-3&mask=picture_17.4",
    { "with changes": (page) => expect(page.getByTestId("what-if-said")).toContainText("→"), "narrow, with changes": narrow },
  ],
  formula: [`?${place}&view=formula&cell=kbar.i5.m17`, { "at a key": asOpened }],
  shader: [
    "?sample=church&view=shader&layer=stages.1.1&head=2&y=5&x=9&kernel=lambda_apply",
    {
      lambda_apply: (page) => expect(source(page)).toHaveValue(/fn main\(/),
      "with a fault": async (page) => {
        await replace(page, "var sum = vec4f();", "var sum = wrong;");
        await expect(page.getByTestId("shader-go")).toBeVisible();
      },
    },
  ],
  cost: [
    `?${place}&view=cost&sweep=cpu.16.1.32.1.4.3`,
    {
      "measured and laid over, all unfolded": async (page) => {
        await page.getByTestId("lab-begin").click();
        await expect(page.getByTestId("lab-going")).toContainText("All 12 measured");
        await page.getByTestId("lab-keep").click();
        await page.getByTestId("sizes-begin").click();
        await expect(page.getByTestId("sizes-said")).not.toBeEmpty();
        await unfoldView(page);
      },
    },
  ],
  tour: [
    `?${place}&tour=1`,
    Object.fromEntries(
      Array.from({ length: 9 }, (_, at) => [`stop ${at + 1}`, async (page: Page) => void (await page.getByTestId("tour-jump").selectOption(String(at)))]),
    ),
  ],
  questions: [`?${place}&view=questions`, { "all unfolded": unfoldView }],
  "two networks": [
    `?${place}&beside=attention_resnet_mini`,
    {
      "lambda beside attention": (page) => expect(page.getByTestId("beside-table").locator("tr[data-row]").first()).toBeVisible(),
      "narrow, lambda beside attention": narrow,
      "beside a network with nothing to look into": async (page) => {
        await page.getByTestId("beside-select").selectOption("conv_resnet_mini");
        await expect(page.getByTestId("beside-nothing")).toBeVisible();
      },
    },
  ],
  "other networks": [
    `?${place}`,
    {
      "self-attention": dropped(attentionNetwork, "map-weights-0"),
      "no layer to look into": dropped(() => seededMini("conv"), "nothing-inside"),
      "narrow, no layer to look into": narrow,
    },
  ],
};

for (const [what, [address, states]] of Object.entries(visits)) {
  test(`${what}: no findings in either theme, nothing too wide: ${Object.keys(states).join("; ")}`, async ({ page }) => {
    // Two themes of many states in one visit.
    test.slow();
    await open(page, address);
    await firstResult(page);
    for (const [state, reach] of Object.entries(states)) {
      await test.step(state, async () => {
        await reach(page);
        await expectPresentable(page, state);
      });
    }
  });
}
