// The page comes up: nothing on its console, nothing from another host, everything from where it lies.

import { firstResult, open, withoutWebGpu } from "../support/open";
import { expect, test } from "../support/test";

test("the page loads and replaces its loading state", { tag: "@both" }, async ({ page }) => {
  await open(page);
  await expect(page).toHaveTitle(/lambdascope/);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.getByTestId("backend-badge")).toBeVisible();
});

test("the page works where WebGPU is unknown", async ({ page }) => {
  await withoutWebGpu(page);
  await open(page);
  await expect(page.getByTestId("backend-badge")).toBeVisible();
});

test("a page that cannot start says so", async ({ page, watch }) => {
  watch.allow(/^console: /);
  watch.allow(/^404: .*_bg\.wasm/);
  await page.route("**/page-*_bg.wasm", (route) => route.fulfill({ status: 404, body: "gone" }));
  await page.goto("./");
  await expect(page.getByRole("status")).toHaveText(/could not be started/);
});

test("what is not on the first screen comes after the engine's first answer, or at once where it is asked for", async ({ page }) => {
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  const later = () => asked.findIndex((path) => path.endsWith("_later.wasm"));
  const weights = () => asked.findIndex((path) => path.endsWith(".safetensors"));
  await open(page, "?backend=cpu");
  await firstResult(page);
  await expect.poll(later, "it comes by itself").toBeGreaterThan(0);
  expect(weights()).toBeLessThan(later());

  asked.length = 0;
  await open(page, "?backend=cpu&view=formula");
  await expect(page.getByTestId("cell")).toBeVisible();
  expect(later()).toBeGreaterThanOrEqual(0);
});

test("a part of the page that does not come says so, and comes when it is tried again", async ({ page, watch }) => {
  watch.allow(/^console: /);
  watch.allow(/^404: .*_later\.wasm/);
  await page.route("**/page-*_later.wasm", (route) => route.fulfill({ status: 404, body: "gone" }));
  await open(page, "?backend=cpu&view=atlas");
  await expect(page.getByTestId("later-failed")).toContainText("could not be fetched");
  await page.locator("#tab-lens").click();
  await expect(page.getByTestId("map-total"), "what is there goes on").toBeVisible();
  await page.locator("#tab-atlas").click();
  await page.unroute("**/page-*_later.wasm");
  // A host that knows no type for it.
  await page.route("**/page-*_later.wasm", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, headers: { ...response.headers(), "content-type": "application/octet-stream" } });
  });
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByTestId("later-failed")).toHaveCount(0);
  await expect(page.locator('[data-view="atlas"] .tiles [role="option"]').first()).toBeVisible();
});

test("without scripts a sentence says what is needed", async ({ browser, baseURL }) => {
  const context = await browser.newContext({ javaScriptEnabled: false, baseURL });
  const page = await context.newPage();
  await page.goto("./");
  await expect(page.locator("noscript p")).toBeVisible();
  await context.close();
});

test("the content security policy refuses inline scripts and other hosts", async ({ page, watch }) => {
  watch.allow(/Content Security Policy/);
  await open(page);
  const ran = await page.evaluate(async () => {
    const script = document.createElement("script");
    script.textContent = "window.ran = true";
    document.head.append(script);
    return (window as { ran?: boolean }).ran ?? false;
  });
  expect(ran).toBe(false);
  const fetched = await page.evaluate(() => fetch("https://example.org/").then(() => "fetched", () => "refused"));
  expect(fetched).toBe("refused");
});
