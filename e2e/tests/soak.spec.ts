// The soak's judgement. The soak itself takes a quarter of an hour: `cargo xtask soak`.

import { expect, test } from "@playwright/test";

import { grows, line } from "../support/level.mjs";

/** Points of a quantity that changes by `slope` each time, with a noise that does not depend on chance. */
const measured = (slope: number, noise: number) =>
  Array.from({ length: 20 }, (_, i) => ({ at: 200 + 40 * i, value: 5e6 + slope * 40 * i + noise * Math.sin(7 * i) }));

test("a leak is told from noise, and a slope has its error", () => {
  const { slope, error } = line(measured(1000, 50_000));
  expect(Math.abs(slope - 1000)).toBeLessThan(3 * error);
  // Checked by numpy: the error of the slope of y = 1, 3, 2, 4 over x = 0, 1, 2, 3.
  const four = line([1, 3, 2, 4].map((value, at) => ({ at, value })));
  expect(four.slope).toBeCloseTo(0.8, 12);
  expect(four.error).toBeCloseTo(0.42426, 4);

  const floor = 256 * 1024;
  expect(grows(measured(1000, 50_000), floor), "a kilobyte for each picture").toBe(true);
  expect(grows(measured(0, 500_000), floor), "noise").toBe(false);
  expect(grows(measured(-1000, 50_000), floor), "what shrinks").toBe(false);
  expect(grows(measured(0, 0), floor), "what never changes").toBe(false);
  expect(grows(measured(100, 0), floor), "too little to mind").toBe(false);
  expect(() => line([{ at: 1, value: 1 }, { at: 2, value: 2 }])).toThrow(/no slope/);
});
