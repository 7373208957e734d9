// The networks that come with the page: chosen by pointer and keyboard, linked to, gone back to; what is said when one
// does not come; and the table of what they reached.

import type { Page } from "@playwright/test";
import { readFileSync } from "node:fs";

import { expectPresentable, narrow } from "../support/layout";
import { family, member, said, unfold } from "../support/networks";
import { firstResult, open } from "../support/open";
import { expect, test } from "../support/test";

const [main, sibling] = family;
const PLACE = "sample=church&layer=stages.1.3&head=2&y=5&x=9";

const parameter = (page: Page, name: string) => new URL(page.url()).searchParams.get(name);

interface Row {
  name: string;
  title: string;
  run: "equal" | "long";
  seed: number;
  epochs: number;
  parameters: number;
  macs: number;
  top1: number;
  top5: number;
  context_bytes: { attention_maps: number; lambdas: number };
  ms: { cpu: number | null; webgpu: number | null };
}

interface Results {
  dataset: string;
  noise: string;
  rows: Row[];
}

const measured: Results = JSON.parse(readFileSync(new URL("../../www/weights/results.json", import.meta.url), "utf8"));

/** A table of the first network with figures that nobody measured, to see how a table is shown. */
const invented: Results = {
  dataset: "Invented figures",
  noise: "Differences under 9.9 points mean nothing here.",
  rows: [
    { run: "equal" as const, seed: 1, epochs: 20, top1: 0.9012, ms: { cpu: 35, webgpu: null } },
    { run: "equal" as const, seed: 2, epochs: 20, top1: 0.8951, ms: { cpu: 35, webgpu: null } },
    { run: "long" as const, seed: 1, epochs: 80, top1: 0.9342, ms: { cpu: 34.6, webgpu: 2.5 } },
  ].map((row) => ({
    name: main!.name,
    title: main!.title,
    parameters: 647_362,
    macs: 242_458_624,
    top5: 0.99,
    context_bytes: { attention_maps: 0, lambdas: 65_536 },
    ...row,
  })),
};

const show = (page: Page, results: Results) =>
  page.route("**/weights/results.json", (route) => route.fulfill({ json: results }));

test("the list says what networks.json says", async ({ page }) => {
  await open(page, `?${PLACE}&backend=cpu`);
  await firstResult(page);
  await unfold(page);
  await expect(page.getByTestId("member")).toHaveCount(family.length);
  for (const [i, { name, title, changed, accuracy, training, bytes }] of family.entries()) {
    const button = page.getByTestId("member").nth(i);
    await expect(button).toHaveAttribute("data-network", name);
    await expect(button).toContainText(title);
    await expect(button).toContainText(changed);
    await expect(button.getByTestId("member-accuracy")).toHaveText(
      `${(100 * accuracy.top1).toFixed(1)} % of ${accuracy.images.toLocaleString("en")} pictures right, after ${training.epochs} epochs`,
    );
    await expect(button.getByTestId("member-size")).toContainText(`${(bytes / 1e6).toFixed(1)} MB`);
    await expect(button).toHaveAttribute("aria-pressed", i === 0 ? "true" : "false");
  }
});

test("networks stand with those that were trained as long, and a sentence says what that is for", async ({ page }) => {
  await open(page, `?${PLACE}&backend=cpu`);
  await firstResult(page);
  await unfold(page);
  const lengths = [...new Set(family.map(({ training }) => training.epochs))];
  const groups = page.getByTestId("family-group");
  await expect(groups).toHaveCount(lengths.length);
  for (const [i, epochs] of lengths.entries()) {
    const equal = family.filter(({ training }) => training.epochs === epochs);
    const title = `Trained for ${epochs} epochs${equal.length > 1 ? " each" : ""}`;
    const group = page.getByRole("group", { name: title, exact: true });
    await expect(group).toHaveAttribute("data-epochs", `${epochs}`);
    await expect(groups.nth(i)).toHaveAttribute("data-epochs", `${epochs}`);
    await expect(group.getByRole("heading", { level: 3 })).toHaveText(title);
    await expect(group).toHaveAccessibleDescription(equal.length > 1 ? /can be compared with each other/ : /./);
    const names = await group.getByTestId("member").evaluateAll((buttons) => buttons.map((button) => button.getAttribute("data-network")));
    expect(names).toEqual(equal.map(({ name }) => name));
  }
  await expect(groups.first()).toHaveAccessibleDescription(/page opens with/);
});

