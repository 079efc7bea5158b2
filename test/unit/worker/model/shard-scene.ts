/** One shard, and runners of two consumers that have it one after the other, or both because one of them is too late. */

import { createKnownPositions } from '../../../../src/worker/shard/known-positions.ts'
import type { Release } from '../../../../src/worker/shard/runner.ts'
import { createDeadLetters } from './dead-letters.ts'
import { createOpenCalls, type Outcome } from './open-calls.ts'
import { createShardJudge } from './shard-judge.ts'
import { createShardServer, cursorOf, positionOf } from './shard-server.ts'
import { createSplunk } from './splunk.ts'
import { DRAIN_TIMEOUT_MS, type Started, startRunner } from './start-runner.ts'
import type { VirtualTime } from './virtual-time.ts'

/** What a release leaves for the last save. */
const FINAL_SAVE_MS = 10_000
const SHARD = 0
const NEVER = Number.POSITIVE_INFINITY
/** After how long the page under way is cut short, and after how long all has ended. */
const LIMITS: Readonly<Record<Release, { readonly cutMs: number; readonly endMs: number }>> = {
  stop: { cutMs: NEVER, endMs: NEVER },
  taken: { cutMs: DRAIN_TIMEOUT_MS, endMs: DRAIN_TIMEOUT_MS + FINAL_SAVE_MS },
  deadline: { cutMs: 0, endMs: FINAL_SAVE_MS },
  lost: { cutMs: 0, endMs: 0 },
}
const NOT_YET = { letGoAt: NEVER, cutAt: NEVER, endBy: NEVER, ended: false, forgotten: false }
const FINE: Outcome = { how: 'ok', pick: 4 }

interface Held extends Started {
  readonly client: string
  readonly consumer: string
  /** When it was let go, cut short, and has to have ended; never, if not. */
  letGoAt: number
  cutAt: number
  endBy: number
  ended: boolean
  /** The group's checkpoints were deleted while it ran. */
  forgotten: boolean
}

export interface SceneOptions {
  readonly time: VirtualTime
  readonly inOrder: boolean
  /** Saves that were given up may arrive later. */
  readonly strays: boolean
}

export type ShardScene = ReturnType<typeof createShardScene>

