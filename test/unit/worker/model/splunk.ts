/** Splunk as a shard sees it: bodies that are taken whole, in part, late or not at all. */

import type { Deliver } from '../../../../src/splunk/deliver.ts'
import type { Events } from '../../../../src/splunk/pieces.ts'
import type { OpenCall, OpenCalls, Outcome } from './open-calls.ts'

export interface SplunkWatch {
  readonly onSend: (client: string) => void
  /** Splunk has the log for good. */
  readonly onAccepted: (client: string, logId: number) => void
}

/** Delivery as its contract says: resolves when Splunk has all but what is held, rejects only when aborted. */
export function createSplunk(watch: SplunkWatch) {
  return (client: string, calls: OpenCalls): Deliver =>
    (events, signal) => {
      if (signal.aborted) return Promise.reject(signal.reason)
      watch.onSend(client)
      return new Promise((resolve, reject) => {
        const count = events.offsets.length
        let first = 0
        const end = () => {
          calls.remove(call)
          signal.removeEventListener('abort', giveUp)
        }
        const giveUp = () => {
          end()
          reject(signal.reason)
        }
        // Read as late as can be: a buffer that is given away too early shows.
        const accept = (until: number) => {
          for (const id of logIds(events).slice(first, until)) watch.onAccepted(client, id)
        }
        const hold = () => {
          end()
          const numbers = events.numbers.slice(first)
          resolve({ accepted: first, refused: 0, held: [{ numbers, reason: 'index-refused', index: '' }] })
        }
        const call: OpenCall = {
          what: `${client} send ${logIds(events).join()}`,
          settle({ how, pick }: Outcome) {
            if (how === 'failed' && pick % 3 === 0) return hold()
            if (how === 'failed') return
            // Taken, but nobody hears of it: the same events come again.
            if (how === 'unheard') return accept(count)
            const until = how === 'ok' ? count : first + (pick % (count - first))
            accept(until)
            first = until
            if (how !== 'ok') return
            end()
            resolve({ accepted: count, refused: 0, held: [] })
          },
        }
        calls.add(call)
        signal.addEventListener('abort', giveUp)
      })
    }
}

function logIds({ bytes }: Events): number[] {
  const text = Buffer.from(bytes).toString()
  return [...text.matchAll(/"n":"(\d+)"/g)].map(match => Number(match[1]))
}
