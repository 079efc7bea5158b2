/** Events as the payload of a request, which may be posted again and again. */

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

/** Makes the payload for an endpoint, which takes gzip or does not. */
export type MakePayload = (takesGzip: boolean) => Payload

/** Makes the payloads of one body. */
export interface Packer {
  /** Gives up the payload of the events before, unless these are the same: then they are not compressed again. */
  pack(events: Events): MakePayload
  /** From now on nothing is compressed. */
  stopCompressing(): void
  /** Gives up the last payload. */
  discard(): void
}

export function createPacker(compression: 'gzip' | 'none'): Packer {
  let mayGzip = compression === 'gzip'
  let last: Packed | undefined
  return {
    pack(events) {
      if (last?.events !== events) {
        last?.discard()
        last = createPacked(events)
      }
      const packed = last
      return takesGzip => packed.payload(takesGzip && mayGzip)
    },
    stopCompressing() {
      mayGzip = false
    },
    discard: () => last?.discard(),
  }
}

interface Packed {
  readonly events: Events
  payload(gzip: boolean): Payload
  discard(): void
}

/** One packet: compressing less than that saves nothing. */
const MIN_GZIP_BYTES = 1_500

/** Compresses at most once, in this thread: so the CPU it takes is counted for the consumer that needs it. */
function createPacked(events: Events): Packed {
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
    /** Releases the compressed copy, which is ours; uncompressed bytes are the caller's. */
    discard() {
      if (compressed) releaseMemory(compressed)
      compressed = undefined
    },
  }
}
