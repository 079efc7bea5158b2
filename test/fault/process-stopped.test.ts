/**
 * A process stands still for longer than the timeout of its group, as on a machine that is suspended or moved, and goes
 * on: somebody else has its shards by then, and it does not know.
 */

import { expect } from 'vitest'
import { decodeCursor } from '../../src/simulator/sls/index.ts'
import { eventually } from '../support/eventually.ts'
import type { FarEnds } from '../support/far-ends.ts'
import { createWorkplace, drained, type ServiceProcess, yamlOf } from '../support/process.ts'
import { readAgain } from './support/bounds.ts'
import { untilDelivered, untilHeld } from './support/holdings.ts'
import {
  checkpointIsStored,
  type Moment,
  pageIsAnswered,
  requestIsNotStored,
  requestIsStored,
  strikeAt,
} from './support/moments.ts'
import { type Scenario, scenarios } from './support/scenario.ts'

const STOPPED = 'stopped-logs-1'
const OTHER = 'other-logs-1'

const MOMENTS: Readonly<Record<string, Moment>> = {
  'while a page is answered': pageIsAnswered,
  'with a request at Splunk, not stored': requestIsNotStored,
  'with a request at Splunk, stored and not answered': requestIsStored,
  'with a checkpoint at Log Service': checkpointIsStored,
}

scenarios('Service', () => Object.entries(MOMENTS).map(([when, moment]) => stoppedWhen(when, moment)))

function stoppedWhen(when: string, moment: Moment): Scenario {
  return {
    fault: 'the process is stopped (SIGSTOP) for longer than the timeout of its group, and goes on',
    case: when,
    services: [],
    strikesWhen: 'starting',
    async strike({ far, start, onEnd, onStop }) {
      const sections = { source: { consumers: 1 }, top: { instance: 'stopped' } }
      const stopped = createWorkplace(onEnd).run(yamlOf(far, sections))
      onStop(() => drained(stopped))
      await strikeAt(far, moment, { nth: 10, act: () => stopped.signal('SIGSTOP') })
      start({ consumers: 1, overrides: { instance: 'other', source: { heartbeatIntervalMs: 1_000 } } })
      await untilHeld(far, { [OTHER]: 2 }, stopped.output)
      await untilDelivered(far, far.writable())
      return async () => {
        stopped.signal('SIGCONT')
        await untilItKnows(stopped)
        await untilHeld(far, { [STOPPED]: 1, [OTHER]: 1 }, stopped.output)
      }
    },
    duplicates: readAgain,
    after({ far }) {
      expect(backwards(far), 'checkpoints that went back').toEqual([])
    },
  }
}

async function untilItKnows(stopped: ServiceProcess): Promise<void> {
  await eventually(() => stopped.output().includes('lost all shards'), {
    withinMs: 60_000,
    what: 'the one that stood still knows that its shards are gone',
    state: stopped.output,
  })
}

function backwards({ sls }: FarEnds) {
  return sls.journal
    .checkpoints()
    .filter(({ refused }) => refused === undefined)
    .filter(({ previous, cursor }) => (decodeCursor(cursor) ?? 0n) < (decodeCursor(previous) ?? 0n))
}
