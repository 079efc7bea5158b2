/** What a receiver can be told when it starts. */

import type { ServerOptions } from 'node:https'
import type { Envelope } from './envelope.ts'
import type { StoredFor } from './handlers.ts'
import type { ReplyHeaders } from './serve.ts'
import type { HecToken } from './tokens.ts'

export interface HecReceiverOptions {
  readonly tokens: readonly HecToken[]
  /** Default 127.0.0.1. */
  readonly host?: string
  /** Default 0: any free one. */
  readonly port?: number
  /** HTTPS with this certificate; `ca` and `requestCert` ask clients for one of theirs. */
  readonly tls?: Pick<ServerOptions, 'cert' | 'key' | 'ca' | 'requestCert' | 'rejectUnauthorized'>
  /** Default true: every object is parsed and judged. False, for load: objects are only counted. */
  readonly strict?: boolean
  /** Default as `strict`: keep all events and requests in memory. */
  readonly keepEvents?: boolean
  /** Splunk's `maxEventSize`, default 5 MiB. */
  readonly maxEventBytes?: number
  /** Strict mode: events that are refused as malformed, whatever they are. Default: none. */
  readonly isPoison?: (envelope: Envelope) => boolean
  /** Splunk's `max_content_length`, default 838,860,800. */
  readonly maxContentBytes?: number
  /** From taking until an ack id turns true, default 0. */
  readonly ackDelayMs?: number
  /**
   * What was taken lies in memory alone until `ackDelayMs` is over, and only then counts as stored: `restart` and `down`
   * lose it, as the death of an indexer does. Default false.
   */
  readonly volatile?: boolean
  /** Idle connections are closed after it. Default 12 s, as busy Splunks do. */
  readonly keepAliveIdleMs?: number
  /** `cloud` says 28 where Enterprise says 10. */
  readonly profile?: 'enterprise' | 'cloud'
  /** On every reply, for instance a load balancer's cookie; a function is asked for each reply anew. */
  readonly replyHeaders?: ReplyHeaders
  /** Strict mode: each stored event, in order. */
  readonly onEvent?: (envelope: Envelope, storedFor: StoredFor) => void
  /** Each body of data, decoded, and how many of its events were stored. The buffer may be kept. */
  readonly onBody?: (body: Buffer, events: number) => void
}

export const DEFAULTS = {
  host: '127.0.0.1',
  port: 0,
  strict: true,
  maxEventBytes: 5 * 1024 * 1024,
  isPoison: () => false,
  maxContentBytes: 838_860_800,
  ackDelayMs: 0,
  volatile: false,
  keepAliveIdleMs: 12_000,
  profile: 'enterprise',
  replyHeaders: {},
} as const
