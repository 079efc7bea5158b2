/** The consumers, by source: speed, and CPU against the target. */

/** @import { ConsumerStatus, SourceStatus, StatusDocument } from '../document.ts' */
/** @import { Column } from './table.js' */
import { meter, sparkline, state, text, toned } from './cells.js'
import { byId } from './dom.js'
import { mebibytes, megabytes, NONE, percent, plural, ranges, whole } from './format.js'
import { largestOf } from './scale.js'
import { sourceHead } from './source-head.js'
import { createTable } from './table.js'
import { shareOfTarget, targetTone } from './view.js'
import { CONSUMER_WORDS } from './words.js'

/** @typedef {{ readonly consumer: ConsumerStatus, readonly target: StatusDocument['target'], readonly values: readonly number[], readonly top: number }} Row */

/** @type {readonly Column<Row>[]} */
const COLUMNS = [
  { label: 'Consumer', isWide: true, isHeading: true, cell: text(({ consumer }) => consumer.name) },
  { label: 'State', cell: state(({ consumer }) => CONSUMER_WORDS[consumer.state]) },
  {
    label: 'MB/s',
    isNumber: true,
    cell: text(({ consumer }) => megabytes(consumer.throughput_bytes_per_second)),
  },
  {
    label: 'Last minutes',
    isWide: true,
    hint: 'throughput; the same scale for all consumers',
    cell: sparkline(({ consumer, values, top }) => ({
      name: `Throughput of ${consumer.name}, last minutes`,
      values,
      top,
    })),
  },
  { label: 'CPU', isNumber: true, cell: text(({ consumer }) => percent(consumer.cpu_ratio)) },
  {
    label: 'Of the target’s CPU',
    isWide: true,
    hint: 'CPU, of what the target allows for as many bytes; the mark is 100 %',
    cell: meter(({ consumer, target }) => {
      const share = shareOfTarget(consumer, target)
      return {
        share,
        tone: targetTone(consumer),
        text: share === undefined ? 'idle' : `${Math.round(share * 100)} %`,
      }
    }),
  },
  {
    label: 'In flight',
    isNumber: true,
    cell: text(({ consumer }) => `${(consumer.in_flight_bytes / 1e6).toFixed(1)} MB`),
  },
  { label: 'Memory', isNumber: true, cell: text(({ consumer }) => mebibytes(consumer.memory_bytes)) },
  {
    label: 'Restarts',
    isNumber: true,
    cell: toned(({ consumer }) => ({
      text: whole(consumer.restarts),
      tone: consumer.restarts > 0 ? 'warn' : 'ok',
    })),
  },
  {
    label: 'Shards',
    isWide: true,
    cell: text(({ consumer }) => (consumer.shards.length === 0 ? NONE : ranges(consumer.shards))),
  },
]

/** @returns {(status: StatusDocument) => void} */
export function createConsumers() {
  const update = createTable(byId('consumers-table'), {
    columns: COLUMNS,
    keyOf: (/** @type {Row} */ { consumer }) => consumer.name,
    head: sourceHead(({ consumers }) => plural(consumers.length, 'consumer')),
  })
  return ({ sources, history, target }) => {
    const top = Math.max(0, ...Object.values(history.consumers).map(largestOf))
    /** @param {ConsumerStatus} consumer @returns {Row} */
    const rowOf = consumer => ({ consumer, target, top, values: history.consumers[consumer.name] ?? [] })
    update(
      sources.map((/** @type {SourceStatus} */ source) => ({
        key: source.name,
        source,
        rows: source.consumers.map(rowOf),
      })),
    )
  }
}
