/**
 * One service for each state directory: two with the same consumer names would each read every shard. The lock is a
 * file that names its holder by process id and start time, so that a lock left behind by a kill is recognised, also
 * when another program has got the same process id since.
 */

import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export type LockResult =
  | { readonly kind: 'locked'; readonly release: () => void }
  | { readonly kind: 'held'; readonly pid: number }
  /** The directory cannot be written. */
  | { readonly kind: 'failed'; readonly message: string }

export function lockState(directory: string): LockResult {
  const file = join(directory, 'lock')
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    return tryLock(file, 2)
  } catch (error) {
    return { kind: 'failed', message: error instanceof Error ? error.message : String(error) }
  }
}

function tryLock(file: string, attempts: number): LockResult {
  const own = describeProcess(process.pid)
  try {
    writeFileSync(file, own, { flag: 'wx', mode: 0o600 })
    return { kind: 'locked', release: () => rmSync(file, { force: true }) }
  } catch (error) {
    if (!isAlreadyThere(error) || attempts === 0) throw error
  }
  const holder = readFileSync(file, 'utf8')
  const pid = Number(holder.split(' ')[0])
  if (Number.isInteger(pid) && pid > 0 && describeProcess(pid) === holder) return { kind: 'held', pid }
  // Moved away under a name of our own first: of two that find the same stale lock, one moves it and the other fails.
  const stale = `${file}.${process.pid}`
  renameSync(file, stale)
  rmSync(stale)
  return tryLock(file, attempts - 1)
}

/** Process id and start time in clock ticks since boot (field 22 of /proc/PID/stat; the name in field 2 may hold spaces). */
function describeProcess(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const startTime = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
    return `${pid} ${startTime}`
  } catch {
    return `${pid} gone`
  }
}

function isAlreadyThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST'
}
