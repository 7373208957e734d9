// An attention layer shows its softmax weights: one map a head on a scale from 0, and no signed map.

import { attentionNetwork } from "../support/attention";
import { drop } from "../support/drop";
import { firstResult, open } from "../support/open";
import { expect, test } from "../support/test";

test("an attention layer shows one map of softmax weights a head, and proves them", async ({ page }) => {
  await open(page, "?sample=church&backend=cpu");
  await firstResult(page);
  await expect(page.getByTestId("map-total")).toBeVisible();
  const file = { name: "attention.safetensors", mimeType: "application/octet-stream", buffer: attentionNetwork() };
  await drop(page, file);
  await expect(page.getByTestId("layer-select")).toContainText("attention");
  // The place stays in the layer of the same name, stages.1.1, which has eight heads here.
  await expect(page.getByTestId("map-weights-7")).toBeVisible();
  await expect(page.getByTestId("map-weights-8")).toHaveCount(0);
  for (const map of ["map-content", "map-position", "map-total", "lambda-content", "query-vector"]) {
    await expect(page.getByTestId(map), map).toHaveCount(0);
  }
  await expect(page.getByTestId("legend")).toContainText("softmax weight");
  await expect(page.getByTestId("summary")).toContainText("largest softmax weight");
  const limits = await page.locator('[data-testid^="map-weights-"][data-limit]').evaluateAll((maps) => maps.map((map) => map.getAttribute("data-limit")));
  expect(new Set(limits).size, "one scale for all heads").toBe(1);
  expect(Number(limits[0])).toBeGreaterThan(0);
  expect(Number(limits[0])).toBeLessThanOrEqual(1);
  const proof = page.getByTestId("proof");
  expect(Number(await proof.getAttribute("data-max-error"))).toBeLessThan(1e-5);
  // Of so few positions page and engine may take the sums in the same order, and agree to the last bit.
  await expect(proof, "something was compared").toContainText(/of max \|y\| \d*\.?\d*[1-9]/);

  const grid = page.getByTestId("query-grid");
  await grid.focus();
  await page.keyboard.press("Control+Home");
  const first = await page.getByTestId("summary").innerText();
  await page.keyboard.press("Shift+ArrowRight");
  await expect(grid).toHaveAttribute("data-query", "0,4");
  await expect(page.getByTestId("summary")).not.toHaveText(first);
  // The layer before it has two.
  await page.keyboard.press("PageUp");
  await expect(page.getByTestId("map-weights-1")).toBeVisible();
  await expect(page.getByTestId("map-weights-2")).toHaveCount(0);
});
