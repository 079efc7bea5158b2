/** What a benchmark and its load side, which is a process of its own, say to each other. */

export interface LoadOptions {
  readonly shards: number
  /** PEM texts: both far ends speak HTTPS. */
  readonly certificate?: { readonly cert: string; readonly key: string }
  /** The token wants acknowledgement. */
  readonly acknowledgement?: boolean
  /** Notes how long each log group took. */
  readonly watchesLatency?: boolean
}

export interface Ends {
  readonly slsUrl: string
  readonly hecUrl: string
}

/** Since the load side began. */
export interface Counts {
  readonly producedEvents: number
  /** Raw log data as Log Service counts it, uncompressed. */
  readonly producedBytes: number
  readonly storedEvents: number
  /** Of bodies as they were before compression. */
  readonly storedBodyBytes: number
  readonly requests: number
  /** Milliseconds since 1970 of the first event that Splunk stored. */
  readonly firstStoredAtMs: number | undefined
  /** CPU of the load side itself: the machine's other core. */
  readonly loadCpuSeconds: number
}

export interface Orders {
  begin: { readonly given: LoadOptions; readonly answer: Ends }
  /** From now on so many raw bytes a second; 0: no more. */
  pace: { readonly given: number; readonly answer: undefined }
  /** From now on so many raw bytes lie ready beyond what Splunk has, always. */
  flood: { readonly given: number; readonly answer: undefined }
  count: { readonly given: undefined; readonly answer: Counts }
  /** Milliseconds from a group's receipt by Log Service until Splunk had the last log of it, since the last question. */
  latencies: { readonly given: undefined; readonly answer: readonly number[] }
  /** Splunk answers no request any more. */
  stall: { readonly given: undefined; readonly answer: undefined }
}

export type OrderKind = keyof Orders

export type Order = { [K in OrderKind]: { readonly kind: K; readonly given: Orders[K]['given'] } }[OrderKind]