test.describe("another network", () => {
  test.skip(!sibling, "networks.json lists one network alone");

  test("is chosen by pointer, keeps picture and query, and Back brings the first", { tag: "@both" }, async ({ page, backend }) => {
    await open(page, `?${PLACE}&backend=${backend}`);
    await firstResult(page);
    const before = await said(page);
    await unfold(page);
    await member(page, sibling!.name).click();
    await expect(page.getByTestId("network-title")).toHaveText(sibling!.title);
    await expect(member(page, sibling!.name)).toHaveAttribute("data-standing", "running");
    await expect(member(page, sibling!.name)).toHaveAttribute("aria-pressed", "true");
    await expect(member(page, main!.name)).toHaveAttribute("aria-pressed", "false");
    await expect(page.locator('[data-sample="church"]')).toHaveAttribute("aria-pressed", "true");
    await expect.poll(() => parameter(page, "network")).toBe(sibling!.name);
    expect(parameter(page, "sample")).toBe("church");
    expect([parameter(page, "layer"), parameter(page, "y"), parameter(page, "x")]).toEqual(["stages.1.3", "5", "9"]);

    await page.goBack();
    await expect(page.getByTestId("network-title")).toHaveText(main!.title);
    await expect(page.getByTestId("query-grid")).toHaveAttribute("data-query", "5,9");
    await expect.poll(() => page.url()).toBe(before.address as string);
    expect(await said(page)).toEqual(before);
    await page.goForward();
    await expect(page.getByTestId("network-title")).toHaveText(sibling!.title);
    await expect.poll(() => parameter(page, "network")).toBe(sibling!.name);
  });

  test("is chosen by keyboard, and the focus stays", async ({ page }) => {
    await open(page, `?${PLACE}&backend=cpu`);
    await firstResult(page);
    await page.getByTestId("networks-button").focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await expect(member(page, main!.name)).toBeFocused();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Space");
    await expect(member(page, sibling!.name)).toHaveAttribute("data-standing", "running");
    await expect(member(page, sibling!.name)).toBeFocused();
    await expect(page.getByTestId("network-title")).toHaveText(sibling!.title);
  });

  test("is opened by its address, and only it is fetched", { tag: "@both" }, async ({ page, backend }) => {
    const fetched: string[] = [];
    page.context().on("request", (request) => {
      if (request.url().includes(".safetensors")) fetched.push(new URL(request.url()).pathname.split("/").pop()!);
    });
    await open(page, `?network=${sibling!.name}&sample=tench&backend=${backend}`);
    await firstResult(page);
    await expect(page.getByTestId("network-title")).toHaveText(sibling!.title);
    await expect(page.getByTestId("network-wanted")).toHaveCount(0);
    expect(parameter(page, "network")).toBe(sibling!.name);
    expect(fetched).toEqual([sibling!.file]);
  });

  for (const [what, act, sentence] of [
    ["is not there", "missing", /weights could not be loaded: the server answered 404/],
    ["breaks off", "broken", /weights could not be loaded: the server could not be reached/],
    ["is another", "other", /weights arrived damaged/],
  ] as const) {
    test(`whose file ${what} leaves everything, and comes when asked again`, async ({ page, watch }) => {
      watch.allow(/404|ERR_/);
      await open(page, `?${PLACE}&backend=cpu`);
      await firstResult(page);
      const before = await said(page);
      const file = `**/weights/${sibling!.file}*`;
      await page.route(file, (route) => {
        if (act === "missing") return route.fulfill({ status: 404, body: "" });
        return act === "broken" ? route.abort("connectionreset") : route.fulfill({ body: "something else" });
      });
      await unfold(page);
      await member(page, sibling!.name).click();
      await expect(page.getByTestId("network-problem")).toHaveText(sentence);
      await expect(page.getByTestId("network-problem")).toContainText(sibling!.title);
      expect(await said(page)).toEqual(before);
      await expect(member(page, main!.name)).toHaveAttribute("data-standing", "running");

      await page.unroute(file);
      await page.getByTestId("network-retry").click();
      await expect(member(page, sibling!.name)).toHaveAttribute("data-standing", "running");
      await expect(page.getByTestId("network-problem")).toHaveCount(0);
    });
  }

  test("whose address cannot be heeded gives way to the first, with a sentence", async ({ page, watch }) => {
    watch.allow(/404/);
    await page.route(`**/weights/${sibling!.file}*`, (route) => route.fulfill({ status: 404, body: "" }));
    await open(page, `?network=${sibling!.name}&${PLACE}&backend=cpu`);
    await firstResult(page);
    await expect(page.getByTestId("network-title")).toHaveText(main!.title);
    await expect(page.getByTestId("network-problem")).toContainText("the server answered 404");
    await expect(page.getByTestId("query-grid")).toHaveAttribute("data-query", "5,9");
    await expect.poll(() => parameter(page, "network")).toBeNull();
  });

  test("is given up while it comes", async ({ page }) => {
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    await page.route(`**/weights/${sibling!.file}*`, async (route) => {
      await held;
      // The page has given the request up by then.
      await route.abort().catch(() => {});
    });
    await open(page, `?${PLACE}&backend=cpu`);
    await firstResult(page);
    const before = await said(page);
    await unfold(page);
    await member(page, sibling!.name).click();
    await expect(page.getByTestId("network-progress")).toContainText(`Fetching ${sibling!.title}`);
    await expect(member(page, sibling!.name)).toHaveAttribute("data-standing", "coming");
    await page.getByTestId("network-cancel").click();
    await expect(member(page, sibling!.name)).toHaveAttribute("data-standing", "away");
    await expect(page.getByTestId("network-problem")).toHaveCount(0);
    release();
    expect(await said(page)).toEqual(before);
  });
});

