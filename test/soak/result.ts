/** What a soak has shown, as a table for people and as a file. */

import { saveFigures } from '../support/figures.ts'
import type { WatchFigures } from './watch.ts'

export interface SoakResult extends WatchFigures {
  readonly minutes: number
  readonly consumers: number
  readonly seed: number
  readonly issued: number
  readonly delivered: number
  readonly deadLettered: number
  /** Dead letters of events that Splunk had never refused. */
  readonly givenUpWrongly: number
  readonly lost: number
  /** Arrivals of logs that nobody had issued. */
  readonly unknown: number
  readonly duplicated: number
  readonly duplicateRatio: number
  /** Checkpoints that went past a log that Splunk did not have at that moment. */
  readonly checkpointsAhead: number
  /** Times that two live consumers reported the same shard. */
  readonly heldTwice: number
  /** From the end of the last fault until everything had arrived; undefined: it did not. */
  readonly caughtUpMs: number | undefined
  /** How long the logs took that were produced after that. */
  readonly freshLogMs: number | undefined
  /** Raw log data a second, as produced. */
  readonly bytesPerSecond: number
  /** CPU of each service's process, 1 is one core. */
  readonly cpuRatio: { readonly steady: number; readonly guest: number }
  /** How often each fault was played. */
  readonly faults: Readonly<Record<string, number>>
  /** How services ended that nobody had asked to end. */
  readonly unexpectedExits: readonly string[]
  /** Exit status of the last stop: `0` is right. */
  readonly lastExits: readonly string[]
}

/**
 * Nothing lost, invented or given up wrongly, no checkpoint ahead of its logs, no shard held twice, no process that ended
 * by itself, and everything arrived in the end.
 */
export function isSound({ lost, unknown, givenUpWrongly, checkpointsAhead, heldTwice, ...rest }: SoakResult) {
  const troubles =
    lost + unknown + givenUpWrongly + checkpointsAhead + heldTwice + rest.unexpectedExits.length
  const hasArrived = rest.caughtUpMs !== undefined && rest.freshLogMs !== undefined
  return troubles === 0 && hasArrived && rest.lastExits.every(exit => exit === '0')
}

export function printResult(result: SoakResult): void {
  const { memory, lagSeconds, healthyLagSeconds, cpuRatio } = result
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(2)
  const seconds = (ms: number | undefined) => (ms === undefined ? 'never' : `${(ms / 1_000).toFixed(1)} s`)
  const percent = (ratio: number) => `${(ratio * 100).toFixed(2)} %`
  const lag = (of: typeof lagSeconds) =>
    [of.p50, of.p99, of.max].map(each => `${each.toFixed(1)} s`).join(', ')
  console.table({
    'logs issued': result.issued,
    'logs delivered': result.delivered,
    'logs among the dead letters': result.deadLettered,
    'of them never refused': result.givenUpWrongly,
    'logs lost': result.lost,
    'logs that nobody issued': result.unknown,
    duplicates: `${result.duplicated} (${percent(result.duplicateRatio)})`,
    'checkpoints ahead of undelivered logs': result.checkpointsAhead,
    'shards reported by two consumers': result.heldTwice,
    'raw logs, MB/s': megabytes(result.bytesPerSecond),
    'lag p50, p99, max': lag(lagSeconds),
    'the same in healthy times': lag(healthyLagSeconds),
    'caught up after': seconds(result.caughtUpMs),
    'a fresh log after': seconds(result.freshLogMs),
    'RSS first, last, max, MB': [memory.firstMegabytes, memory.lastMegabytes, memory.maxMegabytes]
      .map(Math.round)
      .join(', '),
    'RSS slope, MB/min': memory.slopeMegabytesPerMinute.toFixed(2),
    'in flight at most, MB': megabytes(result.maxInFlightBytes),
    'CPU of one core: steady, guest': `${percent(cpuRatio.steady)}, ${percent(cpuRatio.guest)}`,
    'exits nobody asked for': result.unexpectedExits.join(', ') || 'none',
    'exit status at the end': result.lastExits.join(', '),
  })
  console.table(result.faults)
}

export function saveResult(result: SoakResult): void {
  saveFigures('soak-', { soak: result })
}
