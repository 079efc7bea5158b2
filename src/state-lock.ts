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

export function lockState(directory: string, name = 'lock'): LockResult {
  const file = join(directory, name)
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    return tryLock(file, describeProcess(process.pid))
  } catch (error) {
    return { kind: 'failed', message: error instanceof Error ? error.message : String(error) }
  }
}

const ATTEMPTS = 20
const PAUSE_MS = 10

function tryLock(file: string, own: string): LockResult {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    if (create(file, own)) return { kind: 'locked', release: () => release(file, own) }
    const holder = unless('ENOENT', () => readFileSync(file, 'utf8'))
    // Somebody else is just making or moving it, or has died doing so.
    if (!holder && attempt < ATTEMPTS / 2) pause()
    else if (holder !== undefined) {
      const pid = livingProcess(holder)
      if (pid !== undefined) return { kind: 'held', pid }
      removeStale(file, holder)
    }
  }
  throw new Error(`${file} changes all the time`)
}

/** False when it is there already. */
function create(file: string, own: string): boolean {
  const created = unless('EEXIST', () => {
    writeFileSync(file, own, { flag: 'wx', mode: 0o600 })
    return true
  })
  return created ?? false
}

/**
 * Moved away under a name of our own first: of several that find the same stale lock only one moves it. Who comes late
 * moves the new one by mistake, sees that, and puts it back.
 */
function removeStale(file: string, stale: string): void {
  const moved = `${file}.${process.pid}`
  unless('ENOENT', () => {
    renameSync(file, moved)
    const holder = readFileSync(moved, 'utf8')
    if (holder !== stale) create(file, holder)
    rmSync(moved)
  })
}

function release(file: string, own: string): void {
  if (unless('ENOENT', () => readFileSync(file, 'utf8')) === own) rmSync(file, { force: true })
}

/** The process that a lock names, when it is still the same one. */
function livingProcess(holder: string): number | undefined {
  const pid = Number(holder.split(' ')[0])
  return Number.isInteger(pid) && pid > 0 && describeProcess(pid) === holder ? pid : undefined
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

/** What an action answers; undefined when it fails with this error, which is expected. */
function unless<T>(code: 'EEXIST' | 'ENOENT', action: () => T): T | undefined {
  try {
    return action()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === code) return undefined
    throw error
  }
}

/** Starting is the one time when the thread may stand still. */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS)
}
