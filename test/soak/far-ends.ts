/**
 * The far ends of a soak, in its own process: a producer at a steady pace, an account of a byte a log, and no more of
 * the logs themselves than is not delivered yet, so that it can go on for hours.
 */

import { sleep } from '../../src/base/wait.ts'
import { eachLogId, formatLogId } from '../../src/simulator/generator/log-id.ts'
import { createGenerator } from '../../src/simulator/generator.ts'
import { type HecReceiver, startHecReceiver } from '../../src/simulator/hec/receiver.ts'
import { createLedger, type Ledger } from '../../src/simulator/ledger.ts'
import {
  createOracle,
  decodeCursor,
  type Oracle,
  type ShardPosition,
  type SlsSimulator,
  startSlsSimulator,
} from '../../src/simulator/sls/index.ts'
import type { DeadLetters } from './dead-letters.ts'

export const PROJECT = 'soak-project'
export const LOGSTORE = 'audit'
export const GROUP = 'soak'
export const TOKEN = '11111111-2222-3333-4444-555555555555'
export const ACCESS_KEY = { id: 'soak-key-id', secret: 'soak-key-secret' } as const

interface Account {
  readonly ledger: Ledger
  readonly deadLetters: DeadLetters
  /** Ids of logs that Splunk has refused for ever. */
  readonly refused: Set<string>
}

export interface SoakFarEnds {
  readonly sls: SlsSimulator
  readonly hec: HecReceiver
  readonly ledger: Ledger
  /** Looks at every checkpoint as it happens: whether Splunk had all that lies before it. */
  readonly oracle: Oracle
  /** Ids of the shards that take writes. */
  writable(): number[]
  /** Appends one group to each of these shards. */
  produceOnce(shards: readonly number[]): void
  /** Appends logs at a steady pace until the signal is aborted. */
  produce(bytesPerSecond: number, signal: AbortSignal): Promise<void>
  /** From now on Splunk refuses the first event of every so many-th request for ever; answers with what ends that. */
  refuseEvents(every: number): () => void
  /** Logs that are among the dead letters and did not arrive. */
  deadLettered(): number
  /** Logs among the dead letters that Splunk had never refused. */
  givenUpWrongly(): number
  /** Issued logs that have neither arrived nor are dead letters. */
  missing(): number
  /** Raw bytes that were due and not produced, because a shard was too far behind. */
  passedOverBytes(): number
  close(): Promise<void>
}

const TICK_MS = 50
const TIDY_EVERY_TICKS = 20
/** Groups of about 40 KB that a shard may be behind; beyond it, it is passed over. */
const MAX_BACKLOG_GROUPS = 2_000
/** Groups behind the checkpoint that stay readable. */
const KEPT_GROUPS = 100

export async function startSoakFarEnds(shards: number, deadLetters: DeadLetters): Promise<SoakFarEnds> {
  const ledger = createLedger()
  const account: Account = { ledger, deadLetters, refused: new Set() }
  const sls = await startSlsSimulator({ accessKeys: [ACCESS_KEY], journalEntries: 1_000 })
  const hec = await startHecReceiver({
    tokens: [{ token: TOKEN }],
    strict: false,
    onBody: (body, events) => deliverFirst(ledger, body, events),
  })
  sls.createLogstore(PROJECT, LOGSTORE, { shards })
  sls.createGroup(PROJECT, LOGSTORE, GROUP)
  const oracle = createOracle(sls, { isSettled: group => isSettled(group, account) })
  const generator = createGenerator({ seed: 1 })
  let passedOverBytes = 0

  function append(shard: number): number {
    const group = generator.nextGroup(shard, Math.floor(Date.now() / 1_000))
    ledger.issue(shard, group.firstSequence, group.logs)
    sls.append(PROJECT, LOGSTORE, shard, [group.bytes])
    return group.rawBytes
  }

  async function produce(bytesPerSecond: number, signal: AbortSignal): Promise<void> {
    const bytesPerTick = (bytesPerSecond * TICK_MS) / 1_000
    const startedAt = performance.now()
    let producedBytes = 0
    for (let tick = 0, turn = 0; !signal.aborted; tick++) {
      const dueBytes = ((performance.now() - startedAt) / 1_000) * bytesPerSecond
      const ready = withRoom(sls)
      while (producedBytes < dueBytes) {
        const shard = ready[turn++ % ready.length]
        const bytes = shard === undefined ? bytesPerTick : append(shard)
        if (shard === undefined) passedOverBytes += bytes
        producedBytes += bytes
      }
      if (tick % TIDY_EVERY_TICKS === 0) tidy(sls)
      await sleep(TICK_MS, signal)
    }
  }

  return {
    sls,
    hec,
    ledger,
    oracle,
    writable: () => writableOf(sls).map(({ shard }) => shard),
    produceOnce: to => {
      for (const shard of to) append(shard)
    },
    produce,
    refuseEvents: every => refuseEvents(hec, every, account.refused),
    deadLettered: () => deadLettered(account),
    givenUpWrongly: () => givenUpWrongly(account),
    missing: () => {
      const { lost } = ledger.report()
      return lost === 0 ? 0 : lost - deadLettered(account)
    },
    passedOverBytes: () => passedOverBytes,
    async close() {
      oracle.stop()
      await sls.close()
      await hec.close()
    },
  }
}

