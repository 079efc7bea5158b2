/** What the kernel says of a process (Linux). */

import { readFileSync } from 'node:fs'
import { statOf, TICKS_PER_SECOND } from '../../bench/service-process.ts'

/** User and system. */
export function cpuSecondsOf(pid: number): number {
  return statOf(pid).cpuTicks / TICKS_PER_SECOND
}

/** What it has in memory now, and the most that it ever had; in bytes. */
export function memoryOf(pid: number): { readonly now: number; readonly most: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const bytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1_024
  return { now: bytes('VmRSS'), most: bytes('VmHWM') }
}
