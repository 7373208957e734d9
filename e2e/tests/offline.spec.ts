// Without a network: the page keeps itself and its networks, works when its host is gone, and gives way to a newer version
// when it is told to, whole.

import { readFileSync } from "node:fs";

import type { Page } from "@playwright/test";

import { drop } from "../support/drop";
import { expectPresentable } from "../support/layout";
import { family, member, unfold } from "../support/networks";
import { firstResult, open } from "../support/open";
import { another, dist, readWorker, Site } from "../support/site";
import { expect, test as base } from "../support/test";

const test = base.extend<{ site: Site }>({
  site: async ({}, use) => {
    const site = await Site.start();
    await use(site);
    await site.cut();
  },
  baseURL: async ({ site }, use) => use(site.address),
});

// The other specs watch and change requests, which a service worker would answer itself.
test.use({ serviceWorkers: "allow" });

const STORE = "lambdascope-site /pages/lambdascope/";
const church = "?sample=church&backend=cpu";

const badge = (page: Page) => page.getByTestId("backend-badge");
const isKept = (page: Page) => expect(page.getByTestId("offline")).toHaveText(/all \d of these networks are on this device and work offline/);
/** Empties the browser's own cache of what it fetched, which would stand in for what the page keeps. */
const forget = async (page: Page) => (await page.context().newCDPSession(page)).send("Network.clearBrowserCache");
const guess = (page: Page) => page.getByTestId("prediction").first().getAttribute("data-probability");

test("the page works when its host is gone: another sample, an own picture, another network", async ({ page, site }) => {
  await open(page, church);
  await firstResult(page);
  // The host says nothing of isolation, without which there are no threads.
  await expect(badge(page)).toHaveText(/1 thread, WebAssembly$/);
  expect(site.requests, "nothing is kept before the first answer").not.toContain("sw.js");
  await isKept(page);
  // The document was asked for with a state, which is another address to the browser's cache.
  const twice = site.requests.filter((path, i) => !["index.html", "sw.js"].includes(path) && site.requests.indexOf(path) !== i);
  expect(twice, "fetched twice").toEqual([]);
  expect(site.requests).toEqual(expect.arrayContaining(family.map(({ file }) => `weights/${file}`)));
  const stores = await page.evaluate(async () => {
    const count = async (name: string) => [name, (await (await caches.open(name)).keys()).length] as const;
    return Object.fromEntries(await Promise.all((await caches.keys()).map(count)));
  });
  const { files } = await readWorker(dist);
  expect(stores, "each file once, in one store").toEqual({ [STORE]: files.length, "lambdascope-hub": 0 });

  // Chromium's own judgement of the manifest and its icons; a test's window keeps nothing beyond its end.
  const chromium = await page.context().newCDPSession(page);
  const { installabilityErrors } = await chromium.send("Page.getInstallabilityErrors");
  expect(installabilityErrors.filter(({ errorId }) => errorId !== "in-incognito"), "it can be installed").toEqual([]);

  await site.cut();
  await expect(fetch(site.address)).rejects.toThrow();
  await forget(page);
  await page.reload();
  await firstResult(page);
  // The page's own files, as they are kept, ask for it.
  await expect(badge(page)).toHaveText(/\d threads, WebAssembly$/);
  const first = await guess(page);
  await page.locator('[data-sample="tench"]').click();
  await expect.poll(() => guess(page), "another sample").not.toBe(first);
  const second = await guess(page);
  const photo = readFileSync(new URL("../../tests/fixtures/pictures/photo_67x151.png", import.meta.url));
  await drop(page, { name: "photo.png", mimeType: "image/png", buffer: photo });
  await expect.poll(() => guess(page), "an own picture").not.toBe(second);
  await unfold(page);
  await member(page, family[1]!.name).click();
  await expect(page.getByTestId("network-title")).toHaveText(family[1]!.title);
  await expect(page.getByTestId("measured"), "files that come late, too").toBeVisible();

  // Any state is the same page, and a lesson's frame is, too.
  await open(page, `?embed=1&figure=total&network=${family[2]!.name}&sample=chelsea&backend=cpu`);
  await expect(page.getByTestId("frame-foot")).toContainText(family[2]!.title);
});

