import { toSeconds } from './clock.ts'

/** A log group as it is stored and served: encoded once, never parsed again. */
export interface StoredGroup {
  /** The group as a field of a LogGroupList: pages are made by putting these one after the other. */
  readonly framed: Buffer
  readonly receivedMs: number
}

/** The log groups of one shard, numbered one after the other. Old ones go, the numbers stay. */
export interface GroupLog {
  /** Position of the first group ever written. */
  readonly origin: bigint
  /** Position of the oldest group that is left. */
  begin(): bigint
  /** Position of the next group to be written. */
  end(): bigint
  append(group: StoredGroup): void
  at(position: bigint): StoredGroup | undefined
  /** The first group that was received in this second or later, else the end. */
  findTime(unixSeconds: number): bigint
  /** Drops up to this position. */
  dropBefore(position: bigint): void
}

export function createGroupLog(origin: bigint): GroupLog {
  const groups: StoredGroup[] = []
  let begin = origin
  const end = () => begin + BigInt(groups.length)
  return {
    origin,
    begin: () => begin,
    end,
    append: group => groups.push(group),
    at: position => groups[Number(position - begin)],
    findTime: unixSeconds => begin + BigInt(firstSince(groups, unixSeconds)),
    dropBefore: position => {
      const count = Math.min(groups.length, Number(position - begin))
      if (count <= 0) return
      groups.splice(0, count)
      begin += BigInt(count)
    },
  }
}

/** Groups are in the order of their receive times. */
function firstSince(groups: readonly StoredGroup[], unixSeconds: number): number {
  let low = 0
  let high = groups.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (toSeconds(groups[middle]?.receivedMs ?? 0) < unixSeconds) low = middle + 1
    else high = middle
  }
  return low
}
