// The page comes up: nothing on its console, nothing from another host, everything from where it lies.

import { open, withoutWebGpu } from "../support/open";
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
