/** Shards are split and merged while nothing can be delivered, or nothing can be read. */

import type { FarEnds } from '../support/far-ends.ts'
import { sentLater } from './support/bounds.ts'
import { type Scenario, scenarios, type World } from './support/scenario.ts'
import { createOutage, type Outage } from './support/splunk.ts'
import { heldUp, merge, split, struck } from './support/waits.ts'

/** One shard into two, and those into one again, with logs in every generation. */
function reshape(far: FarEnds): void {
  far.produce([0, 1], 5)
  const [left = 0, right = 0] = split(far, 0)
  far.produce([left, right], 5)
  far.produce([merge(far, left)], 5)
  far.produce(split(far, 1), 5)
}

async function whileSplunkIsDown(outage: Outage, { far, services: [running] }: World) {
  await outage.begin(far)
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

type Order = Pick<Scenario, 'case' | 'services' | 'disorder'>
const inOrder: Order = { case: 'in order', services: [{ overrides: { source: { inOrder: true } } }] }

function splunk(order: Order): Scenario {
  const outage = createOutage()
  return {
    fault: 'shards are split and merged while Splunk is down',
    ...order,
    strike: world => whileSplunkIsDown(outage, world),
    duplicates: outage.bound,
  }
}

function sls(order: Order): Scenario {
  return {
    fault: 'shards are split and merged while Log Service is down',
    ...order,
    strike: whileLogServiceIsDown,
  }
}

scenarios('Log Service', () => [splunk({ disorder: sentLater }), splunk(inOrder), sls({}), sls(inOrder)])
