/** Delivery of a body: again and again until Splunk has all of it. The only place that retries towards Splunk. */

import { gzipSync } from 'node:zlib'
import { type BackoffRange, backoffMs } from '../backoff.ts'
import { releaseMemory } from '../release.ts'
import { sleep } from '../wait.ts'
import type { Verdict } from './answers.ts'
import type { Attempt, HecClient, Payload } from './client.ts'

/** Concatenated events; `offsets` tells where each begins, so that a request can resume behind what was taken. */
export interface Events {
  readonly bytes: Uint8Array
  readonly offsets: readonly number[]
}

export type Troubled = Exclude<Verdict, { kind: 'delivered' }>

export interface DeliverOptions {
  readonly client: HecClient
  readonly compression: 'gzip' | 'none'
  /** Told of every attempt that did not deliver, before the wait. */
  readonly onTrouble: (verdict: Troubled, attempt: Attempt) => void
}

/**
 * Resolves when Splunk has accepted every event; rejects only when the signal is aborted. `onHold` is called once, when
 * somebody has to mend something first: from then on `events.bytes` is not needed any more, and may be reused for
 * others that can be delivered.
 */
export type Deliver = (events: Events, signal: AbortSignal, onHold: () => void) => Promise<void>

/** Nobody waits longer than a minute: what was mended must show soon. */
const PACE: Readonly<Record<Troubled['kind'], BackoffRange>> = {
  again: { minMs: 500, maxMs: 30_000 },
  hold: { minMs: 2_000, maxMs: 60_000 },
}

/** One packet: compressing less than that saves nothing. */
const MIN_GZIP_BYTES = 1_500

export function createDeliver({ client, compression, onTrouble }: DeliverOptions): Deliver {
  return async (given, signal, onHold) => {
    let events = given
    let first = 0
    let payload = pack(events, first, compression)
    for (let failures = 0; ; failures++) {
      const attempt = await client.post(payload, signal)
      const { verdict } = attempt
      if (verdict.kind === 'delivered') return discard(payload)
      onTrouble(verdict, attempt)
      if (verdict.kind === 'hold' && events === given) {
        events = { bytes: new Uint8Array(given.bytes), offsets: given.offsets }
        discard(payload)
        payload = pack(events, first, compression)
        onHold()
      }
      if (verdict.accepted > 0) {
        // The front of the request is Splunk's already: sending it again would store it twice.
        first += verdict.accepted
        failures = 0
        discard(payload)
        payload = pack(events, first, compression)
      }
      const afterMs = verdict.kind === 'again' ? verdict.afterMs : undefined
      await sleep(afterMs ?? backoffMs(failures, PACE[verdict.kind]), signal)
      signal.throwIfAborted()
    }
  }
}

/** The compressed copy is ours alone; uncompressed bytes are the caller's buffer. */
function discard({ bytes, gzip }: Payload): void {
  if (gzip) releaseMemory(bytes)
}

function pack({ bytes, offsets }: Events, first: number, compression: 'gzip' | 'none'): Payload {
  const rest = bytes.subarray(offsets[first] ?? 0)
  const gzip = compression === 'gzip' && rest.length >= MIN_GZIP_BYTES
  // In this thread, not in the pool of helpers: so the CPU it takes is counted for the consumer that needs it.
  return { bytes: gzip ? gzipSync(rest, { level: 1 }) : rest, gzip, events: offsets.length - first }
}
