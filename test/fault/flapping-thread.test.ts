/** A worker thread dies again and again: it waits ever longer before it begins anew, and nobody waits with it. */

import { expect } from 'vitest'
import { parseDurationMs } from '../../src/base/units.ts'
import { eventually } from '../support/eventually.ts'
import type { RunningService } from '../support/service.ts'
import { readAgain } from './support/bounds.ts'
import { untilDelivered } from './support/holdings.ts'
import { scenarios } from './support/scenario.ts'

const FLAPPING = 'test-logs-1'
const OTHERS = ['test-logs-2', 'test-logs-3']
const DEATHS = 7
const BACKOFF = { minMs: 200, maxMs: 3_000 }
/** Waits are logged in whole seconds. */
const ROUNDING_MS = 500

scenarios('Service', () => [
  {
    fault: 'a worker thread dies again and again',
    cases: DEATHS,
    world: { shards: 3 },
    services: [{ consumers: 3, overrides: { worker: { restartBackoff: BACKOFF } } }],
    async strike({ far, services: [service] }) {
      if (!service) throw new Error('there is a service')
      const shards = OTHERS.flatMap(consumer => far.holdings().get(consumer) ?? [])
      expect(shards, 'shards of the others').toHaveLength(2)
      for (let deaths = 1; deaths <= DEATHS; deaths++) {
        service.service.supervisor.killWorker(FLAPPING)
        await eventually(() => waitsOf(service, FLAPPING).length === deaths, {
          withinMs: 20_000,
          what: 'the thread is gone',
        })
        await untilDelivered(far, shards)
        await untilUp(service)
      }
      expectBackoff(waitsOf(service, FLAPPING))
      for (const consumer of OTHERS) expect(waitsOf(service, consumer), consumer).toEqual([])
      return () => {}
    },
    duplicates: readAgain,
  },
])

/** The waits in ms before a worker was started again, as the log says. */
function waitsOf({ logLines }: RunningService, consumer: string): number[] {
  return logLines
    .filter(line => line.includes(`"consumer":"${consumer}"`))
    .flatMap(line => /starts again in ([^"]+)/.exec(line)?.[1] ?? [])
    .map(wait => parseDurationMs(wait) ?? Number.NaN)
}

async function untilUp({ service: { board } }: RunningService): Promise<void> {
  await eventually(() => board.consumers().some(({ consumer, up }) => consumer === FLAPPING && up), {
    withinMs: 20_000,
    what: 'the thread has begun anew',
    state: () => board.consumers(),
  })
}

/** Each wait is of a window that doubles; the later ones are longer than the first one may be. */
function expectBackoff(waits: readonly number[]): void {
  for (const [deaths, wait] of waits.entries()) {
    const window = Math.min(BACKOFF.maxMs, BACKOFF.minMs * 2 ** deaths)
    expect(wait, `wait ${deaths}`).toBeGreaterThanOrEqual(BACKOFF.minMs / 2)
    expect(wait, `wait ${deaths}`).toBeLessThanOrEqual(window + ROUNDING_MS)
  }
  expect(Math.max(...waits.slice(-4))).toBeGreaterThan(BACKOFF.minMs)
}