export function createShardScene({ time, inOrder, strays }: SceneOptions) {
  const calls = createOpenCalls()
  const onTheWay: (() => void)[] = []
  const held: Held[] = []
  const refused = new Set<string>()
  const lapsed = new Set<string>()
  const positions = createKnownPositions()
  const judge = createShardJudge(() => server.end())
  let owner: string | undefined
  const alive = () => held.filter(({ ended }) => !ended)

  const server = createShardServer({
    owner: () => owner,
    onSaved: judge.saved,
    onRequest(client, operation, position) {
      if (operation === 'save' && isSaving(client)) judge.violation(`${client} saves twice at once`)
      judge.requested(client, operation, position)
    },
    onStored: judge.stored,
    onBegin: judge.elsewhere,
    onStray(client, arrive) {
      if (!strays) return
      onTheWay.push(() => {
        for (const each of alive()) judge.strayed(each.client)
        judge.strayed(client)
        arrive()
      })
    },
    onRefused: client => void refused.add(client),
  })
  const deliverFor = createSplunk({
    onSend: client => judge.requested(client, 'send'),
    onAccepted: judge.accepted,
  })

  const isSaving = (client: string) => calls.list().some(({ what }) => what.startsWith(`${client} save `))

  /** As the consumer does it: a runner that says that the lease is over is released. */
  function onLapsed(client: string): void {
    const one = alive().find(each => each.client === client)
    if (one) release(one, 'lost')
  }

  /** The lease is over, and no timer has fired yet: the process stood still. */
  function lapse(one: Held): void {
    lapsed.add(one.client)
    judge.lapsed(one.client)
  }

  /** Gives the shard to a consumer, whoever may still believe to have it. */
  function start(consumer: string): void {
    if (alive().some(each => each.consumer === consumer)) return
    owner = consumer
    const client = `${consumer}${held.length}`
    const isDisputed = held.some(each => each.consumer === consumer && refused.has(each.client))
    if (isDisputed) judge.disputed(client)
    const known = () => {
      const position = positions.of(SHARD)
      if (position !== undefined) judge.elsewhere(client, positionOf(position))
      return position
    }
    const started = startRunner({
      shard: SHARD,
      inOrder,
      known,
      hold: { isOurs: () => !lapsed.has(client), onLapsed: () => onLapsed(client), isDisputed },
      client: server.connect({ client, consumer, calls }),
      deliverFor: deliverFor(client, calls),
      deadLetters: createDeadLetters(id => judge.accepted(client, id)),
    })
    const one = { ...started, client, consumer, ...NOT_YET }
    held.push(one)
    void started.runner.ended.then(() => onEnd(one))
  }

  function onEnd(one: Held): void {
    one.ended = true
    const { position } = one.runner.status()
    if (position !== undefined) positions.learn(SHARD, position)
    if (one.lentBytes() !== 0) judge.violation(`${one.client} has not given back all memory`)
    if (one.troubles.list().length > 0) judge.violation(`${one.client} is in trouble after its end`)
    if (refused.has(one.client) || one.endBy <= time.nowMs()) return
    const isSaved = one.runner.unsaved() === undefined
    const beyond = judge.deliveredFrom(one.client, positionOf(position ?? cursorOf(0)))
    const isWhole = time.nowMs() < one.cutAt && one.runner.unfinished() === undefined
    if (isSaved && isWhole && beyond.length > 0)
      judge.violation(`${one.client} has not saved ${beyond.join()}`)
    if (!isSaved && time.nowMs() - one.letGoAt < FINAL_SAVE_MS)
      judge.violation(`${one.client} gave up its last save too soon`)
  }

  function release(one: Held, reason: Release): void {
    one.runner.release(reason)
    expectEnd(one, reason)
  }

  /** What a release promises; a refusal is one that the runner has heard of by itself. */
  function expectEnd(one: Held, reason: Release): void {
    one.letGoAt = Math.min(one.letGoAt, time.nowMs())
    one.cutAt = Math.min(one.cutAt, time.nowMs() + LIMITS[reason].cutMs)
    one.endBy = Math.min(one.endBy, time.nowMs() + LIMITS[reason].endMs)
    if (reason === 'lost') judge.lost(one.client)
  }

  function forget(): void {
    server.forget()
    owner = undefined
    for (const each of alive()) each.forgotten = true
  }

  /** What must hold whenever nothing more can happen without time passing. */
  function look(): void {
    for (const one of alive()) {
      if (refused.has(one.client)) expectEnd(one, 'lost')
      if (time.nowMs() > one.endBy) judge.violation(`${one.client} should have ended by ${one.endBy}`)
      const { position } = one.runner.status()
      if (position !== undefined) lookAt(one, positionOf(position))
    }
  }

  function lookAt(one: Held, reached: number): void {
    const settled = judge.settledUpTo()
    if (reached > settled) judge.violation(`${one.client} is at ${reached}, delivered is ${settled}`)
    const isOwner = owner === one.consumer && !one.forgotten && !judge.hasStrayed(one.client)
    if (isOwner && one.runner.unsaved() === undefined && server.stored() !== reached)
      judge.violation(`${one.client} calls ${reached} saved, stored is ${server.stored()}`)
  }

  /** Everything works from here on: one runner more, and all that there is has to arrive and be saved. */
  async function finish(): Promise<void> {
    for (const each of alive()) release(each, 'lost')
    await time.settle()
    start('last')
    const one = held.at(-1)
    const answer = () => {
      look()
      for (const call of [...calls.list()]) call.settle(FINE)
    }
    for (let i = 0; i < MOST_ROUNDS && server.stored() !== server.end(); i++) await time.pass(1_000, answer)
    if (one) release(one, 'stop')
    await time.settle()
    for (let i = 0; i < MOST_ROUNDS && alive().length > 0; i++) await time.pass(1_000, answer)
  }

  return { calls, onTheWay, judge, server, alive, start, release, lapse, forget, look, finish }
}

const MOST_ROUNDS = 300
