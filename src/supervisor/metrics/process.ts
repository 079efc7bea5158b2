/** The metrics of the process itself. */

import { Counter, Gauge } from 'prom-client'
import type { Registers } from './registers.ts'

/** prom-client's own process metrics carry names that promtool refuses; these few are what a dashboard needs. */
export function createProcessMetrics(prefix: string, registers: Registers): void {
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'CPU time of the whole process.',
    registers,
    collect() {
      const { user, system } = process.cpuUsage()
      this.reset()
      this.inc((user + system) / 1e6)
    },
  })
  new Counter({
    name: `${prefix}supervisor_cpu_seconds_total`,
    help: "CPU time of the supervisor's thread.",
    registers,
    collect() {
      const { user, system } = process.threadCpuUsage()
      this.reset()
      this.inc((user + system) / 1e6)
    },
  })
  new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Resident memory of the whole process.',
    registers,
    collect() {
      this.set(residentBytes())
    },
  })
  new Gauge({
    name: 'process_start_time_seconds',
    help: 'Start of the process, unix time.',
    registers,
  }).set(Math.round(Date.now() / 1_000 - process.uptime()))
}

/** Reading it opens a file. Without a free descriptor one gauge is `NaN`, and the scrape has all the others. */
function residentBytes(): number {
  try {
    return process.memoryUsage.rss()
  } catch {
    return Number.NaN
  }
}
