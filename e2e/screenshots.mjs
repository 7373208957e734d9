// Takes the page's picture at three widths, light and dark:
//   node screenshots.mjs <address> [folder] [--state "?…"] [--backend webgpu|cpu]
// e.g. `cargo xtask serve` in one terminal, `node screenshots.mjs http://127.0.0.1:8080/` in another.

import { mkdir } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";

import { chromium } from "@playwright/test";

import * as flags from "./support/chromium.mjs";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    state: { type: "string", default: "" },
    backend: { type: "string", default: "webgpu" },
  },
});
const [address, folder = "screenshots"] = positionals;
if (!address || !["webgpu", "cpu"].includes(values.backend)) {
  console.error('usage: node screenshots.mjs <address> [folder] [--state "?…"] [--backend webgpu|cpu]');
  process.exit(2);
}

const sizes = [
  { width: 1440, height: 900 },
  { width: 768, height: 1024 },
  { width: 375, height: 812 },
];
const patience = 60_000;

await mkdir(folder, { recursive: true });
const browser = await chromium.launch({ executablePath: flags.executablePath, args: flags[values.backend] });
try {
  for (const viewport of sizes) {
    for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
      const context = await browser.newContext({ viewport, colorScheme, reducedMotion: "reduce" });
      const page = await context.newPage();
      page.on("console", (message) => {
        if (message.type() === "error") console.error(`  console: ${message.text()}`);
      });
      page.on("pageerror", (error) => console.error(`  uncaught: ${error.message}`));
      await page.goto(new URL(values.state, address).href);
      // The engine's own answer, not one computed ahead.
      await page.getByTestId("prediction").first().waitFor({ timeout: patience }).catch(() => {});
      await page.getByTestId("precomputed").waitFor({ state: "detached", timeout: patience }).catch(() => console.error(`  no prediction after ${patience / 1000} s`));
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (overflow > 0) console.error(`  ${overflow} px wider than the window`);
      const file = path.join(folder, `${viewport.width}-${colorScheme}.png`);
      await page.screenshot({ path: file, fullPage: true });
      console.log(file);
      await context.close();
    }
  }
} finally {
  await browser.close();
}
