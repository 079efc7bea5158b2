/** A page: what one pull returned, decompressed and checked, not parsed. */

import { zstdDecompressSync } from 'node:zlib'
import { uncompressSync } from 'lz4-napi'
import { excerpt } from '../base/json.ts'
import { releaseMemory } from '../base/release.ts'
import type { HttpHeaders } from '../http/client.ts'
import { type Cursor, cursorOf, isCursor, moved } from './cursor.ts'
import { BAD_RESPONSE, failureOf, type SlsResult } from './errors.ts'
import { CorruptPage, messagesIn } from './protobuf.ts'
import { isUnixSeconds } from './times.ts'

export interface Page {
  /** Where the pull began. */
  readonly from: Cursor
  /** Where the next pull begins; also what the checkpoint becomes when all of this page is delivered. */
  readonly next: Cursor
  /** A protobuf `LogGroupList`; empty when there was nothing to read. */
  readonly data: Uint8Array
  /** Log groups in `data`. */
  readonly groups: number
  /** The read reached the newest data there is. */
  readonly atEnd: boolean
  /** Unix seconds at which Log Service received what lies at `next`, when it says so. */
  readonly receivedAtSeconds?: number
  /** Cursor of the last log group in `data`, when the server says it. */
  readonly lastGroup?: Cursor
  /** Gives the memory of `data` back, which means nothing from then on. */
  release(): void
}

/** Bytes with an end: whoever has them says when they are no longer needed. */
export type OwnedBytes = Pick<Page, 'data' | 'release'>

/**
 * Decompresses an LZ4 block of `rawSize` bytes to wherever it knows room; undefined where there is none. Throws when
 * it is no such block.
 */
export type Unpack = (block: Uint8Array, rawSize: number) => OwnedBytes | undefined

/**
 * Cursor of log group `index` of the page. Groups lie one behind the other; where a query left some out, that is no more
 * than about the place.
 */
export function groupCursor(
  { from, groups, lastGroup }: Pick<Page, 'from' | 'groups' | 'lastGroup'>,
  index: number,
): Cursor {
  const counted = lastGroup === undefined ? moved(from, index) : moved(lastGroup, index + 1 - groups)
  return counted ?? from
}

/** lz4-napi wants the uncompressed length in front of a block: four bytes, little endian. */
export const HEADROOM_BYTES = 4

/**
 * The answer of a pull as a page. Its length and its number of groups must be what the headers say: a page that was
 * cut or mixed up on the way is a failure, never a shorter page. With `unpack` it lies where that puts it.
 */
export function readPage(body: Buffer, headers: HttpHeaders, from: Cursor, unpack?: Unpack): SlsResult<Page> {
  const rawSize = integer(headers['x-log-bodyrawsize']) ?? body.length - HEADROOM_BYTES
  const next = headers['x-log-cursor']
  // Without it there is no telling where to go on: the answer is not Log Service's.
  if (!isCursor(next))
    return bad(`without a cursor (x-log-cursor: ${excerpt(Buffer.from(String(next ?? '')))})`)
  const bytes = decompress(body, text(headers['x-log-compresstype']), rawSize, unpack)
  if (typeof bytes === 'string') return bad(bytes)
  const groups = countGroups(bytes.data)
  const wrong = whatIsWrong(bytes.data.length, groups, { headers, rawSize, moves: next !== from })
  if (wrong !== undefined) {
    bytes.release()
    return bad(wrong)
  }
  return { kind: 'ok', value: { ...bytes, from, next, ...positionOf(headers, groups ?? 0, next === from) } }
}

interface Announced {
  readonly headers: HttpHeaders
  readonly rawSize: number
  /** The next page begins elsewhere. */
  readonly moves: boolean
}

/** `groups`: those that are there; undefined when they cannot be told apart. */
function whatIsWrong(length: number, groups: number | undefined, announced: Announced): string | undefined {
  const { headers, rawSize, moves } = announced
  if (length !== rawSize) return `${length} bytes instead of ${rawSize} (x-log-bodyrawsize)`
  if (groups === undefined) return 'the log groups are cut or corrupt'
  const count = integer(headers['x-log-count']) ?? groups
  if (groups !== count) return `${groups} log groups instead of ${count} (x-log-count)`
  if (groups > 0 && !moves) return `${groups} log groups and the cursor that was asked for`
  return undefined
}

function positionOf(headers: HttpHeaders, groups: number, stays: boolean) {
  // It tells how far behind the shard is, no more: a time that is none is left out.
  const receivedAtSeconds = integer(headers['x-log-cursor-time'])
  const lastGroup = lastGroupOf(headers['x-log-read-last-cursor'])
  return {
    groups,
    // Only some servers say that the end is reached; an empty page that does not move is the sign all agree on.
    atEnd: headers['x-log-end-of-cursor'] === '1' || (groups === 0 && stays),
    ...(isUnixSeconds(receivedAtSeconds) && { receivedAtSeconds }),
    ...(lastGroup !== undefined && { lastGroup }),
  }
}

function bad(message: string): SlsResult<Page> {
  return { kind: 'failed', failure: failureOf(BAD_RESPONSE, 200, `pull answered ${message}`) }
}

/** A byte of LZ4 stands for 255 at most. Memory is taken for as much as the header claims, so it may not claim more. */
const MAX_LZ4_GROWTH = 255

/** The bytes, or what is wrong with them. */
function decompress(body: Buffer, type: string, rawSize: number, unpack?: Unpack): OwnedBytes | string {
  const content = body.subarray(HEADROOM_BYTES)
  if (rawSize === 0 || type === '') return onHeap(content)
  const length = content.length
  try {
    if (type === 'zstd') return onHeap(zstdDecompressSync(content, { maxOutputLength: rawSize }))
    if (type !== 'lz4') return `an unknown compression (${type})`
    if (rawSize > length * MAX_LZ4_GROWTH)
      return `${length} bytes that can never be ${rawSize} (x-log-bodyrawsize)`
    return unpack?.(content, rawSize) ?? unpackToHeap(body, rawSize)
  } catch {
    return `${length} bytes that are not ${type}`
  } finally {
    releaseMemory(body)
  }
}

function unpackToHeap(body: Buffer, rawSize: number): OwnedBytes {
  body.writeUInt32LE(rawSize, 0)
  return onHeap(uncompressSync(body))
}

function onHeap(data: Uint8Array): OwnedBytes {
  return { data, release: () => releaseMemory(data) }
}

/** Undefined when a length leads beyond the end. What is no group is stepped over: protobuf may grow. */
function countGroups(data: Uint8Array): number | undefined {
  try {
    return [...messagesIn(data, 0, data.length)].length
  } catch (error) {
    if (error instanceof CorruptPage) return undefined
    throw error
  }
}

/** The header is plain decimal, not Base64. One that is too long for a cursor is none. */
function lastGroupOf(header: string | string[] | undefined): Cursor | undefined {
  return typeof header === 'string' && /^\d{1,40}$/.test(header) ? cursorOf(BigInt(header)) : undefined
}

function text(header: string | string[] | undefined): string {
  return typeof header === 'string' ? header : ''
}

function integer(header: string | string[] | undefined): number | undefined {
  return typeof header === 'string' && /^\d+$/.test(header) ? Number(header) : undefined
}
