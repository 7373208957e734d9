// The network with parts of it changed: by pointer, by keyboard, from the address; its numbers against other ways to them;
// beside them what the same does to all pictures.

import { readFileSync } from "node:fs";

import type { Page } from "@playwright/test";

import { firstResult, open } from "../support/open";
import { savedCsv } from "../support/saved";
import { expect, test } from "../support/test";
import { bars } from "../support/what-if";

const place = "view=what-if&sample=church&layer=stages.1.1&backend=cpu";
/** Pictures that are right. */
type Hits = { top1: number; top5: number };
type Row = { layers: string[]; content_off: Hits; position_off: Hits; both_off: Hits };

const counted: { pictures: number; unchanged: Hits; rows: Row[] } = JSON.parse(
  readFileSync(new URL("../../www/weights/ablations.json", import.meta.url), "utf8"),
);

/** What is said of all pictures is what was counted. */
async function expectCounts(page: Page): Promise<void> {
  const share = ({ top1 }: Hits, decimals = 2) => `${((100 * top1) / counted.pictures).toFixed(decimals)} %`;
  const points = ({ top1 }: Hits) => {
    const by = (100 * (top1 - counted.unchanged.top1)) / counted.pictures;
    const size = Math.abs(by).toFixed(1);
    return size === "0.0" ? size : `${by < 0 ? "−" : "+"}${size}`;
  };
  await expect(page.getByRole("heading", { name: `Over all ${counted.pictures.toLocaleString("en")} validation pictures` })).toBeVisible();
  await expect(page.getByTestId("ablations-lead")).toContainText(share(counted.unchanged, 1));
  const lines = page.getByTestId("ablations-table").locator("tbody tr");
  await expect(lines).toHaveCount(1 + counted.rows.length);
  await expect(lines.first().locator("th, td")).toHaveText(["nothing off", share(counted.unchanged)]);
  for (const [i, row] of counted.rows.entries()) {
    const title = row.layers.length === 1 ? row.layers[0]! : "all layers";
    const cells = [row.content_off, row.position_off, row.both_off].map((hits) => `${share(hits)} ${points(hits)}`);
    await expect(lines.nth(i + 1).locator("th, td")).toHaveText([title, ...cells]);
  }
}

/** The part of a single layer that costs most, as an address switches it off. */
function costliest(): string {
  const single = counted.rows.filter((row) => row.layers.length === 1);
  const parts = single.flatMap((row) => [
    { edit: `${row.layers[0]}_c`, top1: row.content_off.top1 },
    { edit: `${row.layers[0]}_p`, top1: row.position_off.top1 },
  ]);
  return parts.reduce((most, next) => (next.top1 < most.top1 ? next : most)).edit;
}

const knob = (page: Page, key: string) => new URL(page.url()).searchParams.get(key);

test("all heads silenced say the same as both lambdas switched off, reset brings the baseline, all pictures stand beside it", async ({ page }) => {
  await open(page, `?${place}`);
  await firstResult(page);
  await expect(page.getByTestId("what-if-mark")).toHaveCount(0);
  const baseline = await bars(page);
  expect(baseline.every((row) => row.before === row.after)).toBe(true);
  const heads = page.getByTestId("heads").getByRole("checkbox");
  const count = await heads.count();
  for (let head = 0; head < count; head++) await page.getByTestId(`head-${head}`).uncheck();
  await expect.poll(() => knob(page, "edit")).toBe(`stages.1.1_${[...Array(count).keys()].map((head) => `h${head}`).join("_")}`);
  await expect(page.getByTestId("what-if-said")).toContainText("church");
  const silent = await bars(page);
  expect(silent.some((row) => Math.abs(row.after - row.before) > 1e-4)).toBe(true);
  await expect(page.getByTestId("what-if-mark")).toHaveCount(1);

  // A layer without heads gives nothing, and so does one without lambdas.
  await page.getByTestId("what-if-reset").click();
  await page.getByTestId("content-stages.1.1").uncheck();
  await page.getByTestId("position-stages.1.1").uncheck();
  await expect.poll(() => knob(page, "edit")).toBe("stages.1.1_c_p");
  const off = await bars(page);
  for (const row of off) {
    const other = silent.find(({ label }) => label === row.label)!;
    expect(Math.abs(row.after - other.after), row.label).toBeLessThan(1e-5);
  }

  await page.getByTestId("what-if-reset").click();
  await expect.poll(() => knob(page, "edit")).toBe(null);
  expect(await bars(page)).toEqual(baseline);

  await expectCounts(page);
  await page.getByTestId("try-costliest").click();
  await expect.poll(() => knob(page, "edit")).toBe(costliest());
  const [layer, part] = costliest().split("_") as [string, "c" | "p"];
  await expect(page.getByTestId(`${part === "c" ? "content" : "position"}-${layer}`)).not.toBeChecked();
  expect((await bars(page)).some((row) => row.after !== row.before)).toBe(true);
});

