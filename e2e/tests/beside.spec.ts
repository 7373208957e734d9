// Two networks at one place: the numbers against NumPy's, both maps following the query, any other network beside the first,
// and giving it back.

import { readFileSync } from "node:fs";

import type { Page } from "@playwright/test";

import { exported } from "../support/exported";
import { firstResult, open, settledUrl } from "../support/open";
import { savedText } from "../support/saved";
import { expect, test } from "../support/test";

type Numbers = Record<"sum" | "negative" | "inside" | "positions" | "distance", number>;
type Case = { networks: [string, string]; layers: [string, string]; query: [number, number]; head: number; measures: [Numbers, Numbers]; correlation: number };

const cases = JSON.parse(readFileSync("../tests/fixtures/comparison.json", "utf8")) as Case[];
const first = cases[0]!;

const table = (page: Page) => page.getByTestId("beside-table");
const values = async (page: Page, id: string) =>
  (await table(page).locator(`tr[data-row="${id}"] td`).evaluateAll((cells) => cells.map((cell) => Number((cell as HTMLElement).dataset.value)))) as [number, number];

/** The state of the page that shows a case's first network at its query. */
const address = ({ networks, layers, query, head }: Case, backend: string) =>
  `?sample=church&network=${networks[0]}&layer=${layers[0]}&head=${head}&y=${query[0]}&x=${query[1]}&backend=${backend}`;

/** That the table says what NumPy says of a case. */
async function expectNumbers(page: Page, { measures, correlation }: Case): Promise<void> {
  await expect(table(page).locator('tr[data-row="sum"]')).toBeVisible();
  for (const id of ["sum", "negative", "inside", "positions", "distance"] as const) {
    const found = await values(page, id);
    measures.forEach((own, side) => {
      const scale = id === "positions" ? 256 : id === "sum" || id === "negative" ? own.sum + 2 * own.negative : 1;
      expect(Math.abs(found[side]! - own[id]), `${id} of the ${side === 0 ? "first" : "second"}`).toBeLessThan(1e-4 * scale);
    });
  }
  // Ranks of nearly equal weights may change places.
  expect(Number(await page.getByTestId("beside-likeness").getAttribute("data-value"))).toBeCloseTo(correlation, 3);
}

test("the weights of two networks are compared in NumPy's numbers, and both follow the query", { tag: "@both" }, async ({ page, backend }) => {
  await open(page, address(first, backend));
  await firstResult(page);
  await expect(page.getByTestId("map-total")).toBeVisible();
  await page.getByTestId("beside-quick").click();
  await expectNumbers(page, first);
  const [own, other] = [(await exported(page, "beside-own")).flat(), (await exported(page, "beside-other")).flat()];
  expect(own.reduce((sum, value) => sum + value, 0)).toBeCloseTo(first.measures[0].sum, 2);
  expect(Math.min(...own)).toBeLessThan(0);
  expect(other.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 4);
  expect(Math.min(...other)).toBeGreaterThanOrEqual(0);
  await expect(page.getByTestId("beside-guess-own").locator("li").first()).toHaveAttribute("data-label", "church");
  const guess = page.getByTestId("beside-guess-other").locator("li");
  await expect(guess.first()).toHaveAttribute("data-label", "church");

  // The pointer over the picture moves the query of both.
  const box = (await page.getByTestId("query-grid").boundingBox())!;
  await page.mouse.move(box.x + (box.width * 15.5) / 16, box.y + box.height / 32);
  await expect(page.getByTestId("query-grid")).toHaveAttribute("data-query", "0,15");
  await expect.poll(() => values(page, "sum").then(([sum]) => sum)).not.toBeCloseTo(first.measures[0].sum, 1);
  await page.mouse.move(0, 0);
  await expectNumbers(page, first);

  // What the second one says is what it says by itself.
  const said = await guess.first().getAttribute("data-probability");
  await page.getByTestId("beside-quick").click();
  await expect(page.getByTestId("map-total")).toBeVisible();
  if (backend === "cpu") {
    await open(page, `?sample=church&network=${first.networks[1]}&backend=cpu`);
    await firstResult(page);
    await expect(page.getByTestId("prediction").first()).toHaveAttribute("data-probability", said!);
  }
});

