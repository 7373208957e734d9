// Networks with something else where the shipped one has its lambda layers: without any there is nothing to look into,
// and the page says so; with an intra-depth every u has maps of its own.

import type { Page } from "@playwright/test";

import { drop } from "../support/drop";
import { family, member, type Middle, seededMini, unfold } from "../support/networks";
import { firstResult, open } from "../support/open";
import { expect, test } from "../support/test";

const [main] = family;
const PLACE = "sample=church&layer=stages.1.3&head=2&y=5&x=9";

const own = async (page: Page, middle: Middle, title: string) => {
  const name = `seeded_${middle}_mini.safetensors`;
  await drop(page, { name, mimeType: "application/octet-stream", buffer: seededMini(middle) });
  await expect(page.getByTestId("network-title")).toHaveText(title);
};

/** What stands only where there are layers to look into. */
const LOOKS = ["query-grid", "map-content", "map-position", "map-total", "proof", "query-vector", "head-select"];

test("a network without lambda layers classifies and says that there is nothing to look into", { tag: "@both" }, async ({ page, backend }) => {
  await open(page, `?${PLACE}&backend=${backend}`);
  await firstResult(page);
  await own(page, "conv", "Seeded ResNet mini");

  await expect(page.getByTestId("summary")).toHaveText(
    `This network has no lambda layers to look into; choose one that does, such as ${main!.title}, to see where its outputs come from.`,
  );
  for (const part of LOOKS) await expect(page.getByTestId(part), part).toHaveCount(0);
  await expect(page.getByTestId("nothing-inside").locator("canvas")).toBeVisible();
  await expect(page.getByTestId("layer-select").locator("input")).toHaveCount(0);

  // It answers, and goes on answering.
  await expect(page.getByTestId("prediction")).toHaveCount(5);
  const guess = page.getByTestId("timings");
  const before = await guess.getAttribute("data-answer");
  await page.locator('[data-sample="tench"]').click();
  await expect(guess).not.toHaveAttribute("data-answer", before!);
  await expect(page.getByTestId("problem")).toBeEmpty();

  // The way back brings the place that was left.
  await page.getByTestId("nothing-inside-other").click();
  await expect(page.getByTestId("network-title")).toHaveText(main!.title);
  await expect(page.getByTestId("query-grid")).toHaveAttribute("data-query", "5,9");
  await expect(page.getByTestId("layer-select").locator("input:checked")).toHaveValue("stages.1.3");
  for (const part of LOOKS) await expect(page.getByTestId(part), part).toHaveCount(1);
});

test("each u of an intra-depth has maps of its own, and the address says which", { tag: "@both" }, async ({ page, backend }) => {
  await open(page, `?${PLACE}&backend=${backend}`);
  await firstResult(page);
  await expect(page.getByTestId("intra-select"), "the shipped network has no intra-depth").toHaveCount(0);
  await own(page, "u4", "Seeded LambdaResNet mini, u = 4");

  const select = page.getByTestId("intra-select");
  await expect(select.locator("option")).toHaveCount(4);
  await expect(select).toHaveValue("0");
  // The first is usual, and usual things are left out of the address.
  await expect.poll(() => new URL(page.url()).searchParams.get("u")).toBeNull();
  const largest = () => page.getByTestId("map-total").getAttribute("data-limit");
  const seen = new Set([await largest()]);
  for (const u of ["1", "2", "3"]) {
    await select.selectOption(u);
    await expect.poll(() => new URL(page.url()).searchParams.get("u")).toBe(u);
    seen.add(await largest());
    expect(Number(await page.getByTestId("proof").getAttribute("data-max-error")), `u ${u}`).toBeLessThan(1e-4);
  }
  expect(seen.size, "four maps").toBe(4);
  await expect(page.getByTestId("query-grid")).toHaveAttribute("data-query", "5,9");

  // A layer further on keeps it; a network without an intra-depth has no place for it.
  await page.getByTestId("layer-select").locator('input[value="stages.2.2"]').check();
  await expect(select).toHaveValue("3");
  await unfold(page);
  await member(page, main!.name).click();
  await expect(page.getByTestId("network-title")).toHaveText(main!.title);
  await expect(select).toHaveCount(0);
  await expect.poll(() => new URL(page.url()).searchParams.get("u")).toBeNull();
});
