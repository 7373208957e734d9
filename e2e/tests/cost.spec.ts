// What layers cost: a sweep measured in the page, paused, ended, exported, linked and laid over another; what attention would need;
// the network at other sizes; the catch.

import type { Page } from "@playwright/test";

import { drop } from "../support/drop";
import { firstResult, open, settledUrl } from "../support/open";
import { savedText } from "../support/saved";
import { expect, test } from "../support/test";

type Outcome = { measured?: { milliseconds: number[]; clock: string; bytes: number }; refused?: Record<string, unknown> };
type Point = { contestant: string; side: number; predicted: { macs: number; bytes: Record<string, number> }; outcome: Outcome };
type Report = { backend: string; device: string; browser?: string; setting: Record<string, number>; batch: number; points: Point[] };

const layers = ["lambda-local", "lambda-global", "lambda-content", "attention-stored", "attention-streamed", "convolution"];
const at = "?sample=church&view=cost&layer=stages.1.3&head=2&y=5&x=9";
/** Small layers on small maps, on a backend that is named. */
const sweep = (on: "cpu" | "gpu", side: number, which = layers) => `&sweep=${on}.${side}.1.32.1.4.3&layers=${which.join("~")}`;

const going = (page: Page) => page.getByTestId("lab-going");
const report = async (page: Page) => JSON.parse(await savedText(page, () => page.getByTestId("lab-save-json").click())) as Report;

async function measure(page: Page): Promise<void> {
  await page.getByTestId("lab-begin").click();
  await expect(going(page)).toContainText(/^All \d+ measured/);
}

test("a sweep measures every layer, and its files say what its table says", { tag: "@both" }, async ({ page, backend }) => {
  const on = backend === "cpu" ? "cpu" : "gpu";
  await open(page, `${at}&backend=${backend}${sweep(on, 16)}`);
  await firstResult(page);
  await measure(page);
  const found = await report(page);
  expect(found.points.map(({ contestant, side }) => `${contestant} ${side}`)).toEqual([8, 16].flatMap((side) => layers.map((layer) => `${layer} ${side}`)));
  expect(found.backend).toBe(on === "cpu" ? "Cpu" : "Gpu");
  expect(found.browser).toContain("Chrome");
  // Multiplications counted here: d = 32, h = 1, k = 4, r = 3, v = 32.
  const macs = (layer: string, side: number) => found.points.find((point) => point.contestant === layer && point.side === side)!.predicted.macs;
  for (const side of [8, 16]) {
    const n = side * side;
    expect(macs("convolution", side)).toBe(n * 9 * 32 * 32);
    expect(macs("lambda-content", side)).toBe(n * 32 * (4 + 4 + 32) + 2 * n * 4 * 32);
    expect(macs("attention-stored", side)).toBe(macs("attention-streamed", side));
    expect(macs("lambda-global", side) - macs("lambda-content", side)).toBe(n * n * Math.min(4 + 32, 4 * 32));
  }
  for (const { contestant, outcome, predicted } of found.points) {
    const { milliseconds, bytes } = outcome.measured!;
    expect(Math.min(...milliseconds), contestant).toBeGreaterThanOrEqual(0);
    const { ends, projected, map, lambda, weights, overhead } = predicted.bytes;
    expect(bytes, contestant).toBe(ends! + projected! + map! + lambda! + (on === "gpu" ? weights! + overhead! : 0));
  }
  const csv = (await savedText(page, () => page.getByTestId("lab-save-csv").click())).trimEnd().split("\n");
  expect(csv).toHaveLength(1 + found.points.length);
  expect(csv[0]!.split(",").slice(3, 6)).toEqual(["contestant", "side", "n"]);
  const svg = await savedText(page, () => page.getByTestId("lab-save-svg").click());
  expect(svg.match(/<polyline/g)).toHaveLength(2 * layers.length);
  expect(svg).toContain(`One layer on ${found.device}`);
  await page.getByTestId("lab-all").locator("summary").click();
  const rows = page.getByTestId("lab-numbers").locator("tbody tr");
  await expect(rows).toHaveCount(found.points.length);
  await expect(rows.nth(3)).toContainText("attention, map stored");
  for (const chart of ["lab-time", "lab-memory"]) {
    await expect(page.getByTestId(chart).locator("g[data-layer]")).toHaveCount(layers.length);
  }
});

