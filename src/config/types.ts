/**
 * What the rest of the program sees of `config.yaml`: frozen plain data, every default applied, every unit in its
 * name. It crosses threads by structured clone, so there are no classes and no functions in it.
 */

import type { TlsConfig } from '../base/tls.ts'

export interface Config {
  /** The file it was read from, for messages. */
  readonly file: string
  readonly instance: string
  readonly stateDirectory: string
  readonly sls: SlsConfig
  readonly splunk: SplunkConfig
  readonly sources: readonly SourceConfig[]
  readonly worker: WorkerConfig
  readonly http: HttpConfig
  readonly deadLetters: DeadLettersConfig
  readonly log: LogConfig
}

export interface SlsConfig {
  /** Scheme, host and optional port, without a path: `https://cn-hangzhou.log.aliyuncs.com`. */
  readonly endpoint: string
  readonly region: string
  readonly signature: 'v4' | 'v1'
  readonly credentials: CredentialsConfig
  /** `http://host:port` of an outbound proxy; without it HTTPS_PROXY, HTTP_PROXY and NO_PROXY count. */
  readonly proxy?: string
  readonly tls: TlsConfig
  readonly timeoutMs: number
}

export type CredentialsConfig =
  | {
      readonly kind: 'keys'
      readonly accessKeyId: string
      readonly accessKeySecret: string
      readonly securityToken?: string
    }
  /** Alibaba Cloud's own credential chain: environment, profile, ECS RAM role, OIDC. */
  | { readonly kind: 'default' }

/** PEM texts, not paths: the files are read with the configuration, so that a missing one is an error of its line. */
export interface SplunkConfig {
  /** Base URLs of HEC endpoints, without a path: `https://splunk.example.com:8088`. */
  readonly urls: readonly string[]
  readonly token: string
  /** Where the token came from, when it came from a file: it is read again when Splunk refuses the token. */
  readonly tokenFile?: string
  readonly tls: TlsConfig
  readonly proxy?: string
  readonly timeoutMs: number
  readonly compression: 'gzip' | 'none'
  /** How long to wait for an indexer's acknowledgement; undefined: what Splunk accepts counts as delivered. */
  readonly acknowledgementMs?: number
  /** Upper bound of one request's body, uncompressed; a larger event travels alone. */
  readonly batchBytes: number
  /** What an event carries when no route says otherwise. */
  readonly metadata: EventMetadata
}

/** The four envelope keys of a HEC event that a route can set. */
export interface EventMetadata {
  readonly index?: Template
  readonly sourcetype?: Template
  readonly source?: Template
  readonly host?: Template
}

/** Parts in order; an empty result falls back to the default. */
export type Template = readonly TemplatePart[]

export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'variable'; readonly name: 'topic' | 'source' | 'project' | 'logstore' | 'shard' }
  | { readonly kind: 'tag'; readonly name: string }

export interface SourceConfig {
  readonly name: string
  readonly project: string
  readonly logstore: string
  readonly consumerGroup: string
  /** Worker threads; 0 pauses the source. */
  readonly consumers: number
  readonly startFrom: StartPosition
  readonly inOrder: boolean
  /** SPL that SLS runs before the data leaves it. */
  readonly query?: string
  readonly heartbeatIntervalMs: number
  readonly fetchIntervalMs: number
  readonly checkpointIntervalMs: number
  /** First match wins; no match: forwarded with the defaults. */
  readonly routes: readonly Route[]
  readonly event: EventConfig
}

/** Where to begin in a shard that has no checkpoint; `seconds` is unix time of receipt by SLS. */
export type StartPosition =
  | { readonly kind: 'begin' }
  | { readonly kind: 'end' }
  | { readonly kind: 'time'; readonly seconds: number }

export interface EventConfig {
  /** Adds `__topic__`, `__source__` and `__tag__:NAME` to the event. */
  readonly metadata: boolean
}

export interface Route {
  /** All must match. */
  readonly match: readonly Matcher[]
  readonly action: { readonly kind: 'drop' } | { readonly kind: 'send'; readonly metadata: EventMetadata }
}

/** A property of a whole log group against patterns, any of which may match. A tag that is absent is empty text. */
export interface Matcher {
  readonly on:
    | { readonly kind: 'topic' }
    | { readonly kind: 'source' }
    | { readonly kind: 'tag'; readonly name: string }
  readonly patterns: readonly Pattern[]
}

/** `glob`: `*` is any text, `?` one character, the whole value must match. `regex`: may match anywhere. */
export type Pattern =
  | { readonly kind: 'exact'; readonly text: string }
  | { readonly kind: 'glob'; readonly glob: string }
  | { readonly kind: 'regex'; readonly source: string; readonly flags: string }

export interface WorkerConfig {
  /** Per worker thread, heap and buffers together. */
  readonly memoryLimitBytes: number
  /** Read and not yet delivered, per worker thread. */
  readonly inFlightBytes: number
  readonly stalledAfterMs: number
  readonly restartBackoff: { readonly minMs: number; readonly maxMs: number }
  readonly drainTimeoutMs: number
}

export interface HttpConfig {
  readonly host: string
  readonly port: number
  readonly bearerToken?: string
  readonly tls?: { readonly cert: string; readonly key: string }
}

export interface DeadLettersConfig {
  /** Absolute. */
  readonly directory: string
  /** All its files together, of all workers. */
  readonly maxBytes: number
}

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error'

export interface LogConfig {
  readonly level: LogLevel
  readonly format: 'json' | 'pretty' | 'journal'
  /** Absolute: where the log goes as well, as JSON lines, rotated. */
  readonly file?: string
}
