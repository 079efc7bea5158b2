/**
 * Events that Splunk refuses for what they are: each is one dead letter and costs one request more; all others are
 * delivered once, and no shard stands still.
 */

import { expect } from 'vitest'
import { idsOf, LOGSTORE, PROJECT, sequenceOf, TOKEN } from '../support/far-ends.ts'
import { sentLater } from './support/bounds.ts'
import { createLetters, idIn, logIdOf } from './support/letters.ts'
import { type Scenario, scenarios, type World } from './support/scenario.ts'
import { moreStored } from './support/splunk.ts'

interface Poison {
  readonly logsPerGroup: number
  readonly isPoison: (sequence: number) => boolean
  readonly batchBytes: number
  readonly streamEveryMs: number
  readonly acknowledged?: boolean
  /** It may be the first event of a request. */
  readonly comesFirst?: boolean
}

function poisoned(
  fault: string,
  { logsPerGroup, isPoison, batchBytes, streamEveryMs, acknowledged = false, comesFirst = false }: Poison,
): Scenario {
  const letters = createLetters()
  // What is written after it shall arrive.
  let isOver = false
  return {
    fault,
    ...(acknowledged && { case: 'with acknowledgement' }),
    world: {
      shards: 2,
      logsPerGroup,
      deadLetters: letters.ids,
      hec: {
        tokens: [{ token: TOKEN, useAck: acknowledged }],
        ackDelayMs: 50,
        volatile: acknowledged,
        isPoison: envelope => !isOver && isPoison(sequenceOf(envelope)),
      },
    },
    streamEveryMs,
    disorder: sentLater,
    services: [
      {
        consumers: 1,
        overrides: {
          deadLetters: { directory: letters.directory },
          splunk: { batchBytes, ...(acknowledged && { acknowledgementMs: 20_000 }) },
        },
      },
    ],
    async strike(world) {
      letters.removeWith(world)
      await moreStored(world.far, Math.max(logsPerGroup * 4, 100))
      return () => {
        isOver = true
      }
    },
    after: world => expectOneRequestEach(world, letters.counts(), isPoison),
  }

  function expectOneRequestEach(
    { far, services }: World,
    counts: ReadonlyMap<string, number>,
    isBad: (sequence: number) => boolean,
  ): void {
    expect(counts.size, 'dead letters').toBeGreaterThan(0)
    expect([...counts].filter(([, count]) => count !== 1)).toEqual([])
    expect([...counts.keys()].filter(id => !isBad(Number(id.slice(5))))).toEqual([])
    expect(far.hec.events.filter(event => counts.has(idIn(event) ?? ''))).toEqual([])
    // A refusal names one event and the rest follows in the next request: one more for each, and no other answers.
    const ofEvents = far.hec.requests.filter(({ url }) => url.endsWith('/event'))
    const refused = ofEvents.filter(({ answer }) => answer === '400/6')
    const whole = ofEvents.filter(({ answer }) => answer === '200/0')
    expect(ofEvents.length - whole.length).toBe(refused.length)
    // But for the first event of a compressed request, of which HEC is asked once more without compression.
    const compressed = refused.filter(({ headers }) => headers['content-encoding'] === 'gzip')
    const askedAgain = refused.length - counts.size
    expect(askedAgain).toBeGreaterThanOrEqual(0)
    expect(askedAgain).toBeLessThanOrEqual(comesFirst ? compressed.length : 0)
    expect(
      services.flatMap(({ logLines }) => logLines.filter(line => line.includes('"level":"error"'))),
    ).toEqual([])
    for (const letter of letters.all()) {
      const { shard, cursor, position, status, code, reason } = letter
      const [group] = far.sls.groupsBetween(PROJECT, LOGSTORE, shard, { from: cursor, to: '' })
      expect(group && idsOf(group)[position], 'the place that a letter names').toBe(logIdOf(letter))
      expect({ status, code, reason }).toEqual({ status: 400, code: 6, reason: 'event-refused' })
    }
  }
}

const thousand: Poison = {
  logsPerGroup: 1_000,
  isPoison: sequence => sequence % 1_000 === 500,
  batchBytes: 1024 * 1024,
  streamEveryMs: 2_000,
}
const everywhere: Poison = {
  logsPerGroup: 200,
  isPoison: sequence => sequence % 50 === 17,
  batchBytes: 256 * 1024,
  streamEveryMs: 600,
}

scenarios('Splunk', () => [
  poisoned('one event of every 1,000 is poison', thousand),
  poisoned('one event of every 1,000 is poison', { ...thousand, acknowledged: true }),
  poisoned('poison is everywhere: every 50th event', everywhere),
  poisoned('nothing but poison now and then: all events of a request', {
    ...everywhere,
    logsPerGroup: 6,
    isPoison: sequence => sequence % 30 >= 24,
    batchBytes: 3_000,
    streamEveryMs: 100,
    comesFirst: true,
  }),
])
