/** Numbers as people read them, on the page and in the terminal. */

/** What stands where nothing is known. */
export const NONE = '–'

/** Megabytes (10^6) with two digits: `0.95`. @param {number} bytes */
export const megabytes = bytes => (bytes / 1e6).toFixed(2)

/** Of a core: `18.4 %`. @param {number} ratio */
export const percent = ratio => `${(ratio * 100).toFixed(1)} %`

/** `1,234,567`. @param {number} count */
export const whole = count => Math.round(count).toLocaleString('en')

/** As the memory limit is written: `98 MiB`. @param {number} bytes */
export const mebibytes = bytes => `${Math.round(bytes / 1_048_576)} MiB`

/** Latencies: `21 ms`, `1.8 s`. @param {number} seconds */
export const latency = seconds =>
  seconds < 1 ? `${Math.round(seconds * 1_000)} ms` : `${seconds.toFixed(1)} s`

/** Seconds, minutes, hours or days, with two or three digits: `1.4 s`, `84 s`, `12 min`, `3.4 h`. @param {number} seconds */
export function span(seconds) {
  if (seconds < 9.95) return `${Math.max(0, seconds).toFixed(1)} s`
  if (seconds < 119.5) return `${Math.round(seconds)} s`
  const [value, unit] =
    seconds < 7_170
      ? [seconds / 60, 'min']
      : seconds < 172_800
        ? [seconds / 3_600, 'h']
        : [seconds / 86_400, 'd']
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${unit}`
}

/** Consecutive numbers drawn together: `0–3, 7`. @param {readonly number[]} numbers */
export function ranges(numbers) {
  /** @type {[number, number][]} */
  const runs = []
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const last = runs.at(-1)
    if (last && number === last[1] + 1) last[1] = number
    else runs.push([number, number])
  }
  return runs
    .map(([from, to]) => (from === to ? `${from}` : to === from + 1 ? `${from}, ${to}` : `${from}–${to}`))
    .join(', ')
}

/** `shard 3`, `shards 0–3, 7`; nothing for none. @param {readonly number[]} shards */
export function shardNames(shards) {
  if (shards.length === 0) return ''
  return `${shards.length === 1 ? 'shard' : 'shards'} ${ranges(shards)}`
}

/** `1 shard`, `3 shards`. @param {number} n @param {string} one @param {string} [many] */
export const plural = (n, one, many = `${one}s`) => `${whole(n)} ${n === 1 ? one : many}`
