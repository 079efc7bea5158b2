/** A page: what one pull returned, decompressed and checked, not parsed. */

import { zstdDecompressSync } from 'node:zlib'
import { uncompressSync } from 'lz4-napi'
import type { HttpHeaders } from '../http.ts'
import { releaseMemory } from '../release.ts'
import { BAD_RESPONSE, failureOf, type SlsResult } from './errors.ts'

/** Opaque Base64 text; the number inside exceeds 2^53 and is nobody's business but the server's. */
export type Cursor = string

export interface Page {
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
}

/** lz4-napi wants the uncompressed length in front of a block: four bytes, little endian. */
export const HEADROOM_BYTES = 4

/**
 * The answer of a pull as a page. Its length and its number of groups must be what the headers say: a page that was
 * cut or mixed up on the way is a failure, never a shorter page.
 */
export function readPage(body: Buffer, headers: HttpHeaders, from: Cursor): SlsResult<Page> {
  const rawSize = integer(headers['x-log-bodyrawsize']) ?? body.length - HEADROOM_BYTES
  const data = decompress(body, text(headers['x-log-compresstype']), rawSize)
  if (typeof data === 'string') return bad(data)
  if (data.length !== rawSize) return bad(`${data.length} bytes instead of ${rawSize} (x-log-bodyrawsize)`)
  const groups = countGroups(data)
  const announced = integer(headers['x-log-count']) ?? groups
  if (groups === undefined) return bad('the log groups are cut or corrupt')
  if (groups !== announced) return bad(`${groups} log groups instead of ${announced} (x-log-count)`)
  const next = text(headers['x-log-cursor']) || from
  const receivedAtSeconds = integer(headers['x-log-cursor-time'])
  // Only some servers say that the end is reached; an empty page that does not move is the sign all agree on.
  const atEnd = headers['x-log-end-of-cursor'] === '1' || (groups === 0 && next === from)
  return {
    kind: 'ok',
    value: { next, data, groups, atEnd, ...(receivedAtSeconds !== undefined && { receivedAtSeconds }) },
  }
}

function bad(message: string): SlsResult<Page> {
  return { kind: 'failed', failure: failureOf(BAD_RESPONSE, 200, `pull answered ${message}`) }
}

/** The bytes, or what is wrong with them. */
function decompress(body: Buffer, type: string, rawSize: number): Uint8Array | string {
  const content = body.subarray(HEADROOM_BYTES)
  if (rawSize === 0 || type === '') return content
  const length = content.length
  try {
    if (type === 'zstd') return zstdDecompressSync(content, { maxOutputLength: rawSize })
    if (type !== 'lz4') return `an unknown compression (${type})`
    body.writeUInt32LE(rawSize, 0)
    return uncompressSync(body)
  } catch {
    return `${length} bytes that are not ${type}`
  } finally {
    releaseMemory(body)
  }
}

/** Steps over the groups by their lengths; undefined when a length leads beyond the end. */
function countGroups(data: Uint8Array): number | undefined {
  let position = 0
  let groups = 0
  while (position < data.length) {
    const tag = data[position++]
    let length = 0
    for (let shift = 0, byte = 0x80; byte & 0x80; shift += 7) {
      if (shift > 28 || position >= data.length) return undefined
      byte = data[position++] ?? 0
      length += (byte & 0x7f) * 2 ** shift
    }
    position += length
    if (tag !== 0x0a) return undefined
    groups++
  }
  return position === data.length ? groups : undefined
}

function text(header: string | string[] | undefined): string {
  return typeof header === 'string' ? header : ''
}

function integer(header: string | string[] | undefined): number | undefined {
  return typeof header === 'string' && /^\d+$/.test(header) ? Number(header) : undefined
}
