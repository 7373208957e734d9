// The same quantile in every measurement.

/**
 * The smallest number that a share `q` of them does not exceed; missing ones (`null`) are left out.
 * @param {(number | null)[]} numbers
 * @param {number} q
 */
export function quantile(numbers, q) {
  const sorted = numbers.filter((number) => number !== null).sort((a, b) => a - b);
  return sorted.length === 0 ? NaN : sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)];
}