test("a sweep is paused, goes on, is ended half way, and keeps what it has; a stored map that is too large is refused in words", async ({ page }) => {
  const which = ["lambda-local", "attention-stored"];
  await open(page, `${at}&backend=cpu&sweep=cpu.256.1.128.8.32.9&layers=${which.join("~")}`);
  await firstResult(page);
  const points = async () => Number((await going(page).innerText()).match(/(\d+) of/)?.[1] ?? -1);
  await page.getByTestId("lab-begin").click();
  await expect.poll(points).toBeGreaterThan(1);
  await page.getByTestId("lab-pause").click();
  await expect(going(page)).toContainText("paused.");
  const paused = await points();
  await page.waitForTimeout(500);
  expect(await points()).toBe(paused);
  // The page answers meanwhile.
  await page.getByTestId("view-lens").click();
  await page.getByTestId("view-cost").click();
  await expect(going(page)).toContainText("paused.");
  await page.getByTestId("lab-pause").click();
  // 8 heads on 64×64: half a gigabyte; on 128×128 more than a layer may take.
  await expect(page.getByTestId("lab-refused")).toContainText("Attention with a stored map at 128×128: it needs 8.6 GB; a layer may take here at most 1.5 GB.");
  await page.getByTestId("lab-stop").click();
  await expect(going(page)).toContainText(/^Stopped after \d+ of 12; what was measured stays/);
  await expect(page.getByTestId("lab-time").locator("g[data-layer]")).toHaveCount(2);
  const found = await report(page);
  expect(found.points.length).toBeGreaterThanOrEqual(9);
  expect(found.points.length).toBeLessThan(12);
  await expect(page.getByTestId("lab-begin")).toBeEnabled();
});

test("a worker that ends costs one measurement, and the sweep goes on", async ({ page }) => {
  await open(page, `${at}&backend=cpu${sweep("cpu", 8, ["lambda-local", "convolution"])}`);
  await firstResult(page);
  await page.evaluate(() => {
    const Own = Worker;
    let made = 0;
    globalThis.Worker = class extends Own {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        made += 1;
        if (made !== 1) return;
        // It ends while the second measurement is under way.
        let sent = 0;
        const post = this.postMessage.bind(this);
        this.postMessage = ((...given: [unknown, Transferable[]]) => {
          sent += 1;
          if (sent === 3) setTimeout(() => this.dispatchEvent(new ErrorEvent("error", { message: "out of memory" })), 100);
          else post(...given);
        }) as typeof this.postMessage;
      }
    } as typeof Worker;
  });
  await measure(page);
  const found = await report(page);
  expect(found.points.map((point) => [point.contestant, Object.keys(point.outcome)[0]])).toEqual([
    ["lambda-local", "measured"],
    ["convolution", "refused"],
  ]);
  await expect(page.getByTestId("lab-refused")).toContainText("the engine ended (out of memory)");
});

test("a second sweep is laid over: kept, dropped as a file, or brought by a link; what is none is refused", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(page, `${at}&backend=cpu${sweep("cpu", 8)}`);
  await firstResult(page);
  await measure(page);
  const lines = page.getByTestId("lab-time").locator("g[data-layer]");
  await expect(lines).toHaveCount(layers.length);
  await page.getByTestId("lab-keep").click();
  await expect(lines).toHaveCount(2 * layers.length);
  await expect(page.getByTestId("lab-other")).toContainText("WebAssembly (CPU)");
  await page.getByTestId("lab-other").getByRole("button").click();
  await expect(lines).toHaveCount(layers.length);

  // Another device's file, with other sizes and half the time.
  const other = await report(page);
  other.device = "another device";
  for (const { outcome } of other.points) if (outcome.measured) outcome.measured.milliseconds = outcome.measured.milliseconds.map((time) => time / 2);
  const file = (text: string) => ({ name: "cost.json", mimeType: "application/json", buffer: Buffer.from(text) });
  await page.getByTestId("view-lens").click();
  await drop(page, file(JSON.stringify(other, null, 2)));
  await expect(page.locator("#view")).toHaveAttribute("data-view", "cost");
  await expect(page.getByTestId("lab-who")).toContainText("Thin lines: another device (CPU).");
  await expect(lines).toHaveCount(2 * layers.length);

  const wrong = structuredClone(other);
  wrong.points[2]!.predicted.macs += 1;
  await page.getByTestId("lab-file").setInputFiles(file(JSON.stringify(wrong)));
  await expect(page.getByTestId("lab-problem")).toHaveText("cost.json cannot be used: what it says of lambda, content alone at 8×8 is not what this version measures.");
  await page.getByTestId("lab-file").setInputFiles(file('{"backend": 1, "device": 2}'));
  await expect(page.getByTestId("lab-problem")).toContainText("cost.json cannot be used: it is no sweep of the laboratory");
  await expect(lines).toHaveCount(2 * layers.length);

  await page.getByTestId("lab-link").click();
  await expect(page.getByTestId("lab-said")).toHaveText("Link copied, numbers included.");
  const link = await page.evaluate(() => navigator.clipboard.readText());
  await open(page, new URL(link).search);
  await expect(page.getByTestId("lab-who")).toContainText("WebAssembly (CPU)");
  await expect(lines).toHaveCount(layers.length);
  await open(page, `${at}&backend=cpu&run=AAAA`);
  await expect(page.getByTestId("lab-problem")).toHaveText("The numbers in this link cannot be used: it is cut off or of another version.");
});

