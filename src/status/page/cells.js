/** What stands in a table's cells. Each answers with the function that brings its cell up to date. */

/** @import { Toned } from './view.js' */
/** @import { Tone, Words } from './words.js' */
import { html, icon, setAttribute, setText, svg } from './dom.js'
import { linePath } from './scale.js'

/**
 * @template T
 * @typedef {(cell: HTMLElement) => (thing: T) => void} Cell
 */

/** @template T @param {(thing: T) => string} of @returns {Cell<T>} */
export const text = of => cell => thing => setText(cell, of(thing))

/** @template T @param {(thing: T) => Toned} of @returns {Cell<T>} */
export const toned = of => cell => thing => {
  const { text: words, tone } = of(thing)
  setText(cell, words)
  setAttribute(cell, 'data-tone', tone)
}

/** Shape, colour and word. @template T @param {(thing: T) => Words} of @returns {Cell<T>} */
export const state = of => cell => {
  const badge = createBadge()
  cell.append(badge.element)
  return thing => badge.update(of(thing))
}

export function createBadge() {
  const shape = icon('ok')
  const word = html('span')
  const element = html('span', { class: 'badge' }, shape, word)
  return {
    element,
    /** @param {Words} words */
    update({ word: said, tone, icon: name }) {
      setText(word, said)
      setAttribute(element, 'data-tone', tone)
      for (const use of shape.children) setAttribute(use, 'href', `#icon-${name}`)
    },
  }
}

const LINE = { width: 96, height: 16 }

/** @typedef {{ readonly name: string, readonly values: readonly number[], readonly top: number }} Line */

/** The last minutes as a line. `top` is the same for a whole table, so that its lines compare. @template T @param {(thing: T) => Line} of @returns {Cell<T>} */
export const sparkline = of => cell => {
  const path = svg('path', { class: 'line' })
  const drawing = svg(
    'svg',
    { class: 'sparkline', role: 'img', viewBox: `0 -1 ${LINE.width} ${LINE.height + 2}` },
    path,
  )
  cell.append(drawing)
  /** @type {readonly number[]} */
  let drawn = []
  let drawnTop = 0
  return thing => {
    const { name, values, top } = of(thing)
    setAttribute(drawing, 'aria-label', name)
    // A new list comes with each message, a new value only every few seconds.
    if (top === drawnTop && isSame(values, drawn)) return
    drawn = values
    drawnTop = top
    setAttribute(path, 'd', linePath(values, { ...LINE, top: top || 1 }))
  }
}

/** @param {readonly number[]} a @param {readonly number[]} b */
const isSame = (a, b) => a.length === b.length && a.every((value, i) => value === b[i])

const BAR = { width: 60, height: 8, most: 1.5 }

/**
 * How much of something is used; the mark is all of it.
 * @template T
 * @param {(thing: T) => { share: number | undefined, tone: Tone, text: string }} of
 * @returns {Cell<T>}
 */
export const meter = of => cell => {
  const full = BAR.width / BAR.most
  const bar = svg('rect', { class: 'bar', height: BAR.height, y: 2 })
  const mark = svg('line', { class: 'mark', x1: full, x2: full, y1: 0, y2: BAR.height + 4 })
  const track = svg('rect', { class: 'track', width: BAR.width, height: BAR.height, y: 2 })
  const drawing = svg(
    'svg',
    { class: 'meter', 'aria-hidden': 'true', viewBox: `0 0 ${BAR.width} ${BAR.height + 4}` },
    track,
    bar,
    mark,
  )
  const words = html('span')
  cell.append(drawing, words)
  return thing => {
    const { share, tone, text: said } = of(thing)
    setText(words, said)
    setAttribute(cell, 'data-tone', tone)
    setAttribute(bar, 'width', Math.round(Math.min(share ?? 0, BAR.most) * full))
  }
}
