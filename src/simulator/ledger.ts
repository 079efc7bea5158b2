/** The oracle: knows every log that was issued, is told of every event that arrived, and says what became of them. */

import { type LogId, parseLogId } from './generator/log-id.ts'

export interface ShardAccount {
  readonly issued: number
  /** Issued logs that arrived at least once. */
  readonly delivered: number
  /** Issued logs that have not arrived; while the service runs: not yet. */
  readonly lost: number
  /** Arrivals beyond the first of an issued log. */
  readonly duplicated: number
  /** Arrivals of logs that were never issued. */
  readonly unknown: number
  /** Logs that arrived for the first time behind a later log of their shard. */
  readonly orderViolations: number
}

export interface LedgerReport extends ShardAccount {
  readonly shards: ReadonlyMap<number, ShardAccount>
}

export interface Ledger {
  /** `logs` logs of a shard, from this sequence number on. May come after their arrival. */
  readonly issue: (shard: number, firstSequence: number, logs: number) => void
  readonly deliver: (shard: number, sequence: number) => void
  /** The same with the id's text; what is no id counts as unknown. */
  readonly deliverId: (id: string) => void
  readonly hasArrived: (shard: number, sequence: number) => boolean
  readonly report: () => LedgerReport
  /** Ids that were issued and have not arrived, the earliest of each shard first, at most `limit`. */
  readonly lostIds: (limit: number) => LogId[]
}

/** A byte for each sequence number: the high bit says issued, the rest counts arrivals, up to 127. */
interface Shard {
  marks: Uint8Array
  highestArrived: number
  orderViolations: number
}

const ISSUED = 0x80
const MAX_ARRIVALS = 0x7f
const FIRST_CAPACITY = 4_096
/** A sequence this far beyond all others is a broken id, not a reason to take gigabytes. */
const MAX_LEAP = 2 ** 24

export function createLedger(): Ledger {
  const shards = new Map<number, Shard>()
  let strangers = 0
  const shardOf = (number: number, capacity: number) => {
    const shard = shards.get(number) ?? {
      marks: new Uint8Array(FIRST_CAPACITY),
      highestArrived: -1,
      orderViolations: 0,
    }
    shards.set(number, shard)
    if (capacity > shard.marks.length) shard.marks = grown(shard.marks, capacity)
    return shard
  }
  const deliver = (number: number, sequence: number) => {
    const known = shards.get(number)?.marks.length ?? 0
    if (sequence < known + MAX_LEAP) arrive(shardOf(number, sequence + 1), sequence)
    else strangers++
  }
  return {
    issue: (number, firstSequence, logs) => {
      const { marks } = shardOf(number, firstSequence + logs)
      for (let at = firstSequence; at < firstSequence + logs; at++) marks[at] = (marks[at] ?? 0) | ISSUED
    },
    deliver,
    deliverId: text => {
      const id = parseLogId(text)
      if (id) deliver(id.shard, id.sequence)
      else strangers++
    },
    hasArrived: (number, sequence) => ((shards.get(number)?.marks[sequence] ?? 0) & MAX_ARRIVALS) > 0,
    report: () => total(new Map([...shards].map(([number, shard]) => [number, accountOf(shard)])), strangers),
    lostIds: limit =>
      [...shards]
        .flatMap(([shard, { marks }]) => lostIn(marks, limit).map(sequence => ({ shard, sequence })))
        .slice(0, limit),
  }
}

function grown(marks: Uint8Array, capacity: number): Uint8Array {
  const larger = new Uint8Array(Math.max(capacity, 2 * marks.length))
  larger.set(marks)
  return larger
}

function arrive(shard: Shard, sequence: number): void {
  const mark = shard.marks[sequence] ?? 0
  const arrivals = mark & MAX_ARRIVALS
  if (arrivals < MAX_ARRIVALS) shard.marks[sequence] = mark + 1
  if (arrivals > 0) return
  if (sequence < shard.highestArrived) shard.orderViolations++
  else shard.highestArrived = sequence
}

function accountOf({ marks, orderViolations }: Shard): ShardAccount {
  const account = { issued: 0, delivered: 0, lost: 0, duplicated: 0, unknown: 0, orderViolations }
  for (const mark of marks) {
    if (mark === 0) continue
    const arrivals = mark & MAX_ARRIVALS
    if (mark < ISSUED) account.unknown += arrivals
    else if (arrivals === 0) account.lost++
    else account.duplicated += arrivals - 1
    if (mark >= ISSUED) account.issued++
  }
  return { ...account, delivered: account.issued - account.lost }
}

function total(shards: ReadonlyMap<number, ShardAccount>, strangers: number): LedgerReport {
  const sum = (key: keyof ShardAccount) =>
    [...shards.values()].reduce((all, account) => all + account[key], 0)
  return {
    issued: sum('issued'),
    delivered: sum('delivered'),
    lost: sum('lost'),
    duplicated: sum('duplicated'),
    unknown: sum('unknown') + strangers,
    orderViolations: sum('orderViolations'),
    shards,
  }
}

function lostIn(marks: Uint8Array, limit: number): number[] {
  const lost: number[] = []
  for (let at = marks.indexOf(ISSUED); at !== -1 && lost.length < limit; at = marks.indexOf(ISSUED, at + 1))
    lost.push(at)
  return lost
}
