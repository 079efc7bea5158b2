/**
 * What a worker is at right now, in memory that it shares with the supervisor: so that it is known also of a thread that
 * is killed, or dies without a word. Written before work that never awaits, cleared behind it, and kept
 * when it has thrown.
 */

export interface Mark {
  readonly shard: number
  /** Where the page under way begins. */
  readonly cursor: string
  /** The position behind it. */
  readonly next: string
  /** Log groups in it. */
  readonly groups: number
}

/** Shard + 1 (0: nothing), groups, lengths of the two cursors, whether the mark stays; then the cursors. */
const HEAD = 5
const STAYS = 4
const HEAD_BYTES = HEAD * Int32Array.BYTES_PER_ELEMENT
const CURSOR_BYTES = 120

export function createMarker(): SharedArrayBuffer {
  return new SharedArrayBuffer(HEAD_BYTES + 2 * CURSOR_BYTES)
}

export function setMark(marker: SharedArrayBuffer, { shard, cursor, next, groups }: Mark): void {
  const head = new Int32Array(marker, 0, HEAD)
  if (head[STAYS] === 1) return
  head[1] = groups
  head[2] = write(marker, HEAD_BYTES, cursor)
  head[3] = write(marker, HEAD_BYTES + CURSOR_BYTES, next)
  Atomics.store(head, 0, shard + 1)
}

export function clearMark(marker: SharedArrayBuffer): void {
  const head = new Int32Array(marker, 0, HEAD)
  if (head[STAYS] !== 1) Atomics.store(head, 0, 0)
}

/** The mark that is set is the last one: the thread is ending for it, whatever its other shards still do meanwhile. */
export function keepMark(marker: SharedArrayBuffer): void {
  new Int32Array(marker, 0, HEAD)[STAYS] = 1
}

/** Undefined when the worker was at nothing of the kind. */
export function readMark(marker: SharedArrayBuffer): Mark | undefined {
  const head = new Int32Array(marker, 0, HEAD)
  const shard = Atomics.load(head, 0) - 1
  if (shard < 0) return undefined
  const text = (from: number, length = 0) =>
    String.fromCharCode(...new Uint8Array(marker, from, Math.min(length, CURSOR_BYTES)))
  return {
    shard,
    cursor: text(HEAD_BYTES, head[2]),
    next: text(HEAD_BYTES + CURSOR_BYTES, head[3]),
    groups: head[1] ?? 0,
  }
}

/** Cursors are ASCII. Answers with how many of it were written. */
function write(marker: SharedArrayBuffer, at: number, text: string): number {
  const bytes = new Uint8Array(marker, at, CURSOR_BYTES)
  const length = Math.min(text.length, CURSOR_BYTES)
  for (let i = 0; i < length; i++) bytes[i] = text.charCodeAt(i)
  return length
}
