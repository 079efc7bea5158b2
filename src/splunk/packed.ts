/** Events as the payload of a request, which may be made again and again. */

import { gzipSync } from 'node:zlib'
import { releaseMemory } from '../base/release.ts'
import type { Events } from './pieces.ts'

export interface Payload {
  readonly bytes: Uint8Array
  readonly gzip: boolean
  readonly events: number
  /** Before compression. */
  readonly rawBytes: number
}

/** One packet: compressing less than that saves nothing. */
const MIN_GZIP_BYTES = 1_500

/** Makes the payload for an endpoint, which takes gzip or does not. */
export type MakePayload = (takesGzip: boolean) => Payload

export interface Packed {
  readonly events: Events
  payload(mayGzip: boolean): Payload
  discard(): void
}

/** Compressed at most once, in this thread: so the CPU it takes is counted for the consumer that needs it. */
export function createPacked(events: Events): Packed {
  const { bytes, offsets } = events
  const isWorthIt = bytes.length >= MIN_GZIP_BYTES
  let compressed: Uint8Array | undefined
  return {
    events,
    payload(mayGzip) {
      const gzip = isWorthIt && mayGzip
      if (gzip) compressed ??= gzipSync(bytes, { level: 1 })
      const sent = gzip && compressed ? compressed : bytes
      return { bytes: sent, gzip, events: offsets.length, rawBytes: bytes.length }
    },
    /** The compressed copy is ours alone; uncompressed bytes are the caller's. */
    discard() {
      if (compressed) releaseMemory(compressed)
      compressed = undefined
    },
  }
}
