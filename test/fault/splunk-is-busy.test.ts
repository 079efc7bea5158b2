/** Splunk is at its limits, and says so in each of its ways. */

import { ANSWERS } from '../../src/simulator/hec/answers.ts'
import { LOADS, type LoadName } from '../../src/simulator/hec/load.ts'
import { eventually } from '../support/eventually.ts'
import { TOKEN } from '../support/far-ends.ts'
import { type Scenario, scenarios } from './support/scenario.ts'
import { createCounted, moreStored } from './support/splunk.ts'

const ACKNOWLEDGED = {
  world: { hec: { tokens: [{ token: TOKEN, useAck: true }], ackDelayMs: 50, volatile: true } },
  services: [{ consumers: 1, overrides: { splunk: { acknowledgementMs: 20_000 } } }],
}

interface Busy {
  readonly load: LoadName
  /** What a full queue still takes of each request. */
  readonly takenEvents?: number
  readonly acknowledged?: boolean
}

function busy(fault: string, { load, takenEvents, acknowledged = false }: Busy): Scenario {
  const twice = createCounted('one event of each request: whether it is the last one taken is not known')
  const takesAll = ANSWERS[LOADS[load].data].status === 200
  return {
    fault,
    ...(acknowledged && { case: 'with acknowledgement' }),
    ...(acknowledged ? ACKNOWLEDGED : { services: [{ consumers: 1 }] }),
    async strike({ far }) {
      const answersBefore = far.hec.counters.requests
      far.hec.setLoad(load, takenEvents)
      if (takesAll) await moreStored(far, 30)
      else
        await eventually(() => far.hec.counters.requests >= answersBefore + 4, {
          withinMs: 40_000,
          what: 'it was said that it is busy',
        })
      return () => {
        far.hec.setLoad('normal')
        twice.add(far.hec.counters.requests - answersBefore)
      }
    },
    ...(takenEvents !== undefined && { duplicates: twice.bound, disorder: twice.bound }),
  }
}

scenarios('Splunk', () =>
  [false, true].flatMap(acknowledged => [
    busy('Splunk says that its queue is nearly full (24)', { load: 'queue-warning', acknowledged }),
    busy('Splunk says that its acknowledgements are nearly full (25)', { load: 'ack-warning', acknowledged }),
    busy('Splunk is busy (9)', { load: 'busy', acknowledged }),
    busy("Splunk's queue is full (26)", { load: 'queue-at-capacity', acknowledged }),
    busy("Splunk's acknowledgements are full (27)", { load: 'ack-at-capacity', acknowledged }),
    busy('Splunk is busy, and has taken the front of a request (9 with a number)', {
      load: 'busy',
      takenEvents: 2,
      acknowledged,
    }),
  ]),
)