/** A body of which only the first events were taken is the sender's to send again from there. */
function deliverFirst(ledger: Ledger, body: Buffer, events: number): void {
  let taken = 0
  eachLogId(body, (shard, sequence) => {
    if (taken++ < events) ledger.deliver(shard, sequence)
  })
}

/** Every log of the group has arrived, or is a dead letter at this moment. */
function isSettled(group: Buffer, { ledger, deadLetters }: Account): boolean {
  let all = true
  eachLogId(group, (shard, sequence) => {
    all &&= ledger.hasArrived(shard, sequence) || deadLetters.has(shard, sequence)
  })
  return all
}

function deadLettered({ ledger, deadLetters }: Account): number {
  const ids = [...deadLetters.ids()]
  const notArrived = ids.map(
    ([shard, sequences]) => [...sequences].filter(sequence => !ledger.hasArrived(shard, sequence)).length,
  )
  return notArrived.reduce((sum, each) => sum + each, 0)
}

function givenUpWrongly({ deadLetters, refused }: Account): number {
  const ids = [...deadLetters.ids()].flatMap(([shard, sequences]) =>
    [...sequences].map(sequence => formatLogId({ shard, sequence })),
  )
  return ids.filter(id => !refused.has(id)).length
}

const REFUSED = { text: 'Invalid data format', code: 6, 'invalid-event-number': 0 }

/** A refused event stays refused, whoever sends it and how often. */
function refuseEvents(hec: HecReceiver, every: number, refused: Set<string>): () => void {
  let requests = 0
  const rule = hec.faults.add({
    fault: { kind: 'reply', status: 400, body: JSON.stringify(REFUSED) },
    match: ({ body }) => {
      const first = firstIdOf(body)
      if (++requests % every === 0) refused.add(first)
      return refused.has(first)
    },
  })
  return rule.remove
}

function firstIdOf(body: Buffer): string {
  const ids: string[] = []
  eachLogId(body.subarray(0, body.indexOf('\n') + 1 || body.length), (shard, sequence) => {
    ids.push(formatLogId({ shard, sequence }))
  })
  return ids[0] ?? ''
}

function writableOf(sls: SlsSimulator): ShardPosition[] {
  return sls.positions(PROJECT, LOGSTORE).filter(({ status }) => status === 'readwrite')
}

function withRoom(sls: SlsSimulator): number[] {
  const committed = committedOf(sls)
  return writableOf(sls).flatMap(({ shard, end }) => {
    const behind = (decodeCursor(end) ?? 0n) - (committed.get(shard) ?? 0n)
    return behind < MAX_BACKLOG_GROUPS ? [shard] : []
  })
}

/** How far each shard is committed; where it begins when there is no checkpoint yet. */
function committedOf(sls: SlsSimulator): Map<number, bigint> {
  const checkpoints = sls.checkpoints(PROJECT, LOGSTORE, GROUP)
  const positions = sls.positions(PROJECT, LOGSTORE)
  return new Map(
    positions.map(({ shard, begin }) => [
      shard,
      decodeCursor(checkpoints.get(shard)?.cursor ?? '') ?? decodeCursor(begin) ?? 0n,
    ]),
  )
}

/** What is committed may go; a read-only shard that is consumed to its end goes altogether. */
function tidy(sls: SlsSimulator): void {
  const committed = committedOf(sls)
  const states = sls.holders(PROJECT, LOGSTORE, GROUP)
  for (const { shard, begin } of sls.positions(PROJECT, LOGSTORE)) {
    const spent = Number((committed.get(shard) ?? 0n) - (decodeCursor(begin) ?? 0n)) - KEPT_GROUPS
    if (states.get(shard)?.state === 'over') sls.expire(PROJECT, LOGSTORE, shard)
    else if (spent > 0) sls.expire(PROJECT, LOGSTORE, shard, spent)
  }
}