/** The tables must show exactly these figures. */
async function expectTables(page: Page, { rows, noise }: Results): Promise<void> {
  for (const run of ["equal", "long"] as const) {
    const expected = rows.filter((row) => row.run === run);
    const table = page.locator(`[data-testid="measured-table"][data-run="${run}"]`);
    await expect(table).toHaveCount(expected.length > 0 ? 1 : 0);
    await expect(table.locator("tbody tr")).toHaveCount(expected.length);
    for (const [i, row] of expected.entries()) {
      const line = table.locator("tbody tr").nth(i);
      await expect(line.locator("th")).toContainText(row.title);
      await expect(line.locator("th")).toContainText(`seed ${row.seed}, ${row.epochs} epochs`);
      const figure = (label: string) => line.locator(`td[data-label="${label}"]`);
      await expect(figure("Parameters")).toHaveText(row.parameters.toLocaleString("en"));
      await expect(figure("Multiply-adds")).toHaveText(`${(row.macs / 1e6).toFixed(1)} million`);
      await expect(figure("Top-1")).toHaveText(`${(100 * row.top1).toFixed(2)} %`);
      await expect(figure("Top-5")).toHaveText(`${(100 * row.top5).toFixed(2)} %`);
      if (row.ms.webgpu === null) await expect(figure("WebGPU")).toHaveText("not measured");
      else await expect(figure("WebGPU")).toHaveText(/^\d+(\.\d)? m?s$/);
    }
  }
  await expect(page.getByTestId("measured-noise")).toHaveText(noise);
}

test("the tables show what was measured, and nothing where nothing was", async ({ page }) => {
  await open(page, `?${PLACE}&backend=cpu`);
  const fetched = page.waitForResponse("**/weights/results.json");
  await firstResult(page);
  await fetched;
  if (measured.rows.length === 0) await expect(page.getByTestId("measured")).toHaveCount(0);
  else await expectTables(page, measured);
});

test("runs of different length stand apart, the network on screen is marked, list and tables are presentable", async ({ page }) => {
  const rows = invented.rows.map((row, i) => (i === 2 ? { ...row, ...main!.training } : row));
  await show(page, { ...invented, rows });
  await open(page, `?${PLACE}&backend=cpu`);
  await firstResult(page);
  await expectTables(page, { ...invented, rows });
  await expect(page.locator(".results-row[aria-current]")).toHaveCount(1);
  await expect(page.locator('[data-run="long"] .results-row[aria-current]')).toContainText("On screen");
  await expect(page.getByTestId("paper")).toContainText("Not measured here");
  await expect(page.getByTestId("paper")).toContainText("Table 10");
  await unfold(page);
  await expect(page.getByTestId("measured")).toBeVisible();
  await expectPresentable(page, "list and tables");
  await narrow(page);
  await expectPresentable(page, "list and tables, narrow");
});

test("a table that does not come gives a sentence", async ({ page, watch }) => {
  watch.allow(/404/);
  await page.route("**/weights/results.json", (route) => route.fulfill({ status: 404, body: "" }));
  await open(page, `?${PLACE}&backend=cpu`);
  await firstResult(page);
  await expect(page.getByTestId("measured-problem")).toContainText("the server answered 404");
});