test("what attention would need is its formula, by keyboard, and the link keeps it", async ({ page }) => {
  await open(page, `${at}&backend=cpu`);
  await firstResult(page);
  const bars = page.getByTestId("need-bars").locator("tbody tr");
  await expect(page.getByTestId("need-said")).toHaveText("One picture, n = 40,000 positions each: attention’s maps take 6.4 GB.");
  await expect(bars.nth(0)).toContainText("1 × 1 × 40,000² × 4 B");
  await expect(bars.filter({ hasText: "a graphics card of 24 GB" })).toContainText("attention’s maps take 27 % of it");
  // To the largest picture, with two heads.
  await page.getByTestId("need-side").focus();
  await page.keyboard.press("End");
  await page.getByTestId("need-heads").focus();
  await page.keyboard.press("ArrowRight");
  const n = 40_000 ** 2;
  await expect(bars.nth(0)).toContainText(`${((2 * n * n * 4) / 1e18).toFixed(1)} EB`);
  await expect(bars.nth(0)).toContainText("1 × 2 × 1,600,000,000² × 4 B");
  await expect(bars.filter({ hasText: "content lambdas" })).toContainText("2 kB");
  const url = await settledUrl(page);
  expect(url.searchParams.get("need")).toBe("40000.1.2.1.4.16.32");
  await page.getByTestId("need-own").click();
  await expect(bars.nth(0)).toContainText("1 × 4 × 256² × 4 B");
  await open(page, url.search);
  await expect(bars.nth(0)).toContainText("1 × 2 × 1,600,000,000² × 4 B");
  const paper = await page.getByTestId("need-paper").locator("tbody tr").evaluateAll((rows) => rows.map((row) => [...row.querySelectorAll("td")].map((cell) => cell.textContent)));
  const pairs = [[56, 3], [28, 4], [14, 6], [7, 3]].reduce((sum, [side, blocks]) => sum + blocks! * side! ** 4, 0);
  expect(paper[0]!.slice(1)).toEqual(["120", ((128 * 8 * pairs * 4) / 2 ** 30).toFixed(1)]);
});

test("the network runs at other sizes, and attention says where its tables end", async ({ page }) => {
  await open(page, `${at}&backend=cpu`);
  await firstResult(page);
  await page.getByTestId("sizes-begin").click();
  const one = (side: number) => page.locator(`.sizes-one[data-side="${side}"]`);
  await expect(one(1024).getByTestId("sizes-took")).toBeVisible();
  await expect(page.getByTestId("sizes-said")).toContainText("Over the sizes that ran, time grows");
  for (const side of [128, 192, 256, 384, 512, 768, 1024]) {
    await expect(one(side)).toContainText(`map of ${side / 8}×${side / 8}`);
    const map = one(side).locator("canvas");
    expect(await map.evaluate((canvas: HTMLCanvasElement) => canvas.width)).toBe(side / 8);
  }
  // At its own size it says what it says on screen.
  const own = await page.getByTestId("prediction").first().getAttribute("data-label");
  await expect(one(128).locator("li").first()).toContainText(own!);
  // Another picture ends it, and is not waited for in vain.
  await page.getByTestId("sizes-begin").click();
  await expect(page.getByTestId("sizes-stop")).toBeVisible();
  await page.getByTestId("sample").and(page.locator('[data-sample="tench"]')).click();
  await expect(page.getByTestId("sizes-begin")).toBeVisible();
  await expect(page.getByTestId("sizes-going")).toBeEmpty();
  await expect(page.getByTestId("sizes"), "of the picture before").toHaveCount(0);

  await open(page, `${at}&network=attention_resnet_mini&backend=cpu`);
  await firstResult(page);
  await page.getByTestId("sizes-begin").click();
  await expect(one(256)).toContainText("pictures of 256×256 pixels (height × width) do not fit the network");
  await expect(one(1024)).toBeVisible();
  await expect(one(128).getByTestId("sizes-took")).toBeVisible();
});

test("the catch is of the layer on screen", async ({ page }) => {
  await open(page, `${at}&backend=cpu`);
  await firstResult(page);
  const summary = page.getByTestId("catch-summary");
  await expect(summary).toContainText("16 × 16 = 256 numbers for 256 positions");
  expect(Number(await summary.getAttribute("data-rank"))).toBeLessThanOrEqual(16);
  await expect(page.getByTestId("catch-masks").locator("canvas")).toHaveCount(16);
  const ranks = await page.getByTestId("catch-ranks").locator("tbody td").allInnerTexts();
  const missed = ranks.map((text) => Number.parseFloat(text.replace("<", "")));
  expect(missed).toEqual([...missed].sort((a, b) => b - a));
  await expect(page.getByTestId("catch-missed")).toContainText("Suppose softmax attention had this layer’s queries and keys");
  await open(page, `${at}&network=attention_resnet_mini&backend=cpu`);
  await firstResult(page);
  await expect(page.getByTestId("catch-missed")).toContainText("This is an attention layer: it holds its whole map");
  await expect(summary).toHaveCount(0);
});
