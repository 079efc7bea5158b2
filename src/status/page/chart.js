/** A chart of the last minutes: one line over time, with axes, in an SVG that stretches and text that does not. */

/** @import { Quantity, Series } from './view.js' */
import { html, setAttribute, setHidden, setText, svg } from './dom.js'
import { span } from './format.js'
import { areaPath, axisOf, largestOf, linePath } from './scale.js'
import { seriesText } from './view.js'

const FRAME = { width: 300, height: 80 }

/**
 * @param {Element} place empty; takes the chart
 * @param {Quantity} quantity
 * @returns {(series: Series) => void}
 */
export function createChart(place, quantity) {
  const area = svg('path', { class: 'area' })
  const line = svg('path', { class: 'line' })
  const cursor = svg('line', { class: 'cursor', y1: 0, y2: FRAME.height })
  const grid = [0, 0.5, 1].map(part =>
    svg('line', { class: 'grid', x1: 0, x2: FRAME.width, y1: part * FRAME.height, y2: part * FRAME.height }),
  )
  const plot = svg(
    'svg',
    { role: 'img', viewBox: `0 0 ${FRAME.width} ${FRAME.height}`, preserveAspectRatio: 'none' },
    ...grid,
    area,
    line,
    cursor,
  )
  const yLabels = [0, 1, 2].map(() => html('span'))
  const xLabels = [0, 1, 2].map(() => html('span'))
  const reading = html('p', { class: 'reading', hidden: '' })
  const nothing = html('p', { class: 'nothing' }, 'nothing measured yet')
  place.append(
    html('div', { class: 'y-axis', 'aria-hidden': 'true' }, ...yLabels),
    html('div', { class: 'plot' }, plot, reading, nothing),
    html('div', { class: 'x-axis', 'aria-hidden': 'true' }, ...xLabels),
  )
  const point = pointAt({ plot, cursor, reading, quantity })

  return series => {
    const { values, intervalSeconds } = series
    const axis = axisOf(largestOf(values), quantity.units)
    const frame = { ...FRAME, top: axis.top }
    setAttribute(line, 'd', linePath(values, frame))
    setAttribute(area, 'd', areaPath(values, frame))
    // Each value stands for an interval.
    const length = values.length * intervalSeconds
    const times = length > 0 ? [agoText(length), agoText(length / 2), 'now'] : []
    label(yLabels, axis.labels.toReversed())
    label(xLabels, times)
    setAttribute(plot, 'aria-label', seriesText(series, quantity))
    setHidden(
      nothing,
      values.some(value => value !== null),
    )
    point(series)
  }
}

/** @param {number} seconds */
const agoText = seconds => `${span(seconds).replace('.0 ', ' ')} ago`

/** @param {readonly HTMLElement[]} places @param {readonly string[]} texts */
function label(places, texts) {
  for (const [i, place] of places.entries()) setText(place, texts[i] ?? '')
}

/**
 * Says the value under the pointer.
 * @param {{ plot: SVGSVGElement, cursor: SVGLineElement, reading: HTMLElement, quantity: Quantity }} parts
 * @returns {(series: Series) => void}
 */
function pointAt({ plot, cursor, reading, quantity }) {
  /** @type {Series} */
  let series = { values: [], intervalSeconds: 0 }
  /** Of the width; undefined while nobody points. @type {number | undefined} */
  let pointed

  function show() {
    const { values, intervalSeconds } = series
    const last = values.length - 1
    const at = pointed === undefined ? -1 : Math.round(pointed * last)
    const value = values[at]
    setHidden(reading, value === undefined)
    setHidden(cursor, value === undefined)
    if (value === undefined) return
    const x = (at / Math.max(1, last)) * FRAME.width
    setAttribute(cursor, 'x1', x)
    setAttribute(cursor, 'x2', x)
    const when = at === last ? 'now' : `${span((last - at) * intervalSeconds)} ago`
    setText(reading, `${value === null ? 'unknown' : quantity.format(value)}, ${when}`)
  }

  plot.addEventListener('pointermove', ({ clientX }) => {
    const { left, width } = plot.getBoundingClientRect()
    pointed = Math.min(1, Math.max(0, (clientX - left) / width))
    show()
  })
  plot.addEventListener('pointerleave', () => {
    pointed = undefined
    show()
  })
  return next => {
    series = next
    show()
  }
}
