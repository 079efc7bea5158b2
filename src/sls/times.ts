/** Times that answers carry. One that no calendar shows in four digits is none: `Date` would throw for some of them. */

/** The last second of the year 9999. */
const LATEST_SECONDS = 253_402_300_799

/** True for unix seconds up to the year 9999, fractions and times before 1970 included. */
export function isUnixSeconds(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= LATEST_SECONDS
}

/** True for the same in microseconds. */
export function isUnixMicroseconds(value: unknown): value is number {
  return typeof value === 'number' && isUnixSeconds(value / 1e6)
}

/**
 * Returns the unix seconds of a checkpoint's `updateTime`; undefined when Log Service does not say. The documentation
 * says seconds, its examples are microseconds.
 */
export function savedAtSecondsOf(updateTime: number | null | undefined): number | undefined {
  if (!updateTime) return undefined
  return updateTime > 1e12 ? updateTime / 1e6 : updateTime
}