test("by keyboard alone a network is put beside, the layer and the query move in both, and the link keeps it", async ({ page }) => {
  const second = cases[1]!;
  await open(page, address(first, "cpu"));
  await firstResult(page);
  await page.getByTestId("beside-quick").focus();
  await page.keyboard.press("Enter");
  await expectNumbers(page, first);
  await page.getByTestId("query-grid").focus();
  for (const key of ["PageDown", "Control+Home", "End", "]", "]", "]"]) await page.keyboard.press(key);
  await expect(page.getByTestId("query-grid")).toHaveAttribute("data-query", second.query.join(","));
  await expect(page.getByTestId("beside-note-1")).toContainText("attention layer stages.1.3, head 3 of 4");
  await expectNumbers(page, second);
  await page.getByTestId("beside-save").focus();
  const csv = await savedText(page, () => page.keyboard.press("Enter"));
  const lines = csv.trim().split("\n").map((line) => line.split(","));
  expect(lines.find(([id]) => id === "layer")!.slice(1)).toEqual(["stages.1.3", "stages.1.3"]);
  expect(Number(lines.find(([id]) => id === "positions")![2])).toBeCloseTo(second.measures[1].positions, 2);

  // A sign of a cell in one map is at the same place in the other.
  await page.getByTestId("beside-other").focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowRight");
  await expect(page.getByTestId("beside-own-value")).toContainText("row 0, column 1");

  const url = await settledUrl(page);
  expect(url.searchParams.get("beside")).toBe("attention_resnet_mini");
  await page.reload();
  await expectNumbers(page, second);
  const select = page.getByTestId("beside-select");
  await select.focus();
  await page.keyboard.press("Home");
  await expect(page.getByTestId("map-total"), "one network alone").toBeVisible();
  expect((await settledUrl(page)).searchParams.get("beside")).toBeNull();
});

test("another picture and another network are compared with what is seen then, never with what was", async ({ page }) => {
  await open(page, `${address(first, "cpu")}&beside=attention_resnet_mini`);
  await firstResult(page);
  await expectNumbers(page, first);
  await page.getByTestId("sample").nth(3).click();
  await expect.poll(() => values(page, "sum").then(([sum]) => sum)).not.toBeCloseTo(first.measures[0].sum, 1);
  const own = await page.getByTestId("prediction").first().getAttribute("data-label");
  await expect(page.getByTestId("beside-guess-own").locator("li").first()).toHaveAttribute("data-label", own!);
  // A network without layers to look into has a guess all the same.
  await page.getByTestId("beside-select").selectOption("conv_resnet_mini");
  await expect(page.getByTestId("beside-nothing")).toBeVisible();
  await expect(page.getByTestId("beside-guess-other").locator("li")).toHaveCount(3);
  await expect(table(page).locator("tr[data-row]")).toHaveCount(0);
});

test("a file stands beside, in its own size and on the same part of the picture; a bad one is refused and loses nothing", async ({ page }) => {
  await open(page, `?sample=church&network=lambda_resnet_mini_16&backend=cpu`);
  await firstResult(page);
  await page.getByTestId("beside-file").setInputFiles("weights/lambda_resnet26t.safetensors");
  await expect(page.getByTestId("beside-note-1")).toContainText(/lambda layer stages\.\d\.\d/);
  await expect(table(page).locator('tr[data-row="sum"]')).toBeVisible();
  await expect(page.getByTestId("beside-select").locator("option:checked")).toHaveText("lambda_resnet26t.safetensors");
  await expect(page.getByTestId("beside-guess-other").locator("li")).toHaveCount(3);
  expect((await settledUrl(page)).searchParams.get("beside"), "a link cannot give a file again").toBeNull();

  await page.getByTestId("beside-file").setInputFiles({ name: "letter.safetensors", mimeType: "application/octet-stream", buffer: Buffer.from("Dear reader") });
  await expect(page.getByTestId("beside-failure")).toContainText("letter.safetensors cannot be used");
  await expect(page.getByTestId("prediction").first()).toHaveAttribute("data-label", "church");
  // The next file may be a good one of the same name.
  const buffer = readFileSync("weights/seeded_u4_mini.safetensors");
  await page.getByTestId("beside-file").setInputFiles({ name: "letter.safetensors", mimeType: "application/octet-stream", buffer });
  await expect(page.getByTestId("beside-note-1")).toContainText("of 4");
  await expect(table(page).locator('tr[data-row="sum"]')).toBeVisible();
  await page.getByTestId("beside-quick").click();
  await expect(page.getByTestId("beside-failure")).toHaveCount(0);
  await expect(table(page).locator('tr[data-row="sum"]')).toBeVisible();
});

test("a lesson’s frame shows the two maps, and a name that nobody knows is said", async ({ page }) => {
  await open(page, `${address(first, "cpu")}&beside=attention_resnet_mini&embed=1&figure=networks`);
  await expect(page.getByTestId("frame-figure")).toContainText("in two networks");
  await expect(page.getByTestId("beside-other-value")).toContainText(/^0\.000 to 0\.\d+/);
  await open(page, `${address(first, "cpu")}&beside=nobody`);
  await firstResult(page);
  await expect(page.getByTestId("beside-unknown")).toContainText("does not know: nobody");
  await expect(page.getByTestId("map-total")).toBeVisible();
});
