// A walk through the whole page in every browser that can be installed here: once round what it is for, by what it shows.
// What the page does in every detail is tested in Chromium, in tests/; this asks whether another engine does it at all. Two
// engines of WebGPU and three of JavaScript, WebAssembly and layout rarely have the same gap.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { expect, test } from "@playwright/test";

import { type Browser, start, type Visitor } from "../support/visitor";

const sampleFile = (name: string) => fileURLToPath(new URL(`../../www/samples/${name}`, import.meta.url));

/** What PyTorch says of the samples. */
const predicted: { file: string; top5: { label: string; probability: number }[] }[] = JSON.parse(
  readFileSync(new URL("../../tests/fixtures/predictions.json", import.meta.url), "utf8"),
);
const expected = (file: string) => predicted.find((one) => one.file === file)!.top5[0]!;

const byId = (id: string) => `[data-testid="${id}"]`;

/** What the page shows. */
class Page {
  constructor(private readonly visitor: Visitor) {}

  /** An attribute of the first element that a selector finds; `null` without one. */
  attribute(selector: string, name: string): Promise<string | null> {
    return this.visitor.evaluate(([selector, name]) => document.querySelector(selector!)?.getAttribute(name!) ?? null, [selector, name]);
  }

  /** The words of an element, in sight or not: Firefox's innerText has none of what it need not lay out. */
  text(selector: string): Promise<string> {
    return this.visitor.evaluate((selector) => document.querySelector(selector)?.textContent?.replaceAll(/\s+/g, " ").trim() ?? "", selector);
  }

  /** An attribute of every element that a selector finds, as numbers. */
  values(selector: string, name: string): Promise<number[]> {
    return this.visitor.evaluate(
      ([selector, name]) => [...document.querySelectorAll(selector!)].map((element) => Number(element.getAttribute(name!))),
      [selector, name],
    );
  }

  count(selector: string): Promise<number> {
    return this.visitor.evaluate((selector) => document.querySelectorAll(selector).length, selector);
  }

  /** A sum over a canvas's pixels that another drawing hardly shares, and how many colours it has. */
  drawn(selector: string): Promise<{ sum: number; colours: number }> {
    return this.visitor.evaluate((selector) => {
      const canvas = document.querySelector<HTMLCanvasElement>(selector);
      if (!canvas || canvas.width * canvas.height === 0) return { sum: 0, colours: 0 };
      const pixels = new Uint32Array(canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height).data.buffer);
      return { sum: pixels.reduce((sum, pixel) => (31 * sum + pixel) >>> 0, 0), colours: new Set(pixels).size };
    }, selector);
  }

  /** Whether everything that was asked for is there. */
  rests(): Promise<boolean> {
    return this.visitor.evaluate(() => document.querySelector("#view")?.getAttribute("aria-busy") === "false", null);
  }

  /** What of the layout this browser does otherwise: drawings and outlines that are cut off, names that do not stand in their line. */
  misplaced(): Promise<string[]> {
    return this.visitor.evaluate(() => {
      const view = document.querySelector("#view")!;
      const called = (element: Element) => element.closest("[data-testid]")?.getAttribute("data-testid") ?? element.outerHTML.slice(0, 80);
      const isShown = (element: Element) => element.checkVisibility() && element.getBoundingClientRect().width > 0;
      /** The elements round one, up to the view, or to one that can be scrolled. */
      const around = (element: Element): Element[] => {
        const above = element.parentElement!;
        if (above === view || ["auto", "scroll", "hidden"].includes(getComputedStyle(above).overflowX)) return [above];
        return [above, ...around(above)];
      };
      const isCut = (element: Element) => {
        const { outlineStyle, outlineWidth, outlineOffset } = getComputedStyle(element);
        const outline = outlineStyle === "none" ? 0 : parseFloat(outlineWidth) + parseFloat(outlineOffset);
        const { left, right } = element.getBoundingClientRect();
        return around(element).some((above) => {
          const style = getComputedStyle(above) as CSSStyleDeclaration & { overflowClipMargin?: string };
          const margin = parseFloat(style.overflowClipMargin ?? "0") || 0;
          const room = above.getBoundingClientRect();
          if (above === view) return left < room.left - 1 || right > room.right + 1;
          return style.contentVisibility === "auto" && (left - outline < room.left - margin || right + outline > room.right + margin);
        });
      };
      const drawings = [...view.querySelectorAll(":is(canvas, svg, math, .map, .figure-map)")].filter(isShown);
      const cut = drawings.filter(isCut).map((drawing) => `${called(drawing)} is cut off`);
      const legends = [...document.querySelectorAll(":is(.choice, .strip) legend:not(.hidden)")].filter((legend) => isShown(legend.parentElement!));
      const above = legends.filter((legend) => {
        const words = document.createRange();
        words.selectNodeContents(legend);
        return words.getBoundingClientRect().bottom <= legend.nextElementSibling!.getBoundingClientRect().top + 1;
      });
      return [...cut, ...above.map((legend) => `“${legend.textContent}” stands above its choices`)];
    }, null);
  }
}

