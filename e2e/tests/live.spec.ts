// A live picture: a camera that shows samples by turns, and a video file; what stops it, and that it holds nothing.

import type { Page } from "@playwright/test";

import { withCamera } from "../support/camera";
import { drop } from "../support/drop";
import { expectPresentable } from "../support/layout";
import { Heaps } from "../support/heaps.mjs";
import { grows } from "../support/level.mjs";
import { firstResult, open } from "../support/open";
import { expect, test, Watch } from "../support/test";

const frames = (page: Page) => page.getByTestId("live-rate").getAttribute("data-frames").then(Number);
const guess = (page: Page) => page.getByTestId("prediction").first().getAttribute("data-label");

/** Notes what the page guesses first, each time that it changes, and tasks of more than 50 ms. */
async function observe(page: Page): Promise<void> {
  await page.evaluate(() => {
    const seen = { guesses: [] as string[], long: [] as number[] };
    Object.assign(window, { seen });
    const look = () => {
      const now = document.querySelector('[data-testid="prediction"]')?.getAttribute("data-label");
      if (now && now !== seen.guesses.at(-1)) seen.guesses.push(now);
    };
    new MutationObserver(look).observe(document.querySelector(".predictions")!, { childList: true, subtree: true, attributes: true });
    new PerformanceObserver((list) => seen.long.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: "longtask" });
  });
}
const seen = (page: Page) => page.evaluate(() => (window as unknown as { seen: { guesses: string[]; long: number[] } }).seen);

/** A browser's page before a camera, opened and answering; what it must not do is watched. */
async function before(
  fixtures: Parameters<typeof withCamera>[0] & { baseURL?: string },
  state: string,
  seconds: number,
  work: (page: Page) => Promise<void>,
): Promise<void> {
  await open(fixtures.page);
  const browser = await withCamera(fixtures, test.info(), ["church", "golf_ball"], seconds);
  try {
    const page = await browser.newPage({ baseURL: fixtures.baseURL, serviceWorkers: "block" });
    const watch = new Watch(page, fixtures.baseURL ?? "");
    await page.addInitScript(() => {
      const own = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      const tracks: MediaStreamTrack[] = [];
      Object.assign(window, { tracks });
      navigator.mediaDevices.getUserMedia = async (wishes) => {
        const stream = await own(wishes);
        tracks.push(...stream.getTracks());
        return stream;
      };
    });
    await open(page, state);
    await firstResult(page);
    await work(page);
    watch.check();
  } finally {
    await browser.close();
  }
}
const tracks = (page: Page) => page.evaluate(() => (window as unknown as { tracks: MediaStreamTrack[] }).tracks.map((track) => track.readyState));

test("what the camera shows is guessed frame by frame, as it changes", { tag: "@both" }, async ({ playwright, page, baseURL, backend }) => {
  await before({ playwright, page, baseURL }, `?sample=tench&backend=${backend}`, 1.5, async (page) => {
    await page.getByTestId("camera").click();
    await expect.poll(() => guess(page)).not.toBe("tench");
    await observe(page);
    // At least twice round.
    await expect.poll(() => seen(page).then(({ guesses }) => guesses.length), { timeout: 60_000 }).toBeGreaterThanOrEqual(5);
    const { guesses, long } = await seen(page);
    // While one picture gives way to the other a frame may be half of each.
    const clear = guesses.filter((own) => own === "church" || own === "golf_ball").filter((own, i, all) => own !== all[i - 1]);
    expect(clear.length).toBeGreaterThanOrEqual(4);
    clear.forEach((own, i) => expect(own).not.toBe(clear[i - 1]));
    const box = page.getByTestId("live-rate");
    const rate = Number(await box.getAttribute("data-rate"));
    console.log(`    ${rate.toFixed(1)} frames a second, ${Number(await box.getAttribute("data-whole")).toFixed(0)} ms each; tasks over 50 ms: ${long.length}`);
    expect(rate).toBeGreaterThan(0);
    await expect(page.getByTestId("live-stages")).toContainText(/\d+\sms from camera to screen: taking \d+, reading \d+, resizing \d+, network \d+/);
    // The map under the pinned query and the evidence follow as well.
    const map = () => page.getByTestId("map-total").locator("canvas.cells").evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
    const drawn = await map();
    await expect.poll(map).not.toBe(drawn);
    await page.getByTestId("view-evidence").click();
    const logit = () => page.getByTestId("evidence-proof").getAttribute("data-logit");
    const one = await logit();
    await expect.poll(logit).not.toBe(one);
    // Back to what was there before.
    await page.getByTestId("live-close").click();
    await expect.poll(() => guess(page)).toBe("tench");
    await expect(page.locator(".camera")).toHaveCount(0);
    expect(await tracks(page)).toEqual(["ended"]);
  });
});

