/** Durations and sizes as people write them in `config.yaml`, and as they are shown to people. */

const MS_PER_UNIT = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
])

const BYTES_PER_UNIT = new Map([
  ['B', 1],
  ['KB', 1_000],
  ['MB', 1_000_000],
  ['GB', 1_000_000_000],
  ['KiB', 1_024],
  ['MiB', 1_048_576],
  ['GiB', 1_073_741_824],
])

/** `500ms`, `20s`, `5m`, `1h` in milliseconds; undefined when the text is not a duration. */
export function parseDurationMs(text: string): number | undefined {
  return parseQuantity(text, MS_PER_UNIT)
}

/** `512KiB`, `1MiB`, `2MB` in bytes; undefined when the text is not a size. */
export function parseSizeBytes(text: string): number | undefined {
  return parseQuantity(text, BYTES_PER_UNIT)
}

function parseQuantity(text: string, units: ReadonlyMap<string, number>): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([A-Za-z]+)$/.exec(text.trim())
  const factor = units.get(match?.[2] ?? '')
  return match && factor !== undefined ? Math.round(Number(match[1]) * factor) : undefined
}

const BINARY_UNITS = ['KiB', 'MiB', 'GiB', 'TiB']

/** Bytes for people: `512 B`, `3.2 MiB`, `1 GiB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1_024) return `${bytes} B`
  const power = Math.min(Math.floor(Math.log2(bytes) / 10), BINARY_UNITS.length)
  return `${Number((bytes / 1_024 ** power).toFixed(1))} ${BINARY_UNITS[power - 1]}`
}

/** A duration for people: `0s`, `850ms`, `12s`, `3m 5s`, `2h 10m`, `5d 3h`. */
export function formatDuration(ms: number): string {
  if (ms >= 0.5 && ms < 999.5) return `${Math.round(ms)}ms`
  const seconds = Math.round(ms / 1_000)
  if (seconds < 60) return `${seconds}s`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m ${seconds % 60}s`
  if (seconds < 172_800) return `${Math.floor(seconds / 3_600)}h ${Math.floor((seconds % 3_600) / 60)}m`
  return `${Math.floor(seconds / 86_400)}d ${Math.floor((seconds % 86_400) / 3_600)}h`
}