/** What each view shows of numbers, beside its drawings; an entry for each. */
const views: Record<string, (page: Page, visitor: Visitor) => Promise<void>> = {
  lens: async (page) => expect(await page.text(byId("legend"))).toMatch(/\d/),
  anatomy: async (page) => {
    await expect.poll(() => page.attribute(byId("anatomy-difference"), "data-difference").then(Number)).toBeLessThan(1e-4);
    expect((await page.drawn(`${byId("anatomy-output")} canvas`)).colours).toBeGreaterThan(10);
  },
  orders: async (page) =>
    expect.poll(() => page.attribute(byId("orders-difference"), "data-difference").then(Number)).toBeLessThan(1e-4),
  position: async (page) => expect((await page.drawn(`${byId("position-map")} canvas`)).colours).toBeGreaterThan(10),
  // Four layers with four heads each.
  atlas: async (page) => expect.poll(() => page.count(`${byId("atlas-tiles")} [role="option"]`)).toBe(16),
  evidence: async (page) => {
    const sum = () => page.attribute(byId("evidence-sum"), "data-value").then(Number);
    const logit = () => page.attribute(byId("evidence-proof"), "data-logit").then(Number);
    await expect.poll(async () => Math.abs((await sum()) - (await logit()))).toBeLessThan(1e-3);
    expect((await page.drawn(`${byId("evidence-map")} canvas`)).colours).toBeGreaterThan(10);
  },
  "what-if": async (page, visitor) => {
    await visitor.click(byId("try-position"));
    const first = byId("what-if-row");
    const moved = async () => {
      const [before, after] = [await page.attribute(first, "data-before"), await page.attribute(first, "data-after")];
      return Math.abs(Number(before) - Number(after));
    };
    await expect.poll(moved, "the network without its position lambdas says something else").toBeGreaterThan(1e-3);
    await visitor.click(byId("what-if-reset"));
    await expect.poll(moved).toBe(0);
  },
  formula: async (page) => {
    const value = Number(await page.attribute(byId("cell"), "data-value"));
    expect(Number(await page.attribute(byId("cell-sum"), "data-result"))).toBeCloseTo(value, 4);
  },
  shader: async (page, visitor) => {
    const source = () =>
      visitor.evaluate((selector) => document.querySelector<HTMLTextAreaElement>(selector)?.value ?? "", byId("shader-source"));
    await expect.poll(source).toMatch(/fn main\(/);
    await visitor.click(byId("shader-try"));
    await expect.poll(() => page.text(byId("shader-fault"))).toContain("finds nothing wrong");
    await visitor.click(byId("shader-run"));
    const runs = (await page.attribute(byId("backend-badge"), "data-backend")) === "gpu";
    await expect.poll(() => page.text(byId("shader-said"))).toContain(runs ? "The whole network took" : "needs WebGPU");
    await visitor.click(byId("shader-original"));
  },
  cost: async (page, visitor) => {
    for (const layer of ["lambda-global", "lambda-content", "attention-stored", "attention-streamed", "convolution"]) {
      await visitor.click(byId(`lab-${layer}`));
    }
    await visitor.click(byId("lab-begin"));
    await expect.poll(() => page.text(byId("lab-going"))).toBe("All 5 measured.");
    await expect.poll(() => page.count(`${byId("lab-time")} g[data-layer]`)).toBe(1);
    await expect.poll(() => page.text(byId("catch-summary"))).toContain("numbers for");
    await visitor.click(byId("sizes-begin"));
    await expect.poll(() => page.count(".sizes-one canvas")).toBe(7);
  },
  questions: async (page) => {
    expect(await page.count(byId("question"))).toBe(15);
    expect(await page.count(byId("check-item"))).toBe(5);
  },
};

/** Where the walk goes, on which backend, as an address names it, and what the badge says then. */
interface Walk {
  browser: Browser;
  title: string;
  backend: "webgpu" | "cpu";
  badge: RegExp;
}

const cpu = { backend: "cpu", badge: /CPU · \d threads?, WebAssembly/ } as const;
const walks: Walk[] = [
  { browser: "chromium", title: "Chromium", ...cpu },
  { browser: "firefox", title: "Firefox", ...cpu },
  // Firefox names no adapter to a page.
  { browser: "firefox-webgpu", title: "Firefox, on its own WebGPU", backend: "webgpu", badge: /WebGPU · a (GPU|software adapter) without a name/ },
  { browser: "webkit", title: "WebKitGTK", ...cpu },
];

for (const one of walks) test(`the page in ${one.title}`, ({ baseURL }) => walk(one, baseURL!));

async function walk({ browser, backend, badge: says }: Walk, address: string): Promise<void> {
  const visitor = await start(browser);
  const page = new Page(visitor);
  const prediction = byId("prediction");
  /** The first guess is PyTorch's, to the hundredth. */
  const guesses = async (file: string) => {
    const { label, probability } = expected(file);
    await expect.poll(() => page.attribute(prediction, "data-label"), `the guess for ${file}`).toBe(label);
    await expect.poll(page.rests.bind(page)).toBe(true);
    expect(Number(await page.attribute(prediction, "data-probability")), `its probability for ${file}`).toBeCloseTo(probability, 2);
  };
  try {
    await test.step("start", async () => {
      await visitor.open(new URL(`?sample=church&backend=${backend}`, address).href);
      await visitor.evaluate(() => {
        const errors: string[] = [];
        Object.assign(window, { errors });
        addEventListener("error", (event) => errors.push(event.message));
        addEventListener("unhandledrejection", (event) => errors.push(String(event.reason)));
        const write = console.error;
        console.error = (...said) => (errors.push(said.join(" ")), write(...said));
      }, null);
      await expect.poll(() => page.count(`${byId("timings")}[data-answer]`), "the engine's own answer").toBe(1);
      await expect.poll(() => page.count(byId("precomputed"))).toBe(0);
      const badge = await page.text(byId("backend-badge"));
      console.log(`    browser: ${visitor.name}, backend: ${badge}`);
      expect(await page.attribute(byId("backend-badge"), "data-backend")).toBe(backend === "cpu" ? "cpu" : "gpu");
      expect(badge).toMatch(says);
      await guesses("church.webp");
    });

    await test.step("a sample", async () => {
      await visitor.click(`${byId("sample")}[data-sample="chain_saw"]`);
      await guesses("chain_saw.webp");
      expect((await page.drawn(`${byId("query-grid")} canvas`)).colours, "the picture is drawn").toBeGreaterThan(100);
      expect((await page.drawn(`${byId("map-total")} canvas`)).colours, "its map is drawn").toBeGreaterThan(20);
    });

    await test.step("the query", async () => {
      const map = () => page.drawn(`${byId("map-total")} canvas`).then(({ sum }) => sum);
      const before = await map();
      expect(await page.attribute(byId("query-grid"), "data-query")).toBe("8,8");
      await visitor.evaluate((grid) => document.querySelector<HTMLElement>(grid)!.focus(), byId("query-grid"));
      await visitor.press("ArrowRight");
      await visitor.press("ArrowDown");
      await visitor.press("ArrowDown");
      await expect.poll(() => page.attribute(byId("query-grid"), "data-query")).toBe("10,9");
      await expect.poll(map, "the map follows").not.toBe(before);
      await expect.poll(() => visitor.evaluate(() => location.search, null)).toMatch(/y=10&x=9/);
    });

    await test.step("the proof", async () => {
      await expect.poll(() => page.attribute(byId("proof"), "data-max-error")).not.toBeNull();
      expect(Number(await page.attribute(byId("proof"), "data-max-error"))).toBeLessThan(1e-4);
    });

    await test.step("every view", async () => {
      const tabs = await visitor.evaluate(() => [...document.querySelectorAll('[role="tab"]')].map((tab) => tab.id), null);
      expect(tabs).toEqual(Object.keys(views).map((view) => `tab-${view}`));
      for (const [view, shows] of Object.entries(views)) {
        await visitor.click(`#tab-${view}`);
        await expect.poll(() => page.attribute("#view", "data-view")).toBe(view);
        await expect.poll(page.rests.bind(page)).toBe(true);
        await shows(page, visitor);
        expect.soft(await page.misplaced(), `the layout of ${view}`).toEqual([]);
      }
      await visitor.click("#tab-lens");
    });

    await test.step("another network beside it", async () => {
      const sums = () => page.values(`${byId("beside-table")} tr[data-row="sum"] td`, "data-value");
      await visitor.click(byId("beside-quick"));
      await expect.poll(() => sums().then((sums) => sums.length)).toBe(2);
      // Only the other one's weights are a softmax.
      expect((await sums())[1]).toBeCloseTo(1, 4);
      expect((await page.drawn(`${byId("beside-other")} canvas`)).colours).toBeGreaterThan(10);
      expect.soft(await page.misplaced(), "the layout of two networks").toEqual([]);
      await visitor.click(byId("beside-quick"));
      await expect.poll(() => page.count(byId("map-total"))).toBe(1);
    });

    await test.step("the visitor's own picture", async () => {
      await visitor.choose(byId("file-input"), sampleFile("golf_ball.webp"));
      await expect.poll(() => page.count(byId("own-picture"))).toBe(1);
      await guesses("golf_ball.webp");
      expect(await page.text(byId("problem"))).toBe("");
    });

    await test.step("an export", async () => {
      const figure = `figure.figure:has(${byId("map-total")})`;
      await visitor.click(`${figure} details:has([data-format]) summary`);
      const save = async (format: string) => {
        await visitor.click(`${figure} [data-format="${format}"]`);
        const files = () => [...visitor.saved()].filter(([name, bytes]) => name.endsWith(`.${format}`) && bytes.length > 0);
        await expect.poll(() => files().length, `one ${format.toUpperCase()}`).toBe(1);
        return files()[0]![1];
      };
      const rows = (await save("csv")).toString("utf8").trimEnd().split("\n").map((line) => line.split(","));
      expect(rows.length).toBe(17);
      expect(rows.every((row) => row.length === 17 && row.slice(1).every((value) => Number.isFinite(Number(value))))).toBe(true);
      const png = await save("png");
      expect(png.subarray(0, 8).toString("hex")).toBe("89504e470d0a1a0a");
      expect(png.readUInt32BE(16), "its width").toBeGreaterThan(200);
    });

    expect(await visitor.evaluate(() => (window as unknown as { errors: string[] }).errors, null), "errors of the page").toEqual([]);
    expect(await page.count(byId("failure"))).toBe(0);
  } catch (error) {
    const picture = await visitor.screenshot().catch(() => null);
    if (picture) await test.info().attach("window", { body: picture, contentType: "image/png" });
    throw error;
  } finally {
    await visitor.close();
  }
}
