/** The shards, by source: who has them, how fast and how far behind they are, what became of their events. */

/** @import { ShardStatus, SourceStatus, StatusDocument } from '../document.ts' */
/** @import { Column } from './table.js' */
import { sparkline, state, text, toned } from './cells.js'
import { byId } from './dom.js'
import { megabytes, percent, plural, whole } from './format.js'
import { largestOf } from './scale.js'
import { sourceHead } from './source-head.js'
import { createTable } from './table.js'
import { deadLetterTone, lagOf, outlookOf } from './view.js'
import { SHARD_WORDS } from './words.js'

/** @typedef {{ readonly shard: ShardStatus, readonly values: readonly number[], readonly top: number }} Row */

/** @type {readonly Column<Row>[]} */
const COLUMNS = [
  { label: 'Shard', isHeading: true, isNumber: true, cell: text(({ shard }) => String(shard.shard)) },
  { label: 'State', cell: state(({ shard }) => SHARD_WORDS[shard.state]) },
  { label: 'MB/s', isNumber: true, cell: text(({ shard }) => megabytes(shard.throughput_bytes_per_second)) },
  {
    label: 'Last minutes',
    isWide: true,
    hint: 'throughput; the same scale for all shards',
    cell: sparkline(({ shard, values, top }) => ({
      name: `Throughput of shard ${shard.shard}, last minutes`,
      values,
      top,
    })),
  },
  { label: 'CPU', isNumber: true, cell: text(({ shard }) => percent(shard.cpu_ratio)) },
  { label: 'Lag', isNumber: true, cell: toned(({ shard }) => lagOf(shard)) },
  { label: 'Catches up', isWide: true, cell: toned(({ shard }) => outlookOf(shard)) },
  {
    label: 'In flight',
    isNumber: true,
    hint: 'events read and not yet delivered',
    cell: text(({ shard }) => whole(shard.in_flight_events)),
  },
  {
    label: 'Delivered',
    isNumber: true,
    hint: 'events',
    cell: text(({ shard }) => whole(shard.delivered_events)),
  },
  {
    label: 'Dropped',
    isNumber: true,
    hint: 'events that a route drops',
    cell: text(({ shard }) => whole(shard.dropped_events)),
  },
  {
    label: 'Dead letters',
    isNumber: true,
    hint: 'events that Splunk can never accept',
    cell: toned(({ shard }) => ({ text: whole(shard.dead_letter_events), tone: deadLetterTone(shard) })),
  },
  { label: 'Owner', isWide: true, cell: text(({ shard }) => shard.owner) },
]

/** @returns {(status: StatusDocument) => void} */
export function createShards() {
  const update = createTable(byId('shards-table'), {
    columns: COLUMNS,
    keyOf: (/** @type {Row} */ { shard }) => String(shard.shard),
    head: sourceHead(({ shards }) => plural(shards.length, 'shard')),
  })
  return ({ sources, history }) => {
    const top = Math.max(0, ...Object.values(history.shards).map(largestOf))
    update(
      sources.map((/** @type {SourceStatus} */ source) => ({
        key: source.name,
        source,
        rows: source.shards.map(shard => ({
          shard,
          top,
          values: history.shards[`${source.name}/${shard.shard}`] ?? [],
        })),
      })),
    )
  }
}
