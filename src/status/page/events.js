/** What has changed lately, the latest first, and the last reload of the configuration. */

/** @import { StatusDocument, StatusEvent } from '../document.ts' */
import { byId, html, icon, setHidden, setText } from './dom.js'
import { keyedList } from './keyed.js'
import { placeOf } from './view.js'
import { EVENT_WORDS } from './words.js'

/** So many are shown at once. */
const LATEST = 8

/** @returns {(status: StatusDocument) => void} */
export function createEvents() {
  const create = (/** @type {StatusEvent} */ event) => ({ element: elementOf(event), update() {} })
  const updateLatest = keyedList(byId('events-list'), keyOf, create)
  const updateEarlier = keyedList(byId('earlier-list'), keyOf, create)
  return ({ events, reload }) => {
    updateLatest(events.slice(-LATEST).toReversed())
    updateEarlier(events.slice(0, -LATEST).toReversed())
    setHidden(byId('earlier'), events.length <= LATEST)
    setHidden(byId('no-events'), events.length > 0)
    setText(byId('reload'), reloadText(reload))
  }
}

/** @param {StatusEvent} event */
const keyOf = ({ time, text, source, consumer, shard }) =>
  JSON.stringify([time, text, source, consumer, shard])

/** An event never changes. @param {StatusEvent} event */
function elementOf({ time, level, text, source, consumer, shard }) {
  const { tone, word, icon: name } = EVENT_WORDS[level]
  const when = html('time', { datetime: time, title: dateTime(time) }, clockTime(time))
  const place = placeOf([consumer ?? source, shard === undefined ? undefined : `shard ${shard}`])
  const said = html('span', { class: 'said' }, place === '' ? text : `${place}: ${text}`)
  const shape = html(
    'span',
    { class: 'badge', 'data-tone': tone },
    icon(name),
    html('span', { class: 'spoken' }, `${word}: `),
  )
  return html('li', {}, when, shape, said)
}

/** @param {StatusDocument['reload']} reload */
function reloadText({ time, ok, text }) {
  if (time === null) return `Configuration: ${text}.`
  return `Configuration: ${ok ? 'read again' : 'reading it again failed'} on ${dateTime(time)}: ${text}.`
}

/** @param {string} time */
const clockTime = time => new Date(time).toLocaleTimeString('en-GB')

/** @param {string} time */
const dateTime = time => new Date(time).toLocaleString('en-GB')
