/** What is known of a source beyond what its workers report. */

/** What Log Service has said of a logstore. */
export interface SourceFacts {
  /** Shards that take writes; undefined until they were listed. */
  readonly shards?: number
  /** How long logs are kept; undefined when the key may not ask. */
  readonly retentionSeconds?: number
}

/** A configured source and what Log Service has said of it. */
export interface KnownSource {
  readonly name: string
  readonly project: string
  readonly logstore: string
  readonly consumerGroup: string
  readonly consumers: number
  readonly facts: SourceFacts
}
