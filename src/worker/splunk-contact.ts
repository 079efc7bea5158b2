/** Whether Splunk could be reached the last time somebody tried; when nobody has for a while, it is asked. */

import type { HecClient } from '../splunk/client.ts'
import { describe } from '../splunk/describe.ts'
import { sleep } from '../wait.ts'
import type { Troubles } from './troubles.ts'

export interface Contact {
  worked(): void
  failed(): void
  /** Undefined before the first contact. */
  up(): boolean | undefined
  /** Probes while nothing is sent, until the signal is aborted. */
  keep(signal: AbortSignal): Promise<void>
}

const PROBE_AFTER_MS = 15_000

export function createContact(client: HecClient, troubles: Troubles): Contact {
  const who = { work: 'send' } as const
  let up: boolean | undefined
  let lastAt = Number.NEGATIVE_INFINITY

  function record(works: boolean): void {
    up = works
    lastAt = performance.now()
    if (works) troubles.clear(who)
  }

  async function probe(signal: AbortSignal): Promise<void> {
    const { verdict, detail } = await client.probe(signal)
    record(verdict.kind === 'delivered')
    if (verdict.kind === 'delivered') return
    troubles.raise(who, {
      code: `splunk-${verdict.reason}`,
      ...describe(verdict.reason, client.endpoint, detail),
    })
  }

  return {
    worked: () => record(true),
    failed: () => record(false),
    up: () => up,
    async keep(signal) {
      while (!signal.aborted) {
        const idleMs = performance.now() - lastAt
        if (idleMs >= PROBE_AFTER_MS) await probe(signal).catch(() => undefined)
        await sleep(Math.max(1_000, PROBE_AFTER_MS - idleMs), signal)
      }
    },
  }
}