test("a newer version is offered, comes to all tabs at once, and is never mixed with the old", async ({ page, context, site }) => {
  const mark = (text: string) => `${text}\n/* newer */`;
  const newer = await another({
    "index.html": (text) => text.replace("<title>lambdascope", "<title>newer lambdascope"),
    "samples/samples.json": (text) => text.replace('"title": "', '"title": "Newer '),
    "engine_worker_loader.js": mark,
  });
  /** Which version each of these is of: the document, and two files whose names say nothing of their content. */
  const versions = async (tab: Page) => {
    const texts = await tab.evaluate(() =>
      Promise.all([document.title, ...["samples/samples.json", "engine_worker_loader.js"].map(async (path) => (await fetch(path)).text())]),
    );
    return [...new Set(texts.map((text) => (/newer/i.test(text) ? "newer" : "first")))].join(" and ");
  };
  await open(page, church);
  await firstResult(page);
  await isKept(page);
  await page.evaluate(async () => {
    for (const name of ["lambdascope-pictures", "lambdascope-hub"]) await (await caches.open(name)).put("/something", new Response("the visitor's"));
  });
  await page.reload();
  await firstResult(page);

  site.folder = newer.folder;
  await forget(page);
  const other = await context.newPage();
  await open(other, "?sample=tench&backend=cpu");
  await firstResult(other);
  for (const tab of [page, other]) await expect(tab.getByTestId("new-version")).toContainText("A new version of this page is ready.");
  for (const tab of [page, other]) expect(await versions(tab)).toBe("first");
  await expect(other.getByTestId("new-version")).toContainText("in all 2 tabs at once");
  await expectPresentable(other, "the offer");

  await other.getByTestId("new-version-load").click();
  for (const tab of [page, other]) {
    await expect(tab).toHaveTitle(/^newer/);
    await firstResult(tab);
    await expect(tab.getByTestId("new-version")).toHaveCount(0);
    expect(await versions(tab)).toBe("newer");
  }
  await expect(page.locator('[data-sample="church"]'), "its state").toHaveAttribute("aria-pressed", "true");
  await site.cut();
  await forget(other);
  await other.reload();
  await firstResult(other);
  expect(await versions(other)).toBe("newer");
  const stores = await other.evaluate(async (store) => {
    const keys = (await (await caches.open(store)).keys()).map(({ url }) => new URL(url).pathname);
    const others = await Promise.all(["lambdascope-pictures", "lambdascope-hub"].map(async (name) => (await (await caches.open(name)).keys()).length));
    return { twice: keys.filter((key, i) => keys.indexOf(key) !== i), others };
  }, STORE);
  expect(stores, "nothing of the old version stays, nothing of the visitor's goes").toEqual({ twice: [], others: [1, 1] });
  await newer.remove();
});

test("a file that is not of the version being kept ends that, and the page goes on as it was", async ({ page, site }) => {
  const halfway = await another({ "weights/lambda_resnet_mini.md": (text) => `${text}newer` }, { isListed: false });
  site.folder = halfway.folder;
  await open(page, church);
  await firstResult(page);
  const asked = () => site.requests.filter((path) => path === "weights/lambda_resnet_mini.md").length;
  await expect.poll(asked, "once of the browser's cache, once past it").toBe(2);
  await expect.poll(() => page.evaluate(async () => {
    const { installing, waiting, active } = (await navigator.serviceWorker.getRegistration()) ?? {};
    return Boolean(installing ?? waiting ?? active);
  })).toBe(false);
  await expect(page.getByTestId("offline")).toBeEmpty();
  await page.locator('[data-sample="tench"]').click();
  await expect(page.locator('[data-sample="tench"]')).toHaveAttribute("aria-pressed", "true");
  await expect(page.locator("#view")).toHaveAttribute("aria-busy", "false");
  await halfway.remove();
});
