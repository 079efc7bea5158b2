/** What a receiver has seen and stored so far. */

import type { Reply } from './answers.ts'
import type { Envelope } from './envelope.ts'
import type { StoredFor } from './handlers.ts'
import type { ServedRequest } from './serve.ts'

export interface HecCounters {
  readonly connections: number
  /** Requests that got an answer, also one that a fault then kept from the client. */
  readonly requests: number
  /** Stored. */
  readonly events: number
  /** Taken, and lost with an indexer's memory before they were stored. */
  readonly lostInMemory: number
  readonly wireBytes: number
  readonly decodedBytes: number
  /** By `STATUS/CODE`; `STATUS/-` when the answer was not HEC's. */
  readonly answers: Readonly<Record<string, number>>
  /** Strict mode only. */
  readonly eventsByIndex: Readonly<Record<string, number>>
}

export interface RecordedRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly wireBytes: number
  readonly decodedBytes: number
  /** `STATUS/CODE`, as in the counters. */
  readonly answer: string
}

export interface RecordOptions {
  readonly keepEvents: boolean
  readonly onEvent?: (envelope: Envelope, storedFor: StoredFor) => void
  readonly onBody?: (body: Buffer, events: number) => void
}

export function createRecords(options: RecordOptions) {
  const events: Envelope[] = []
  const requests: RecordedRequest[] = []
  const answers: Record<string, number> = {}
  const eventsByIndex: Record<string, number> = {}
  const totals = { connections: 0, requests: 0, events: 0, lostInMemory: 0, wireBytes: 0, decodedBytes: 0 }
  const counters: HecCounters = Object.assign(totals, { answers, eventsByIndex })
  return {
    events,
    requests,
    counters,
    connected: () => {
      totals.connections++
    },
    served: (served: ServedRequest) => {
      const record = recordOf(served)
      totals.requests++
      totals.wireBytes += record.wireBytes
      totals.decodedBytes += record.decodedBytes
      increase(answers, record.answer)
      if (options.keepEvents) requests.push(record)
    },
    storeEvent: (envelope: Envelope, storedFor: StoredFor) => {
      increase(eventsByIndex, storedFor.index)
      if (options.keepEvents) events.push(envelope)
      options.onEvent?.(envelope, storedFor)
    },
    storeBody: (body: Buffer, count: number) => {
      totals.events += count
      options.onBody?.(body, count)
    },
    lost: (count: number) => {
      totals.lostInMemory += count
    },
  }
}

function recordOf({ request, wireBytes, reply }: ServedRequest): RecordedRequest {
  const { method, url, headers, body } = request
  return { method, url, headers, wireBytes, decodedBytes: body.length, answer: answerKey(reply) }
}

function answerKey({ status, code }: Reply): string {
  return `${status}/${code ?? '-'}`
}

function increase(counts: Record<string, number>, key: string) {
  counts[key] = (counts[key] ?? 0) + 1
}
