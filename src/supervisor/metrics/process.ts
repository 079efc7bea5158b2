/** The metrics of the process itself. prom-client's own carry names that promtool refuses. */

import type { Exposition } from './exposition.ts'

export function setProcessMetrics({ set, total }: Pick<Exposition, 'set' | 'total'>): void {
  total('process_cpu_seconds_total', {}, secondsOf(process.cpuUsage()))
  total('supervisor_cpu_seconds_total', {}, secondsOf(process.threadCpuUsage()))
  set('process_resident_memory_bytes', {}, residentBytes())
  set('process_start_time_seconds', {}, STARTED_AT_SECONDS)
}

const STARTED_AT_SECONDS = Math.round(Date.now() / 1_000 - process.uptime())

function secondsOf({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1e6
}

/** Reading it opens a file. Without a free descriptor one gauge is `NaN`, and the scrape has all the others. */
function residentBytes(): number {
  try {
    return process.memoryUsage.rss()
  } catch {
    return Number.NaN
  }
}