test("by keyboard it is frozen, stepped, let go and kept; a mirrored frame is mirrored", async ({ playwright, page, baseURL }) => {
  await before({ playwright, page, baseURL }, "?sample=tench&backend=cpu", 60, async (page) => {
    await page.getByTestId("camera").focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => frames(page)).toBeGreaterThan(0);
    expect(await guess(page)).toBe("church");
    const press = async (id: string) => {
      await page.getByTestId(id).focus();
      await page.keyboard.press(id === "live-mirror" ? "Space" : "Enter");
    };
    await press("live-freeze");
    await expect(page.getByTestId("live-box")).toHaveAttribute("data-runs", "false");
    await expect(page.getByTestId("live-rate")).toHaveText("One frame stands still.");
    // It is a picture like any other: another network looks at the same one.
    const crop = () => page.getByTestId("query-grid").locator("canvas.crop").evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
      return { side: canvas.width, left: [...data].filter((_, i) => i % 4 === 1 && (i / 4) % canvas.width < canvas.width / 2).reduce((a, b) => a + b, 0) };
    });
    await expect(page.locator("#view")).toHaveAttribute("aria-busy", "false");
    const frozen = await crop();
    await press("live-mirror");
    await press("live-step");
    await expect.poll(() => crop().then(({ left }) => Math.abs(left - frozen.left))).toBeGreaterThan(1000);
    const count = await frames(page);
    await page.waitForTimeout(500);
    expect(await frames(page), "it stands still").toBe(count);
    await press("live-freeze");
    await expect.poll(() => frames(page)).toBeGreaterThan(count);
    await press("live-keep");
    await expect(page.getByTestId("own-picture")).toHaveCount(1);
    await expect(page.getByTestId("own-picture")).toHaveAttribute("aria-pressed", "true");
    await expect(page.getByTestId("live-box")).toHaveCount(0);
    expect(await tracks(page)).toEqual(["ended"]);
  });
});

