/** Shards are split and merged while nothing can be delivered, or nothing can be read. */

import type { FarEnds } from '../support/far-ends.ts'
import { type Scenario, scenarios, type World } from './support/scenario.ts'
import { heldUp, merge, split, struck } from './support/waits.ts'

/** One shard into two, and those into one again, with logs in every generation. */
function reshape(far: FarEnds): void {
  far.produce([0, 1], 5)
  const [left = 0, right = 0] = split(far, 0)
  far.produce([left, right], 5)
  far.produce([merge(far, left)], 5)
  far.produce(split(far, 1), 5)
}

async function whileSplunkIsDown({ far, services: [running] }: World) {
  await far.hec.down()
  if (running) await heldUp(running, [0, 1])
  reshape(far)
  return far.hec.up
}

async function whileLogServiceIsDown({ far }: World) {
  const outage = far.sls.faults.add({ fault: { kind: 'reset-before' } })
  await struck(outage, 5)
  reshape(far)
  await struck(outage, outage.hits() + 5)
  return outage.remove
}

const inOrder = [{ overrides: { source: { inOrder: true } } }]
const splunk: Scenario = {
  fault: 'shards are split and merged while Splunk is down',
  strike: whileSplunkIsDown,
}
const sls: Scenario = {
  fault: 'shards are split and merged while Log Service is down',
  strike: whileLogServiceIsDown,
}

scenarios('Log Service', () => [
  splunk,
  { ...splunk, case: 'in order', services: inOrder },
  sls,
  { ...sls, case: 'in order', services: inOrder },
])
