/** Two hosts of one consumer group; the network of one of them is cut towards one far end, both ways or one way. */

import { expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import type { FarEnds } from '../support/far-ends.ts'
import { uncommitted } from '../support/invariants.ts'
import { createWorkplace, drained, type ServiceProcess, yamlOf } from '../support/process.ts'
import { boundOf, readAgain } from './support/bounds.ts'
import { untilDelivered, untilHeld } from './support/holdings.ts'
import { canMakeHosts, createHost, type Direction, type FarEnd, type Host } from './support/hosts.ts'
import { type Scenario, scenarios, type World } from './support/scenario.ts'
import { createCounted, storedIn } from './support/splunk.ts'

const WITHIN_MS = 60_000
const WAYS: Readonly<Record<string, readonly Direction[]>> = {
  'both ways': ['out', 'in'],
  'on the way there': ['out'],
  'on the way back': ['in'],
}
const FAR_ENDS = { sls: 'Log Service', splunk: 'Splunk' } as const

if (canMakeHosts()) {
  scenarios('Network', () =>
    Object.entries(WAYS).flatMap(([way, directions]) =>
      (['sls', 'splunk'] as const).map(farEnd => cutOff(farEnd, way, directions)),
    ),
  )
} else {
  process.stderr.write('Scenarios with hosts of their own are skipped: they need root and iproute2\n')
  it.skip('a host is cut off from a far end', () => {})
}

function cutOff(farEnd: FarEnd, way: string, directions: readonly Direction[]): Scenario {
  const unheard = createCounted('what was stored while its answers were lost')
  return {
    fault: `a host is cut off from ${FAR_ENDS[farEnd]} alone, the other host is not`,
    case: way,
    world: { shards: 4, sls: { host: '0.0.0.0' }, hec: { host: '0.0.0.0' } },
    services: [],
    strikesWhen: 'starting',
    async strike(world) {
      const { far, onEnd } = world
      const hosts = [createHost(), createHost()] as const
      onEnd(() => {
        for (const host of hosts) host.remove()
      })
      const cut = startOn(hosts[0], 'host1', world)
      startOn(hosts[1], 'host2', world)
      await untilHeld(far, { 'host1-logs-1': 2, 'host2-logs-1': 2 }, cut.output)
      // Both are at work, and not only entitled to be.
      await untilDelivered(far, far.writable())
      const storedBefore = storedIn(far)
      unheard.addUnheard(far)
      hosts[0].cut(farEnd, directions)
      if (farEnd === 'sls') await untilTakenOver(far, cut)
      else await untilTroubled(cut)
      return async () => {
        hosts[0].heal()
        await untilHeld(far, { 'host1-logs-1': 2, 'host2-logs-1': 2 }, cut.output)
        unheard.add(storedIn(far) - storedBefore)
      }
    },
    duplicates: {
      // Answers are lost on the way back, and so is the news of a checkpoint.
      atMost: world => boundOf(readAgain, world) + boundOf(unheard.bound, world),
      because: 'what was read since the last checkpoint, and what was stored while its answers were lost',
    },
    after({ far }) {
      expect(uncommitted(far), 'shards without a checkpoint at their end').toEqual([])
    },
  }
}

function startOn({ addresses, through }: Host, instance: string, world: World): ServiceProcess {
  const { far, onEnd, onStop } = world
  const seenFromThere = (url: string, address: string) => url.replace(/\/\/[^:]+/, `//${address}`)
  const yaml = yamlOf(far, {
    sls: { endpoint: seenFromThere(far.sls.url, addresses.sls), timeout: '2s' },
    splunk: { url: seenFromThere(far.hec.url, addresses.splunk), timeout: '2s' },
    source: { consumers: 1 },
    top: { instance },
  })
  const service = createWorkplace(onEnd).run(yaml, through)
  onStop(() => drained(service))
  return service
}

/** The other host has its shards, and it knows by itself that it has none. */
async function untilTakenOver(far: FarEnds, cut: ServiceProcess): Promise<void> {
  await untilHeld(far, { 'host2-logs-1': 4 }, cut.output)
  await eventually(() => cut.output().includes('lost all shards'), {
    withinMs: WITHIN_MS,
    what: 'the one that is cut off gives up its shards',
    state: cut.output,
  })
}

async function untilTroubled(cut: ServiceProcess): Promise<void> {
  const saysSo = () => cut.logs().some(({ code, tries = 0 }) => code?.startsWith('splunk-') && tries > 0)
  await eventually(saysSo, {
    withinMs: WITHIN_MS,
    what: 'the one that is cut off says that it does not reach Splunk',
    state: cut.output,
  })
}