test("the keyboard alone erases, moves and switches", async ({ page }) => {
  await open(page, `?${place}`);
  await firstResult(page);
  const brush = page.getByTestId("brush");
  await brush.focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Space");
  await expect(page.getByTestId("brush-said")).toHaveText("row 1, column 1: erased");
  await expect.poll(() => knob(page, "mask")).toBe("picture_17.1");
  await page.keyboard.press("Shift+ArrowRight");
  await page.keyboard.press("Shift+ArrowUp");
  await expect(page.getByTestId("picture-moved")).toHaveText("moved by (−1, 1) pixels");
  await expect.poll(() => knob(page, "edit")).toBe("picture_s-1.1");
  await page.keyboard.press("Space");
  await expect(page.getByTestId("brush-said")).toHaveText("row 1, column 1: kept");
  await expect.poll(() => knob(page, "mask")).toBe(null);
  await page.getByTestId("brush-select").getByRole("radio").nth(0).focus();
  await page.keyboard.press("ArrowRight");
  await brush.focus();
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("Space");
  await expect.poll(() => knob(page, "mask")).toBe("stages.1.1_0.1");
  await page.getByTestId("position-all-layers").focus();
  await page.keyboard.press("Space");
  await expect.poll(() => knob(page, "edit")).toContain("stages.1.1_p~");
  expect((await bars(page)).some((row) => row.after !== row.before)).toBe(true);
  await page.getByTestId("what-if-reset").focus();
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("what-if-said")).toContainText("Nothing has been changed");
});

test("a stroke of the pointer erases cells, and an address brings all of it back", async ({ page }) => {
  await open(page, `?${place}`);
  await firstResult(page);
  await page.getByTestId("brush").scrollIntoViewIfNeeded();
  const box = (await page.getByTestId("brush").boundingBox())!;
  const at = (cell: number) => [box.x + ((cell + 0.5) * box.width) / 16, box.y + (3.5 * box.height) / 16] as const;
  await page.mouse.move(...at(2));
  await page.mouse.down();
  for (const cell of [3, 4, 5]) await page.mouse.move(...at(cell));
  await page.mouse.up();
  await expect.poll(() => knob(page, "mask")).toBe("picture_50.4");
  await page.getByTestId("content-stages.1.1").uncheck();
  await page.getByTestId("head-2").uncheck();
  await expect.poll(() => knob(page, "edit")).toBe("stages.1.1_c_h2");
  const before = await bars(page);
  await page.reload();
  await firstResult(page);
  await expect(page.getByTestId("what-if-mark")).toHaveCount(1);
  await expect(page.getByTestId("what-if-said")).toContainText("→");
  expect(await bars(page)).toEqual(before);
  await expect(page.getByTestId("content-stages.1.1")).not.toBeChecked();
  await expect(page.getByTestId("head-2")).not.toBeChecked();
});

test("the tile of embeddings is mirrored, emptied and painted", async ({ page }) => {
  await open(page, `?${place}`);
  await firstResult(page);
  const learned = await savedCsv(page, "edited-tile");
  const embeddings = page.getByTestId("embeddings");
  await embeddings.getByRole("button", { name: "Mirror left–right" }).click();
  const mirrored = await savedCsv(page, "edited-tile");
  expect(mirrored.values).toEqual(learned.values.map((row) => [...row].reverse()));
  await embeddings.getByRole("button", { name: "Mirror left–right" }).click();
  await embeddings.getByRole("button", { name: "Only the centre" }).click();
  const centre = await savedCsv(page, "edited-tile");
  const middle = centre.rows.indexOf(0);
  centre.values.forEach((row, y) =>
    row.forEach((value, x) => expect(value === 0 ? 0 : value).toBe(y === middle && x === middle ? learned.values[y]![x] : 0)),
  );
  // By keyboard, one cell of one channel.
  await embeddings.getByRole("button", { name: "As learned" }).click();
  await page.getByTestId("channels-select").getByRole("radio").nth(1).check({ force: true });
  await page.getByTestId("edited-tile").focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Space");
  await expect.poll(() => knob(page, "edit")).toBe("stages.1.1_e0*0*0.1");
  expect((await savedCsv(page, "edited-tile")).values[0]![0]).toBeCloseTo(0, 12);
});

for (const network of ["attention_resnet_mini", "conv_resnet_mini"]) {
  test(`${network} says what cannot be changed, and its picture can`, async ({ page }) => {
    await open(page, `?view=what-if&sample=church&backend=cpu&network=${network}`);
    await firstResult(page);
    await expect(page.getByTestId("no-switches")).toBeVisible();
    await expect(page.getByTestId("ablations")).toHaveCount(0);
    await page.getByTestId("brush").focus();
    await page.keyboard.press("Space");
    await expect(page.getByTestId("what-if-said")).toContainText("→");
  });
}
