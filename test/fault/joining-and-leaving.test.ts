/** Services of one group come and go every few seconds, under load. */

import { type Scenario, scenarios } from './support/scenario.ts'
import { delivered, heldBy } from './support/waits.ts'

const source = { heartbeatIntervalMs: 2_000 }
const optionsOf = (instance: string) => ({ overrides: { instance, source } })
const ROUNDS = 3

const comeAndGo: Scenario = {
  fault: 'two services join and leave in turns, while Splunk is busy now and then',
  world: { shards: 8 },
  services: [],
  strikesWhen: 'starting',
  async strike({ far, start }) {
    far.makeSplunkBusy(5)
    let running = start(optionsOf('first'))
    for (let round = 0; round < ROUNDS; round++) {
      const [leaving, joining] = round % 2 === 0 ? ['first', 'second'] : ['second', 'first']
      await heldBy(far, [`${leaving}-logs-1`, `${leaving}-logs-2`])
      const next = start(optionsOf(joining))
      await heldBy(
        far,
        [1, 2].flatMap(n => [`${leaving}-logs-${n}`, `${joining}-logs-${n}`]),
      )
      await delivered(far, 100)
      await running.stop()
      running = next
    }
    return far.hec.faults.clear
  },
}

scenarios('Service', () => [comeAndGo])
