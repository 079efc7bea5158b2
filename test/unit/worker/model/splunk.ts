/** Splunk as a shard sees it: bodies that are taken whole, in part, late or not at all, and events that it refuses. */

import { createAcceptances } from '../../../../src/splunk/acceptances.ts'
import type { Deliver, Delivered } from '../../../../src/splunk/deliver.ts'
import { type Events, slice } from '../../../../src/splunk/pieces.ts'
import type { OpenCall, OpenCalls, Outcome } from './open-calls.ts'
import type { DeliverFor, ShardDelivery } from './start-runner.ts'

export interface SplunkWatch {
  readonly onSend: (client: string) => void
  /** Splunk has the log for good. */
  readonly onAccepted: (client: string, logId: number) => void
}

/** Delivery as its contract says: resolves when all is settled but what is held, rejects only when aborted. */
export function createSplunk(watch: SplunkWatch) {
  return (client: string, calls: OpenCalls): DeliverFor =>
    delivery =>
      deliverAs({ client, calls, watch, delivery })
}

interface Sender {
  readonly client: string
  readonly calls: OpenCalls
  readonly watch: SplunkWatch
  readonly delivery: ShardDelivery
}

function deliverAs({ client, calls, watch, delivery }: Sender): Deliver {
  return (events, signal) =>
    new Promise((resolve, reject) => {
      const count = events.offsets.length
      let first = 0
      let refused = 0
      const end = () => {
        calls.remove(call)
        signal.removeEventListener('abort', giveUp)
      }
      const giveUp = () => {
        end()
        reject(signal.reason)
      }
      const done = (held: Delivered['held'] = []) => {
        end()
        resolve({ accepted: first - refused, refused, held })
      }
      /** Each try is a request of its own, and asks first whether it may be made. */
      const post = () => {
        try {
          delivery.beforePost()
        } catch (error) {
          end()
          return reject(error)
        }
        if (signal.aborted) return giveUp()
        watch.onSend(client)
        calls.add(call)
      }
      // Read as late as can be: a buffer that is given away too early shows.
      const accept = (until: number) => {
        for (const id of logIds(events.bytes).slice(first, until)) watch.onAccepted(client, id)
      }
      const hold = () => done([{ numbers: events.numbers.slice(first), reason: 'index-refused', index: '' }])
      /** The event is Splunk's no more: it is settled when the dead letters have it. */
      const refuse = async () => {
        calls.remove(call)
        const event = slice(events, first, first + 1)
        const isSafe = await delivery.onRefused({ event, reason: 'event-refused', answer: REFUSED })
        if (signal.aborted) return
        if (!isSafe) return hold()
        first++
        refused++
        if (first === count) done()
        else post()
      }
      const call: OpenCall = {
        what: `${client} send ${events.numbers.join()}`,
        settle({ how, pick }: Outcome) {
          if (how === 'failed' && pick % 3 === 0) return hold()
          if (how === 'failed' && pick % 3 === 1) return void refuse()
          // Taken, but nobody hears of it: the same events come again.
          if (how === 'unheard') accept(count)
          if (how === 'done' || how === 'timed-out' || how === 'ok') {
            const until = how === 'ok' ? count : first + (pick % (count - first))
            accept(until)
            first = until
          }
          if (how === 'ok') return done()
          if (how === 'done') return
          calls.remove(call)
          post()
        },
      }
      signal.addEventListener('abort', giveUp)
      post()
    })
}

const REFUSED = {
  endpoint: 'hec',
  wasUp: true,
  sentAtMs: 0,
  atMs: 0,
  acceptances: createAcceptances(),
  verdict: { kind: 'delivered', nearlyFull: false },
  detail: 'refused',
  answer: 'refused',
  status: 400,
  code: 6,
} as const

export function logIds(bytes: Events['bytes']): number[] {
  return [
    ...Buffer.from(bytes)
      .toString()
      .matchAll(/"n":"(\d+)"/g),
  ].map(match => Number(match[1]))
}
