import { type BalanceRules, highestShard } from './allocation.ts'
import { type Clock, systemClock } from './clock.ts'
import { type LogPredicate, parseQuery } from './query.ts'

export interface SimulatedAccessKey {
  readonly id: string
  readonly secret: string
  /** Set for temporary credentials: requests must carry it. */
  readonly securityToken?: string
}

/**
 * Everything about the simulator that can be chosen. What nobody has confirmed about the real service is an option
 * too: the default is the likely behaviour, the alternative is there to be tested against. Two open questions have
 * one answer only: a pull that stands at its end cursor gives no groups and that cursor again, and calls of a deleted
 * consumer group get ConsumerGroupNotExist.
 */
export interface SlsSimulatorOptions extends BalanceRules {
  readonly clock: Clock
  /**
   * What requests are dated by, and answers: one that is off is a client's clock that is off, and changes nothing about
   * timeouts and receive times. Undefined: `clock`.
   */
  readonly wallClock: Clock | undefined
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  /** PEM texts; with them the simulator speaks HTTPS. */
  readonly tls: { readonly key: string; readonly cert: string } | undefined

  readonly accessKeys: readonly SimulatedAccessKey[]
  /** Default: on as soon as there are access keys. Checks the time of requests as well. */
  readonly verifySignatures: boolean | undefined
  /** Set: requests signed with version 4 for another region are refused. */
  readonly region: string | undefined
  readonly verifyMd5: boolean

  /** Most bytes of one pull, uncompressed. At least one group is always given. */
  readonly pullByteCap: number
  readonly pullContentType: string
  /** What a pull without `Accept-Encoding` gets. */
  readonly missingAcceptEncoding: 'identity' | 'lz4'
  /** `literals` is valid LZ4 that costs no time to make; the bytes stay as many as they were. */
  readonly lz4: 'compressed' | 'literals'
  /** Response headers to leave out, in lower case. */
  readonly omitHeaders: readonly string[]
  /** Stands in for SPL. Undefined: the query is refused. */
  readonly query: (statement: string) => LogPredicate | undefined

  readonly expiredCursor: 'refuse' | 'oldest'
  /** What becomes of a read-only shard whose last group has expired. */
  readonly expiredReadonlyShard: 'vanish' | 'stay'
  readonly firstCursor: 'opaque' | 'unix-seconds'
  /** Older groups of a shard expire when there are more; for long runs. */
  readonly maxGroupsPerShard: number

  readonly maxConsumerGroups: number
  readonly groupTimeoutSeconds: { readonly min: number; readonly max: number }
  /** Heartbeats of one consumer that follow sooner are refused. */
  readonly minHeartbeatIntervalMs: number
  readonly deleteMissingGroup: 'refuse' | 'accept'
  /** Shards in a heartbeat that belong to somebody else. */
  readonly foreignShards: 'ignore' | 'refuse'
  /** What GetCheckPoint says of shards without a checkpoint. */
  readonly untouchedCheckpoints: 'empty-row' | 'no-row'
  /** A checkpoint beyond the end of its shard, or of another shard. */
  readonly foreignCheckpoint: 'store' | 'refuse'

  /** HTTP status of error codes; `ShardNotExist` here is the one of cursors and pulls. */
  readonly statuses: Readonly<Record<string, number>>

  readonly shardReadsPerSecond: number
  readonly shardReadBytesPerSecond: number
  readonly projectReadsPerSecond: number

  /** Entries that the journal keeps of each kind. */
  readonly journalEntries: number
}

export const defaultOptions: SlsSimulatorOptions = {
  clock: systemClock,
  wallClock: undefined,
  host: '127.0.0.1',
  port: 0,
  tls: undefined,
  accessKeys: [],
  verifySignatures: undefined,
  region: undefined,
  verifyMd5: true,
  pullByteCap: 10 * 1024 * 1024,
  pullContentType: 'application/x-protobuf',
  missingAcceptEncoding: 'identity',
  lz4: 'compressed',
  omitHeaders: [],
  query: parseQuery,
  expiredCursor: 'refuse',
  expiredReadonlyShard: 'vanish',
  firstCursor: 'opaque',
  maxGroupsPerShard: Number.POSITIVE_INFINITY,
  maxConsumerGroups: 30,
  groupTimeoutSeconds: { min: 0, max: Number.POSITIVE_INFINITY },
  minHeartbeatIntervalMs: 0,
  rebalanceAt: 'registration',
  movedShard: highestShard,
  emptyHeartbeat: 'keep',
  deleteMissingGroup: 'refuse',
  foreignShards: 'ignore',
  untouchedCheckpoints: 'empty-row',
  foreignCheckpoint: 'store',
  statuses: {},
  shardReadsPerSecond: Number.POSITIVE_INFINITY,
  shardReadBytesPerSecond: Number.POSITIVE_INFINITY,
  projectReadsPerSecond: Number.POSITIVE_INFINITY,
  journalEntries: 10_000,
}
