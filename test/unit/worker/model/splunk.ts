/** Splunk as a shard sees it: bodies that are taken whole, in part, late or not at all. */

import type { Deliver, Events } from '../../../../src/splunk/deliver.ts'
import type { OpenCall, OpenCalls, Outcome } from './open-calls.ts'

export interface SplunkWatch {
  readonly onSend: (client: string) => void
  /** Splunk has the log for good. */
  readonly onAccepted: (client: string, logId: number) => void
}

/** Delivery as its contract says: resolves when Splunk has all, rejects only when aborted, keeps on trying between. */
export function createSplunk(watch: SplunkWatch) {
  return (client: string, calls: OpenCalls): Deliver =>
    (events, signal, onHold) => {
      if (signal.aborted) return Promise.reject(signal.reason)
      watch.onSend(client)
      return new Promise((resolve, reject) => {
        const count = events.offsets.length
        let first = 0
        let held: Events | undefined
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
          for (const id of logIds(held ?? events).slice(first, until)) watch.onAccepted(client, id)
        }
        const hold = () => {
          held ??= { bytes: new Uint8Array(events.bytes), offsets: events.offsets }
          onHold()
        }
        const call: OpenCall = {
          what: `${client} send ${logIds(events).join()}`,
          settle({ how, pick }: Outcome) {
            if (how === 'failed' && pick % 3 === 0 && !held) return hold()
            if (how === 'failed') return
            // Taken, but nobody hears of it: the same events come again.
            if (how === 'unheard') return accept(count)
            const until = how === 'ok' ? count : first + (pick % (count - first))
            accept(until)
            first = until
            if (how !== 'ok') return
            end()
            resolve()
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
