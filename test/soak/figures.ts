/** The arithmetic of a soak's report; pure. */

export interface Point {
  readonly x: number
  readonly y: number
}

/** By least squares: how much `y` grows when `x` grows by one. 0 when there is too little to tell. */
export function slopeOf(points: readonly Point[]): number {
  const meanX = mean(points.map(({ x }) => x))
  const meanY = mean(points.map(({ y }) => y))
  const spread = sum(points.map(({ x }) => (x - meanX) ** 2))
  return spread === 0 ? 0 : sum(points.map(({ x, y }) => (x - meanX) * (y - meanY))) / spread
}

/** The smallest value that so many percent of all are not above; 0 when there are none. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? 0
}

/** The part of the points that tells of growth: a heap finds its size in the first minutes. */
export function afterWarmUp(points: readonly Point[], mostWarmUp: number): readonly Point[] {
  const first = points[0]?.x ?? 0
  const span = (points.at(-1)?.x ?? 0) - first
  return points.filter(({ x }) => x >= first + Math.min(mostWarmUp, span / 4))
}

/** The mean of `y` for each unit of `x` that has points. */
export function minuteMeans(points: readonly Point[]): number[] {
  const byMinute = Map.groupBy(points, ({ x }) => Math.floor(x - (points[0]?.x ?? 0)))
  return [...byMinute.values()].map(some => mean(some.map(({ y }) => y)))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, each) => total + each, 0)
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : sum(values) / values.length
}
