import { defineConfig, devices } from "@playwright/test";

import { cpu, executablePath, webgpu } from "./support/chromium.mjs";
import type { Asked } from "./support/test";

// `cargo xtask test` serves the built page and says where; without it the page is served from here.
const given = process.env.BASE_URL;
const local = "http://127.0.0.1:4173/";

const chromium = (args: string[]) => ({ ...devices["Desktop Chrome"], launchOptions: { executablePath, args } });

// A test runs once, on the CPU, unless its tag says that what it asserts depends on the backend: `@both` runs on either,
// `@webgpu` where there is WebGPU alone, `@waits` beside it those that spend
// their time waiting for one.
export default defineConfig<Asked>({
  testDir: "tests",
  // A test keeps a core and a third busy, so two at a time are what two cores take; more would only starve each other.
  workers: 2,
  timeout: 120_000,
  expect: { timeout: 60_000 },
  forbidOnly: true,
  reporter: "list",
  use: {
    baseURL: given ?? local,
    // Tests watch and change the page's requests, which a service worker would answer itself; offline.spec.ts is about it.
    serviceWorkers: "block",
    // Without pictures, which would take two fifths of the processor's time; the page's states are kept all the same.
    trace: { mode: "retain-on-failure", screenshots: false },
    screenshot: "only-on-failure",
  },
  projects: [
    // One at a time: a software adapter uses every core.
    { name: "webgpu", workers: 1, use: { ...chromium(webgpu), backend: "webgpu" }, grep: /@(webgpu|both)\b/, grepInvert: /@waits\b/ },
    // But what waits for a GPU that does not answer uses none, and can do so beside it.
    { name: "waiting", workers: 1, use: { ...chromium(webgpu), backend: "webgpu" }, grep: /@waits\b/ },
    { name: "cpu", use: { ...chromium(cpu), backend: "cpu" }, grepInvert: /@webgpu\b/ },
    // Browsers that Playwright does not drive, one at a time.
    { name: "browsers", testDir: "browsers", workers: 1 },
  ],
  webServer: given
    ? undefined
    : { command: "cargo xtask serve --no-build --port 4173", url: local, cwd: "..", reuseExistingServer: true, timeout: 120_000 },
});
