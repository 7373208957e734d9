// The test function of every spec here: it watches the page. A test fails when the page writes an error to its
// console, throws, loses a request, or asks any other host for anything; and it says which backend the page ran on.

import { test as base, expect, type Page } from "@playwright/test";

export { expect };

/** What a project of playwright.config.ts stands for. */
export interface Asked {
  /** The backend that its browser can run and its tests ask for, as an address names it. */
  backend: "webgpu" | "cpu";
}

/** What the page must not do, and did. */
export class Watch {
  private readonly errors: string[] = [];
  private readonly foreign: string[] = [];
  private readonly allowed: RegExp[] = [];
  private hosts: RegExp | undefined;

  constructor(page: Page, baseURL: string) {
    const home = new URL(baseURL).origin;
    // Workers' messages arrive here too.
    page.on("console", (message) => {
      if (message.type() === "error") this.errors.push(`console: ${message.text()}`);
    });
    page.on("pageerror", (error) => this.errors.push(`uncaught: ${error.message}`));
    // On the context, since a worker's requests are not the page's.
    page.context().on("request", (request) => {
      const url = new URL(request.url());
      if (url.protocol.startsWith("http") && url.origin !== home) this.foreign.push(request.url());
    });
    page.context().on("response", (response) => {
      if (response.status() >= 400) this.errors.push(`${response.status()}: ${response.url()}`);
    });
  }

  /** Errors that match are part of what a test provokes. */
  allow(pattern: RegExp): void {
    this.allowed.push(pattern);
  }

  /** Hosts that match may be asked. */
  allowHosts(pattern: RegExp): void {
    this.hosts = pattern;
  }

  check(): void {
    const foreign = this.foreign.filter((url) => !this.hosts?.test(new URL(url).hostname));
    expect(foreign, "requests to other hosts").toEqual([]);
    const unexpected = this.errors.filter((error) => !this.allowed.some((pattern) => pattern.test(error)));
    expect(unexpected, "errors of the page").toEqual([]);
  }
}

export const test = base.extend<{ watch: Watch } & Asked>({
  backend: ["cpu", { option: true }],
  watch: [
    async ({ page, baseURL }, use, testInfo) => {
      const watch = new Watch(page, baseURL ?? "");
      await use(watch);
      const badge = page.getByTestId("backend-badge");
      const backend = (await badge.count()) > 0 ? await badge.first().innerText() : "no backend shown";
      testInfo.annotations.push({ type: "backend", description: backend });
      console.log(`    backend: ${backend.replaceAll(/\s+/g, " ").trim()}`);
      watch.check();
    },
    { auto: true },
  ],
});
