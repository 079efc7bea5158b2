/** Several HEC endpoints, of which some are away, hang or refuse: the others do their work, and get help when they can. */

import { expect } from 'vitest'
import { startBalancer } from '../support/balancer.ts'
import { eventually } from '../support/eventually.ts'
import { TOKEN } from '../support/far-ends.ts'
import { sentLater } from './support/bounds.ts'
import { byItself, type Scenario, scenarios } from './support/scenario.ts'
import { createCounted, moreStored, storedIn } from './support/splunk.ts'

const impatient = [{ overrides: { splunk: { timeoutMs: 1_500 } } }]

const BROKEN = 'requests under way in the moment in which connections broke'

function threeSick(): Scenario {
  const twice = createCounted(BROKEN)
  return {
    fault: 'of four HEC endpoints one is down, one hangs and one refuses the token',
    cases: 3,
    world: { receivers: 4 },
    services: impatient,
    async strike({ far, services: [running] }) {
      const [works, down, hangs, refuses] = far.hecs
      const before = down?.counters.events ?? 0
      twice.addUnheard(far)
      await down?.down()
      const hang = hangs?.faults.add({ fault: { kind: 'hang' }, route: 'any' })
      refuses?.removeToken(TOKEN)
      const sick = () => running?.service.board.endpoints().filter(({ up }) => up === false).length
      await eventually(() => sick() === 3, {
        withinMs: 40_000,
        what: 'three endpoints rest',
        state: () => running?.service.board.endpoints(),
      })
      const stored = works?.counters.events ?? 0
      await moreStored(far, 60)
      expect((works?.counters.events ?? 0) - stored).toBeGreaterThanOrEqual(60)
      expect(running?.service.readiness()).toEqual({ ready: true, reasons: [] })
      return async () => {
        await down?.up()
        hang?.remove()
        refuses?.setToken({ token: TOKEN })
        await eventually(() => (down?.counters.events ?? 0) > before, {
          withinMs: 40_000,
          what: 'the one that was down gets events again',
        })
      }
    },
    duplicates: twice.bound,
    disorder: sentLater,
  }
}

function inTurn(): Scenario {
  const twice = createCounted(BROKEN)
  return {
    fault: 'of three HEC endpoints another one breaks every moment',
    cases: 6,
    world: { receivers: 3 },
    services: impatient,
    async strike({ far }) {
      for (let i = 0; i < 6; i++) {
        const hec = far.hecs[i % 3]
        twice.addUnheard(far)
        await hec?.down()
        await moreStored(far, 15)
        await hec?.up()
      }
      return byItself
    },
    duplicates: twice.bound,
    disorder: sentLater,
  }
}

const portal: Scenario = {
  fault:
    'before one of two HEC endpoints stands something that answers everything with an error of its own (400)',
  world: { receivers: 2 },
  services: impatient,
  async strike({ far }) {
    const fault = { kind: 'reply', status: 400, body: '<html>Bad Request</html>' } as const
    const { remove, strikes } = far.hecs[1]?.faults.add({ fault, route: 'any' }) ?? never
    await eventually(() => strikes() >= 6, { withinMs: 40_000, what: 'it has refused six requests' })
    await moreStored(far, 30)
    return remove
  },
  disorder: sentLater,
}
const never = { remove: () => {}, strikes: () => 0 }

function behindBalancer(): Scenario {
  const twice = createCounted('events of an indexer whose answers went with its connections')
  return {
    fault: 'a load balancer deals requests to two indexers, one of which is away',
    world: {
      receivers: 2,
      async splunkUrls(hecs, atEnd) {
        const balancer = await startBalancer({ targets: () => hecs.map(({ url }) => url) })
        atEnd(balancer.close)
        return [balancer.url]
      },
    },
    services: impatient,
    async strike({ far }) {
      twice.addUnheard(far)
      const before = storedIn(far)
      await far.hecs[1]?.down()
      await moreStored(far, 20)
      twice.add(storedIn(far) - before)
      return () => far.hecs[1]?.up()
    },
    duplicates: twice.bound,
    disorder: twice.bound,
  }
}

scenarios('Splunk', () => [threeSick(), inTurn(), portal, behindBalancer()])
