/** A consumer group under a steady stream of logs: who holds which shards, and what has arrived at anybody. */

import { isDeepStrictEqual } from 'node:util'
import { onTestFinished } from 'vitest'
import type { LedgerReport } from '../../src/simulator/ledger.ts'
import { eventually } from '../support/eventually.ts'
import { logIdOf } from './expected-event.ts'
import { type FarEnds, startFarEnds } from './far-ends.ts'
import { type OfficialConsumer, startOfficialConsumer } from './official-consumer.ts'
import type { ScriptInput } from './official-sdk.ts'
import { startStream } from './stream.ts'

export interface SceneOptions extends Pick<ScriptInput, 'signature' | 'compression'> {
  readonly shards: number
}

export interface Scene {
  readonly farEnds: FarEnds
  /** Starts a consumer of the official library. */
  startOfficial(consumer: string): OfficialConsumer
  /** What became of the logs, by what the official consumers and Splunk have got. */
  account(): LedgerReport
  /** Waits until so many shards are held by each consumer, and none is on its way. */
  holds(shares: Readonly<Record<string, number>>): Promise<void>
  /** Waits until logs have arrived that are written after this moment. */
  readsOn(): Promise<void>
  /** Ends the stream and waits until all of it has arrived. */
  readsAll(): Promise<void>
}

export const CONSUMER_GROUP = 'shared'
/** A consumer's heartbeat comes every second, and one that is gone is missed after a few. */
const WITHIN_MS = 30_000

/** All of it ends with the test. */
export async function setScene({ shards, ...options }: SceneOptions): Promise<Scene> {
  const farEnds = await startFarEnds(shards)
  onTestFinished(() => farEnds[Symbol.asyncDispose]())
  const stream = startStream(farEnds, shards)
  onTestFinished(stream.stop)
  const officials: OfficialConsumer[] = []

  const delivered = () => farEnds.hec.events.map(({ event }) => logIdOf(Object.entries(event ?? {})))
  const account = () => stream.account([...officials.flatMap(({ ids }) => ids()), ...delivered()])

  return {
    farEnds,
    account,
    startOfficial(consumer) {
      const input = { ...farEnds.account, ...options, consumerGroup: CONSUMER_GROUP, consumer }
      const started = startOfficialConsumer(input)
      onTestFinished(started.kill)
      officials.push(started)
      return started
    },
    async holds(shares) {
      const what = `shards are held so: ${JSON.stringify(shares)}`
      const state = () => sharesNow(farEnds)
      await eventually(() => isDeepStrictEqual(state(), shares), { withinMs: WITHIN_MS, what, state })
    },
    async readsOn() {
      const { issued } = account()
      const what = `more than ${issued} logs have arrived`
      await eventually(() => account().delivered > issued, { withinMs: WITHIN_MS, what, state: account })
    },
    async readsAll() {
      await stream.stop()
      const what = 'all logs have arrived'
      const state = () => ({ ...account(), ...standing(farEnds) })
      await eventually(() => account().lost === 0, { withinMs: WITHIN_MS, what, state })
    },
  }
}

/** Of each shard: who holds it, where its group stands, and where it ends. */
function standing({ sls, account: { project, logstore } }: FarEnds) {
  const checkpoints = sls.checkpoints(project, logstore, CONSUMER_GROUP)
  return {
    holders: [...sls.holders(project, logstore, CONSUMER_GROUP)],
    committed: [...checkpoints].map(([shard, { cursor }]) => [shard, cursor]),
    ends: sls.positions(project, logstore).map(({ shard, end }) => [shard, end]),
  }
}

/** A shard that nobody holds, or that is on its way, counts for its state. */
function sharesNow({ sls, account: { project, logstore } }: FarEnds): Record<string, number> {
  const count: Record<string, number> = {}
  for (const shard of sls.holders(project, logstore, CONSUMER_GROUP).values()) {
    const holder = shard.state === 'already_alloc' ? shard.holder : shard.state
    count[holder] = (count[holder] ?? 0) + 1
  }
  return count
}
