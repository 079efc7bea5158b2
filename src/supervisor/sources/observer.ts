/**
 * What happens to the workers of all sources, told to one observer as it happens. Behind it stands everything that
 * remembers: what is known now, what has been counted, what the page draws, what metrics export.
 */

import type { WorkerStatus } from '../../thread/protocol.ts'

export interface Observer {
  /** A consumer of the source is to run. */
  consumerExpected(source: string, consumer: string): void
  /** Its thread has reported; the report of a consumer that is not expected is ignored. */
  reported(source: string, consumer: string, report: WorkerStatus): void
  /** Its thread has ended, whatever the reason. */
  threadEnded(source: string, consumer: string): void
  /** Its thread ended against its will and will be started again; `reason` as metrics name it. */
  restarting(source: string, consumer: string, reason: string): void
  /** The consumer has ended for good. */
  consumerGone(source: string, consumer: string): void
  /** The source and its consumers have ended for good: a later one of its name begins without what was known. */
  sourceGone(source: string): void
  /** Forgets the counts of shards that no consumer has held for two minutes; to be called about once a second. */
  forgetGoneShards(): void
}
