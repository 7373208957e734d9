// The test function of specs that need a hub: every one starts without anything on the device.

import { Hub } from "./hub";
import { test as base } from "./test";

export { expect } from "./test";

export const test = base.extend<{ hub: Hub }, { worldHub: Hub }>({
  worldHub: [
    async ({}, use) => {
      const hub = await Hub.start();
      await use(hub);
      await hub.stop();
    },
    { scope: "worker" },
  ],
  launchOptions: [
    async ({ launchOptions, worldHub }, use) => {
      await use({ ...launchOptions, args: [...(launchOptions.args ?? []), ...worldHub.chromiumArguments] });
    },
    { scope: "worker" },
  ],
  hub: async ({ worldHub, watch }, use) => {
    worldHub.mode = "whole";
    worldHub.files.clear();
    worldHub.requests.length = 0;
    watch.allowHosts(/^(huggingface\.co|cas-bridge\.xethub\.hf\.co)$/);
    await use(worldHub);
  },
});
