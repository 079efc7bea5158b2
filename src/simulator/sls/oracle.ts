import { decodeCursor, encodeCursor } from './cursor.ts'
import type { CallEntry, CheckpointEntry, HeartbeatEntry, PullEntry } from './journal.ts'
import type { SlsSimulator } from './simulator.ts'

/** What a consumer must never do. */
export type Violation =
  /** A checkpoint went past a log group that was not settled at that moment. */
  | { readonly kind: 'premature-commit'; readonly checkpoint: CheckpointEntry; readonly groupCursor: string }
  /** Two live consumers of a group reported the same shard. */
  | { readonly kind: 'double-holding'; readonly heartbeat: HeartbeatEntry; readonly other: string }

export interface OracleRules {
  /** Whether every log of an encoded group has been delivered, dropped by a route, or put among the dead letters. */
  readonly isSettled: (group: Buffer, shard: number) => boolean
}

export interface Oracle {
  violations(): readonly Violation[]
  /** Cursors of groups that are not settled now; at the end of a run: what was lost. */
  unsettled(project: string, logstore: string): { shard: number; cursor: string }[]
  stop(): void
}

/** Watches a simulator: every checkpoint as it happens, every heartbeat. */
export function createOracle(sls: SlsSimulator, { isSettled }: OracleRules): Oracle {
  const violations: Violation[] = []
  const firstPulls = new Map<string, string>()
  const reports = new Map<string, HeartbeatEntry>()

  const onPull = (pull: PullEntry) => {
    const key = shardKey(pull, pull.shard)
    if (!firstPulls.has(key)) firstPulls.set(key, pull.cursor)
  }
  const unsettledIn = (
    { project, logstore, shard }: CallEntry & { shard: number },
    from: string,
    to: string,
  ) => {
    const groups = sls.groupsBetween(project, logstore, shard, { from, to })
    const first = (decodeCursor(to) ?? 0n) - BigInt(groups.length)
    return groups.flatMap((group, index) =>
      isSettled(group, shard) ? [] : [encodeCursor(first + BigInt(index))],
    )
  }
  const onCheckpoint = (checkpoint: CheckpointEntry) => {
    if (checkpoint.refused !== undefined) return
    const from = checkpoint.previous || (firstPulls.get(shardKey(checkpoint, checkpoint.shard)) ?? '')
    for (const groupCursor of unsettledIn(checkpoint, from, checkpoint.cursor))
      violations.push({ kind: 'premature-commit', checkpoint, groupCursor })
  }
  const onHeartbeat = (heartbeat: HeartbeatEntry) => {
    if (typeof heartbeat.answer === 'string') return
    const { project, logstore, group } = heartbeat
    const own = `${groupKey(heartbeat)}/${heartbeat.consumer}`
    if (isLate(heartbeat, reports.get(own))) return
    for (const other of sls.consumers(project, logstore, group)) {
      const report = other === heartbeat.consumer ? undefined : reports.get(`${groupKey(heartbeat)}/${other}`)
      if (report?.reported.some(shard => heartbeat.reported.includes(shard)))
        violations.push({ kind: 'double-holding', heartbeat, other })
    }
    reports.set(own, heartbeat)
  }

  const stops = [
    sls.journal.onPull(onPull),
    sls.journal.onCheckpoint(onCheckpoint),
    sls.journal.onHeartbeat(onHeartbeat),
  ]
  return {
    violations: () => violations,
    unsettled: (project, logstore) =>
      sls
        .positions(project, logstore)
        .flatMap(({ shard, begin, end }) =>
          unsettledIn({ project, logstore, shard, atMs: 0 }, begin, end).map(cursor => ({ shard, cursor })),
        ),
    stop: () => {
      for (const stop of stops) stop()
    },
  }
}

/** Sent before one that has come already, as when a network was cut and is whole again: it says nothing of now. */
function isLate({ sentAtMs = 0 }: HeartbeatEntry, before: HeartbeatEntry | undefined): boolean {
  return sentAtMs < (before?.sentAtMs ?? 0)
}

function shardKey({ project, logstore }: CallEntry, shard: number): string {
  return `${project}/${logstore}/${shard}`
}

function groupKey({ project, logstore, group }: HeartbeatEntry): string {
  return `${project}/${logstore}/${group}`
}
