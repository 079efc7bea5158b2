/**
 * One service for each state directory: two with the same consumer names would each read every shard. The lock is a
 * file that names its holder by process id and start time, so that a lock left behind by a kill is recognised, also
 * when another program has got the same process id since.
 */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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
    const holder = read(file)
    // Somebody else is just making it, or has died doing so.
    if (!holder && attempt < ATTEMPTS / 2) pause()
    else if (holder !== undefined) {
      const pid = livingProcess(holder)
      if (pid !== undefined) return { kind: 'held', pid }
      removeStale(file, holder, own)
    }
  }
  throw new Error(`${file} cannot be taken over: when no other sls2splunk runs here, remove ${file}*`)
}

/** Undefined when there is none. */
function read(file: string): string | undefined {
  return unless('ENOENT', () => readFileSync(file, 'utf8'))
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
 * Of several that find the same stale lock one claims it, looks whether it still lies there, and removes it. Without the
 * claim a late one would remove the lock that the first has made meanwhile. A claim whose owner died is a stale lock, too.
 */
function removeStale(file: string, stale: string, own: string): void {
  const claim = `${file}.after-${stale.replace(/\W+/g, '-').slice(0, 40)}`
  if (create(claim, own)) {
    if (read(file) === stale) rmSync(file, { force: true })
    rmSync(claim, { force: true })
    return
  }
  const owner = read(claim)
  if (owner && livingProcess(owner) === undefined) removeStale(claim, owner, own)
  else pause()
}

function release(file: string, own: string): void {
  if (read(file) === own) rmSync(file, { force: true })
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
