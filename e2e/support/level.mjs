// Whether a quantity that was measured again and again stays level.

/**
 * The straight line through points, by least squares.
 *
 * @param {{ at: number, value: number }[]} points at least three, at different places
 * @returns {{ slope: number, error: number }} the change of the value for each step of `at`, and its standard error
 */
export function line(points) {
  const n = points.length;
  const mean = (of) => points.reduce((sum, point) => sum + of(point), 0) / n;
  const [x, y] = [mean(({ at }) => at), mean(({ value }) => value)];
  const spread = points.reduce((sum, { at }) => sum + (at - x) ** 2, 0);
  if (n < 3 || spread === 0) throw new Error(`${n} points at ${new Set(points.map(({ at }) => at)).size} places give no slope with an error`);
  const slope = points.reduce((sum, { at, value }) => sum + (at - x) * (value - y), 0) / spread;
  const rest = points.reduce((sum, { at, value }) => sum + (value - y - slope * (at - x)) ** 2, 0);
  return { slope, error: Math.sqrt(rest / (n - 2) / spread) };
}

/**
 * Whether a quantity grows: its slope is more than three standard errors above nothing, so that it is hardly noise, and adds
 * up to more than `floor` from the first point to the last, below which it is nothing to mind.
 *
 * @param {{ at: number, value: number }[]} points
 * @param {number} floor
 */
export function grows(points, floor) {
  const { slope, error } = line(points);
  return slope > 3 * error && slope * (points.at(-1).at - points[0].at) > floor;
}
