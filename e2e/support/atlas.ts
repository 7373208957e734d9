// The atlas's tiles.

import type { Locator, Page } from "@playwright/test";

/** The tiles, one a map. */
export const tiles = (page: Page): Locator => page.getByTestId("atlas-tiles").getByRole("option");

/** Every layer's four heads, in the network's order. */
export async function maps(page: Page): Promise<string[]> {
  const layers = await page.getByTestId("layer-select").getByRole("radio").evaluateAll((radios) => radios.map((radio) => (radio as HTMLInputElement).value));
  return layers.flatMap((layer) => [0, 1, 2, 3].map((head) => `${layer}, head ${head}`));
}
