/**
 * The Prometheus metrics. Counters take what each report says has happened; gauges are set at each scrape. The catalogue
 * says which there are.
 */

import type { CallDelta, WorkerStatus } from '../../thread/protocol.ts'
import type { Board } from '../state/board.ts'
import type { ReloadResult } from '../state/reload-result.ts'
import { setBoardGauges } from './board-gauges.ts'
import { countReport, countSlsCall } from './counts.ts'
import { createExposition, type Scrape } from './exposition.ts'
import { setProcessMetrics } from './process.ts'
import { type SourceScene, setSourceGauges } from './source-gauges.ts'

export interface Metrics {
  reported(source: string, consumer: string, report: WorkerStatus): void
  restarting(source: string, consumer: string, reason: string): void
  /** Removes the consumer's series. */
  consumerGone(source: string, consumer: string): void
  /** Removes the shard's series. */
  shardGone(source: string, shard: number): void
  /** Removes every series about the source. */
  sourceGone(source: string): void
  /** Counts a request that the supervisor itself made. */
  onSlsCall(source: string, call: CallDelta): void
  onReload(result: ReloadResult): void
  /** Returns the text of a scrape and its content type, in the format that is asked for. */
  render(accept: string | undefined): Promise<Scrape>
}

const NOTHING_KNOWN: SourceScene = { sources: [], conditions: [], history: { lagsOf: () => [] } }

/** `scene`: what is known of sources beyond the board. */
export function createMetrics(
  board: Board,
  version: string,
  scene: () => SourceScene = () => NOTHING_KNOWN,
): Metrics {
  const exposition = createExposition()
  let reload = { isApplied: true, atSeconds: secondsNow() }

  function setGauges(): void {
    exposition.clearGauges()
    exposition.set('build_info', { version, node: process.version }, 1)
    exposition.set('config_last_reload_successful', {}, reload.isApplied ? 1 : 0)
    exposition.set('config_last_reload_timestamp_seconds', {}, reload.atSeconds)
    setProcessMetrics(exposition)
    setBoardGauges(exposition, board)
    setSourceGauges(exposition, board.shards(), scene())
  }

  return {
    reported: (source, consumer, { since }) => countReport(exposition, { source, consumer }, since),
    restarting: (source, consumer, reason) =>
      exposition.count('consumer_restarts_total', { source, consumer, reason }, 1),
    consumerGone: (source, consumer) => exposition.forget({ source, consumer }),
    shardGone: (source, shard) => exposition.forget({ source, shard: String(shard) }),
    sourceGone: source => exposition.forget({ source }),
    onSlsCall: (source, call) => countSlsCall(exposition, source, call),
    onReload(result) {
      reload = { isApplied: result === 'applied', atSeconds: secondsNow() }
      exposition.count('config_reloads_total', { result }, 1)
    },
    render(accept) {
      setGauges()
      return exposition.render(accept)
    },
  }
}

/** Returns unix time. */
const secondsNow = () => Math.round(Date.now() / 1_000)
