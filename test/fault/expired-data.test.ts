/** Retention takes logs before they can be read: they are counted and named, and nothing else is passed over. */

import { expect } from 'vitest'
import { LOGSTORE, PROJECT } from '../support/far-ends.ts'
import { type Scenario, scenarios, type World } from './support/scenario.ts'
import { createOutage, type Outage } from './support/splunk.ts'
import { heldUp } from './support/waits.ts'

/** One group in a page, so that little is read ahead of what waits for Splunk. */
const ONE_BY_ONE = { sls: { pullByteCap: 1 } }

/** Nothing leaves, the shards fill up, retention takes all but the newest of one and all of another. */
async function expireUnread(outage: Outage, { far, services: [running] }: World) {
  await outage.begin(far)
  if (running) await heldUp(running, [0, 1])
  far.produce([0, 1], 40)
  const [first] = far.sls.positions(PROJECT, LOGSTORE)
  far.expire(0, (first?.groups ?? 0) - 10)
  far.expire(1)
  return far.hec.up
}

function naming(world: World): void {
  const lines = world.services.flatMap(({ logLines }) => logLines)
  for (const shard of [0, 1]) {
    const named = new RegExp(
      `"error".*logs of shard ${shard} received (before|between) .* expired before they were read`,
    )
    expect(
      lines.filter(line => named.test(line)),
      `lines about shard ${shard}`,
    ).toHaveLength(1)
  }
  expect(world.far.expired()).toBeGreaterThan(0)
}

function expired(order: Pick<Scenario, 'case' | 'services'>): Scenario {
  const outage = createOutage()
  return {
    fault: 'data expire while Splunk is down, before they are read',
    ...order,
    world: ONE_BY_ONE,
    strike: world => expireUnread(outage, world),
    duplicates: outage.bound,
    after: naming,
  }
}

scenarios('Log Service', () => [
  expired({}),
  expired({ case: 'in order', services: [{ overrides: { source: { inOrder: true } } }] }),
])
