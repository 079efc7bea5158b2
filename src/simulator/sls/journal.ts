/** What happened, for tests and for people: the last calls of each kind, and running totals by shard. */

export interface CallEntry {
  /** By the simulator's clock. */
  readonly atMs: number
  readonly project: string
  readonly logstore: string
}

export interface PullEntry extends CallEntry {
  readonly shard: number
  /** Pulls do not name their consumer; clients put it into this header. */
  readonly userAgent: string
  readonly cursor: string
  readonly nextCursor: string
  readonly groups: number
  /** Uncompressed. */
  readonly bytes: number
}

export interface HeartbeatEntry extends CallEntry {
  readonly group: string
  readonly consumer: string
  readonly reported: readonly number[]
  /** When it was signed, to the second; absent when it has no date. */
  readonly sentAtMs?: number
  /** The shards that were answered, or the code of the refusal. */
  readonly answer: readonly number[] | string
}

export interface CheckpointEntry extends CallEntry {
  readonly group: string
  readonly shard: number
  readonly consumer: string
  readonly cursor: string
  /** The checkpoint before, empty for none. */
  readonly previous: string
  readonly force: boolean
  /** The code of the refusal; undefined: accepted. */
  readonly refused: string | undefined
}

export interface ServedTotals {
  readonly pulls: number
  readonly groups: number
  /** Uncompressed. */
  readonly bytes: number
}

export interface Journal {
  pulls(): readonly PullEntry[]
  heartbeats(): readonly HeartbeatEntry[]
  checkpoints(): readonly CheckpointEntry[]
  served(project: string, logstore: string, shard: number): ServedTotals
  /** Called for every checkpoint as it happens, the refused ones too. Answers with a function that ends it. */
  onCheckpoint(listener: (entry: CheckpointEntry) => void): () => void
  onHeartbeat(listener: (entry: HeartbeatEntry) => void): () => void
  onPull(listener: (entry: PullEntry) => void): () => void
}

export interface JournalWriter extends Journal {
  pulled(entry: PullEntry): void
  beat(entry: HeartbeatEntry): void
  checkpointed(entry: CheckpointEntry): void
}

export function createJournal(maxEntries: number): JournalWriter {
  const pulls = createChannel<PullEntry>(maxEntries)
  const heartbeats = createChannel<HeartbeatEntry>(maxEntries)
  const checkpoints = createChannel<CheckpointEntry>(maxEntries)
  const totals = new Map<string, ServedTotals>()
  const served: Journal['served'] = (project, logstore, shard) =>
    totals.get(`${project}/${logstore}/${shard}`) ?? { pulls: 0, groups: 0, bytes: 0 }

  return {
    pulls: pulls.entries,
    heartbeats: heartbeats.entries,
    checkpoints: checkpoints.entries,
    served,
    onCheckpoint: checkpoints.listen,
    onHeartbeat: heartbeats.listen,
    onPull: pulls.listen,
    beat: heartbeats.add,
    checkpointed: checkpoints.add,
    pulled: entry => {
      const { pulls: count, groups, bytes } = served(entry.project, entry.logstore, entry.shard)
      totals.set(`${entry.project}/${entry.logstore}/${entry.shard}`, {
        pulls: count + 1,
        groups: groups + entry.groups,
        bytes: bytes + entry.bytes,
      })
      pulls.add(entry)
    },
  }
}

/** The last entries, at most twice as many in memory, and those who want to hear of new ones. */
function createChannel<Entry>(maxEntries: number) {
  let kept: Entry[] = []
  const newest = () => kept.slice(Math.max(0, kept.length - maxEntries))
  const listeners = new Set<(entry: Entry) => void>()
  return {
    entries: newest,
    add: (entry: Entry) => {
      kept.push(entry)
      if (kept.length > maxEntries * 2) kept = newest()
      for (const listener of listeners) listener(entry)
    },
    listen: (listener: (entry: Entry) => void) => {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
  }
}
