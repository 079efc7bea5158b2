/** The four figures that matter, each with its chart. */

/** @import { StatusDocument } from '../document.ts' */
/** @import { Quantity, Series } from './view.js' */
import { createChart } from './chart.js'
import { byId, html, setText } from './dom.js'
import { latency, megabytes, NONE, percent, span, whole } from './format.js'
import { costText, worstLatency } from './view.js'

/**
 * @typedef {object} Figure
 * @property {string} title
 * @property {Quantity} quantity
 * @property {(status: StatusDocument) => string} value
 * @property {(status: StatusDocument) => string} note
 * @property {(history: StatusDocument['history']) => readonly (number | null)[]} values
 */

/** @type {readonly Figure[]} */
const FIGURES = [
  {
    title: 'Throughput',
    quantity: {
      name: 'Throughput',
      format: value => `${megabytes(value)} MB/s`,
      units: [{ size: 1e6, name: 'MB/s', from: 0 }],
    },
    value: status => `${megabytes(status.throughput_bytes_per_second)} MB/s`,
    note: status => `${whole(status.delivered_events_per_second)} events/s delivered`,
    values: history => history.throughput_bytes_per_second,
  },
  {
    title: 'Worst lag',
    quantity: {
      name: 'Lag of the shard that is furthest behind',
      format: span,
      units: [
        { size: 3_600, name: 'h', from: 7_200 },
        { size: 60, name: 'min', from: 120 },
        { size: 1, name: 's', from: 0 },
      ],
    },
    value: status => (status.lag_seconds === null ? NONE : span(status.lag_seconds)),
    note: lagNote,
    values: history => history.lag_seconds,
  },
  {
    title: 'CPU',
    quantity: { name: 'CPU, of one core', format: percent, units: [{ size: 0.01, name: '%', from: 0 }] },
    value: status => percent(status.cpu_ratio),
    note: costText,
    values: history => history.cpu_ratio,
  },
  {
    title: 'HEC latency, 99th percentile',
    quantity: {
      name: 'Latency of the HTTP Event Collector, 99th percentile',
      format: latency,
      units: [
        { size: 1, name: 's', from: 1 },
        { size: 0.001, name: 'ms', from: 0 },
      ],
    },
    value: ({ endpoints }) => {
      const worst = worstLatency(endpoints)
      return worst ? latency(worst.p99) : NONE
    },
    note: ({ endpoints }) => {
      const worst = worstLatency(endpoints)
      return worst ? `median ${latency(worst.p50)}` : 'no request in the last minute'
    },
    values: history => history.hec_latency_p99_seconds,
  },
]

/** @param {StatusDocument} status */
function lagNote({ sources, lag_seconds: worst }) {
  const shards = sources.flatMap(({ name, shards: own }) => own.map(shard => ({ name, ...shard })))
  const last = shards.find(shard => shard.lag_seconds !== null && shard.lag_seconds === worst)
  if (!last) return shards.length === 0 ? 'no shard held' : `of ${shards.length} shards`
  return `shard ${last.shard} of ${last.name}`
}

/** @returns {(status: StatusDocument) => void} */
export function createFigures() {
  const updates = FIGURES.map(createFigure)
  return status => {
    for (const update of updates) update(status)
  }
}

/** @param {Figure} figure @returns {(status: StatusDocument) => void} */
function createFigure({ title, quantity, value, note, values }) {
  const number = html('p', { class: 'value' })
  const remark = html('p', { class: 'note' })
  const chart = html('div', { class: 'chart' })
  byId('figures').append(html('section', { class: 'figure' }, html('h3', {}, title), number, remark, chart))
  const draw = createChart(chart, quantity)
  let drawn = ''
  return status => {
    setText(number, value(status))
    setText(remark, note(status))
    /** @type {Series} */
    const series = { values: values(status.history), intervalSeconds: status.history.interval_seconds }
    const key = JSON.stringify(series)
    if (key !== drawn) draw(series)
    drawn = key
  }
}