test("a hidden tab, a view that shows one picture at rest and a lost camera stop it, and its last frame stays", async ({ playwright, page, baseURL }) => {
  await before({ playwright, page, baseURL }, "?sample=tench&backend=cpu", 60, async (page) => {
    const start = async () => {
      await page.getByTestId("camera").click();
      await expect.poll(() => frames(page)).toBeGreaterThan(2);
    };
    const stopped = async (why: string) => {
      await expect(page.getByTestId("problem")).toContainText(why);
      await expect(page.getByTestId("live-box")).toHaveCount(0);
      await expect.poll(() => guess(page)).toBe("church");
      expect((await tracks(page)).every((state) => state === "ended")).toBe(true);
    };
    await start();
    await page.evaluate(() => {
      Object.defineProperty(document, "hidden", { value: true, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
      Object.defineProperty(document, "hidden", { value: false });
    });
    await stopped("out of sight");
    await start();
    await page.getByTestId("view-anatomy").click();
    await stopped("this view takes a picture apart");
    await expect(page.getByTestId("lambda-sum").first()).toBeVisible();
    // It comes back in a view that can follow it.
    await start();
    await expect(page.locator("#view")).toHaveAttribute("data-view", "lens");
    await page.evaluate(() => {
      for (const track of (window as unknown as { tracks: MediaStreamTrack[] }).tracks) {
        if (track.readyState === "live") track.dispatchEvent(new Event("ended"));
      }
    });
    await stopped("The camera is gone");
    // Another picture ends it without a word.
    await start();
    await page.getByTestId("sample").first().click();
    await expect(page.getByTestId("live-box")).toHaveCount(0);
    await expect(page.getByTestId("problem")).toHaveText("");
  });
});

for (const [what, args, sentence] of [
  ["denied", ["--use-fake-device-for-media-stream", "--deny-permission-prompts"], "Camera access was denied"],
  ["missing", [], "No camera was found"],
] as const) {
  test(`a camera that is ${what} is said, and nothing else changes`, async ({ playwright, baseURL }) => {
    const { args: own = [], ...options } = test.info().project.use.launchOptions ?? {};
    const browser = await playwright.chromium.launch({ ...options, args: [...own, ...args] });
    try {
      const page = await browser.newPage({ baseURL: baseURL!, serviceWorkers: "block" });
      const watch = new Watch(page, baseURL!);
      await open(page, "?sample=tench&backend=cpu");
      await firstResult(page);
      await page.getByTestId("camera").click();
      await expect(page.getByTestId("problem")).toContainText(sentence);
      await expect(page.getByTestId("live-box")).toHaveCount(0);
      expect(await guess(page)).toBe("tench");
      watch.check();
    } finally {
      await browser.close();
    }
  });
}

test("a video that is dropped is played through the network, stands still where little motion is asked for, and a broken one is refused", async ({ page }) => {
  await open(page, "?sample=tench&backend=cpu");
  await firstResult(page);
  const clip = await page.evaluate(async () => {
    const image = new Image();
    image.src = "samples/church.webp";
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
    const context = canvas.getContext("2d")!;
    const recorder = new MediaRecorder(canvas.captureStream(20), { mimeType: "video/webm", videoBitsPerSecond: 2_000_000 });
    const parts: Blob[] = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    const stopped = new Promise((done) => (recorder.onstop = done));
    recorder.start();
    for (let i = 0; i < 20; i += 1) {
      context.drawImage(image, 0, 0);
      // So that there is something new to record.
      context.fillRect(i, 0, 1, 1);
      await new Promise((done) => setTimeout(done, 50));
    }
    recorder.stop();
    await stopped;
    return [...new Uint8Array(await new Blob(parts).arrayBuffer())];
  });
  const file = { name: "steeple.webm", mimeType: "video/webm", buffer: Buffer.from(clip) };
  await drop(page, file);
  await expect.poll(() => guess(page)).toBe("church");
  await expect(page.getByTestId("live-close")).toHaveText("Close the video");
  await expect.poll(() => frames(page)).toBeGreaterThan(5);
  await page.getByTestId("live-freeze").click();
  await page.getByTestId("live-step").click();
  await expect(page.getByTestId("live-box")).toHaveAttribute("data-runs", "false");
  await expectPresentable(page, "a video");
  await page.setViewportSize({ width: 1280, height: 720 });
  await page.getByTestId("live-close").click();
  await expect.poll(() => guess(page)).toBe("tench");

  await page.emulateMedia({ reducedMotion: "reduce" });
  await drop(page, file);
  await expect(page.getByTestId("live-rate")).toHaveText("One frame stands still.");
  expect(await guess(page)).toBe("tench");
  await page.getByTestId("live-freeze").click();
  await expect.poll(() => guess(page)).toBe("church");

  await drop(page, { name: "broken.webm", mimeType: "video/webm", buffer: Buffer.from("no video at all") });
  await expect(page.getByTestId("problem")).toHaveText("broken.webm is a video that this browser cannot play.");
  await expect(page.getByTestId("live-box")).toHaveCount(0);
});

test("a thousand frames leave the heaps of page and worker level", async ({ playwright, page, baseURL }) => {
  test.slow();
  await open(page);
  const browser = await withCamera({ playwright, page }, test.info(), ["church", "golf_ball"], 0.5);
  try {
    const own = await browser.newPage({ baseURL: baseURL!, serviceWorkers: "block" });
    const heaps = await Heaps.of(own);
    await open(own, "?sample=tench&backend=cpu");
    await firstResult(own);
    await own.getByTestId("camera").click();
    const reach = async (count: number) => {
      await own.waitForFunction(
        (count) => Number(document.querySelector('[data-testid="live-rate"]')?.getAttribute("data-frames")) >= count, count, { timeout: 240_000 });
    };
    const points: Record<string, { at: number; value: number }[]> = {};
    // The first two hundred find the size of everything.
    for (let at = 200; at <= 1200; at += 100) {
      await reach(at);
      for (const [name, value] of Object.entries(await heaps.measure())) (points[name] ??= []).push({ at, value });
    }
    for (const name of ["page heap", "worker heap", "page wasm", "worker wasm"]) {
      const [first, last] = [points[name]![0]!.value, points[name]!.at(-1)!.value];
      console.log(`    ${name}: ${(first / 1e6).toFixed(2)} to ${(last / 1e6).toFixed(2)} MB`);
      expect(grows(points[name]!, 512 * 1024), name).toBe(false);
    }
  } finally {
    await browser.close();
  }
});
