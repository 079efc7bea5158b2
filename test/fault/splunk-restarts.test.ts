/** Splunk goes and comes back: at once, or as it does in a rolling restart, with 503, nothing, and 404. */

import { eventually } from '../support/eventually.ts'
import type { FarEnds } from '../support/far-ends.ts'
import { byItself, type Scenario, scenarios } from './support/scenario.ts'
import { moreStored, notReady, ready } from './support/splunk.ts'

/** Of both shards, whatever was stored in the moment in which the connections broke. */
const underWay = {
  atMost: 60,
  because: 'requests under way in the moment in which connections broke',
}

async function asked({ hec }: FarEnds, answer: string): Promise<void> {
  const before = hec.counters.answers[answer] ?? 0
  await eventually(() => (hec.counters.answers[answer] ?? 0) > before, {
    withinMs: 40_000,
    what: `${answer} was answered`,
    state: () => hec.counters.answers,
  })
}

const away: Scenario = {
  fault: 'Splunk is down, and up again',
  async strike({ far, services: [running] }) {
    await far.hec.down()
    if (running) await notReady(running, 'splunk-unreachable')
    return () => far.hec.up()
  },
  duplicates: underWay,
  disorder: underWay,
}

const rolling: Scenario = {
  fault: 'Splunk is restarted: it stops, is away, and is not there yet',
  async strike({ far }) {
    far.hec.setLoad('shutting-down')
    await asked(far, '503/23')
    await far.hec.down()
    far.hec.setLoad('starting')
    await far.hec.up()
    await asked(far, '404/404')
    return () => far.hec.setLoad('normal')
  },
  duplicates: underWay,
  disorder: underWay,
}

const flapping: Scenario = {
  fault: 'Splunk breaks all its connections again and again',
  cases: 5,
  async strike({ far }) {
    for (let i = 0; i < 5; i++) {
      far.hec.restart()
      await moreStored(far, 10)
    }
    return byItself
  },
  duplicates: { ...underWay, atMost: 150 },
  disorder: { ...underWay, atMost: 150 },
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

scenarios('Splunk', [away, rolling, flapping, atStart])
