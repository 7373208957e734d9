import { defineConfig, devices } from "@playwright/test";

import { cpu, executablePath, webgpu } from "./support/chromium.mjs";

// `cargo xtask test` serves the built page and says where; without it the page is served from here.
const given = process.env.BASE_URL;
const local = "http://127.0.0.1:4173/";

const chromium = (args: string[]) => ({ ...devices["Desktop Chrome"], launchOptions: { executablePath, args } });

export default defineConfig({
  testDir: "tests",
  // One browser at a time: a software adapter uses every core, and timings would starve each other.
  workers: 1,
  timeout: 120_000,
  expect: { timeout: 60_000 },
  forbidOnly: true,
  reporter: "list",
  use: {
    baseURL: given ?? local,
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
  },
  projects: [
    // What comes from the hub is the same on either backend.
    { name: "webgpu", use: chromium(webgpu), testIgnore: "hub.spec.ts" },
    { name: "cpu", use: chromium(cpu) },
  ],
  webServer: given
    ? undefined
    : { command: "cargo xtask serve --no-build --port 4173", url: local, cwd: "..", reuseExistingServer: true, timeout: 120_000 },
});
