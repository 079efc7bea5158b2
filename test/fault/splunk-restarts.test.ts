/** Splunk goes and comes back: at once, or as it does in a rolling restart, with 503, nothing, and 404. */

import { eventually } from '../support/eventually.ts'
import type { FarEnds } from '../support/far-ends.ts'
import { sentLater } from './support/bounds.ts'
import { byItself, type Scenario, scenarios } from './support/scenario.ts'
import { createCounted, createOutage, moreStored, notReady, ready } from './support/splunk.ts'

async function asked({ hec }: FarEnds, answer: string): Promise<void> {
  const before = hec.counters.answers[answer] ?? 0
  await eventually(() => (hec.counters.answers[answer] ?? 0) > before, {
    withinMs: 40_000,
    what: `${answer} was answered`,
    state: () => hec.counters.answers,
  })
}

function away(): Scenario {
  const outage = createOutage()
  return {
    fault: 'Splunk is down, and up again',
    async strike({ far, services: [running] }) {
      await outage.begin(far)
      if (running) await notReady(running, 'splunk-unreachable')
      return () => far.hec.up()
    },
    duplicates: outage.bound,
    disorder: sentLater,
  }
}

function rolling(): Scenario {
  const outage = createOutage()
  return {
    fault: 'Splunk is restarted: it stops, is away, and is not there yet',
    async strike({ far }) {
      far.hec.setLoad('shutting-down')
      await asked(far, '503/23')
      await outage.begin(far)
      far.hec.setLoad('starting')
      await far.hec.up()
      await asked(far, '404/404')
      return () => far.hec.setLoad('normal')
    },
    duplicates: outage.bound,
    disorder: sentLater,
  }
}

function flapping(): Scenario {
  const twice = createCounted('requests under way in the moments in which connections broke')
  return {
    fault: 'Splunk breaks all its connections again and again',
    cases: 5,
    async strike({ far }) {
      for (let i = 0; i < 5; i++) {
        twice.addUnheard(far)
        far.hec.restart()
        await moreStored(far, 10)
      }
      return byItself
    },
    duplicates: twice.bound,
    disorder: sentLater,
  }
}

const atStart: Scenario = {
  fault: 'Splunk is not there when the service starts',
  strikesWhen: 'starting',
  before: ({ hec }) => hec.down(),
  async strike({ far, services: [running] }) {
    if (running) await notReady(running, 'splunk-unreachable')
    return async () => {
      await far.hec.up()
      if (running) await ready(running)
    }
  },
}

scenarios('Splunk', () => [away(), rolling(), flapping(), atStart])
