/**
 * What a worker is at right now, in memory that it shares with the supervisor: so that it is known also of a thread that
 * is killed, or dies without a word. Written before work that never awaits, cleared behind it.
 */

export interface Mark {
  readonly shard: number
  /** Where the page under way begins. */
  readonly cursor: string
  /** Log groups in it. */
  readonly groups: number
}

/** Shard + 1 (0: nothing), groups, length of the cursor; then the cursor. */
const HEAD_BYTES = 12
const CURSOR_BYTES = 116

export function createMarker(): SharedArrayBuffer {
  return new SharedArrayBuffer(HEAD_BYTES + CURSOR_BYTES)
}

export function setMark(marker: SharedArrayBuffer, { shard, cursor, groups }: Mark): void {
  const head = new Int32Array(marker, 0, 3)
  const text = new Uint8Array(marker, HEAD_BYTES)
  const length = Math.min(cursor.length, CURSOR_BYTES)
  for (let i = 0; i < length; i++) text[i] = cursor.charCodeAt(i)
  head[1] = groups
  head[2] = length
  Atomics.store(head, 0, shard + 1)
}

export function clearMark(marker: SharedArrayBuffer): void {
  Atomics.store(new Int32Array(marker, 0, 3), 0, 0)
}

/** Undefined when the worker was at nothing of the kind. */
export function readMark(marker: SharedArrayBuffer): Mark | undefined {
  const head = new Int32Array(marker, 0, 3)
  const shard = Atomics.load(head, 0) - 1
  if (shard < 0) return undefined
  const text = new Uint8Array(marker, HEAD_BYTES, head[2] ?? 0)
  return { shard, cursor: String.fromCharCode(...text), groups: head[1] ?? 0 }
}
