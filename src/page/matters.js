/** What is wrong now, with what to do; and what would be better. */

/** @import { StatusAdvice, StatusDocument, StatusReason } from '../status.ts' */
import { byId, html, icon, setHidden, setText } from './dom.js'
import { plural, shardNames, span } from './format.js'
import { keyedList } from './keyed.js'
import { runbookEntry } from './runbook.js'
import { placeOf } from './view.js'

/** @typedef {StatusReason & { readonly ageSeconds: number }} Matter */

/** @returns {(status: StatusDocument) => void} */
export function createMatters() {
  const updateReasons = keyedList(byId('reasons-list'), reasonKey, createReason)
  const updateAdvice = keyedList(byId('advice-list'), adviceKey, createAdvice)
  return ({ reasons, advice, time }) => {
    const ageOf = (/** @type {string} */ since) => Math.max(0, (Date.parse(time) - Date.parse(since)) / 1_000)
    updateReasons(reasons.map(reason => ({ ...reason, ageSeconds: ageOf(reason.since) })))
    updateAdvice(advice)
    setHidden(byId('reasons'), reasons.length === 0)
    setHidden(byId('advice'), advice.length === 0)
  }
}

/** @param {Matter} reason */
const reasonKey = ({ code, source, endpoint, runbook }) => JSON.stringify([code, source, endpoint, runbook])

/** @param {StatusAdvice} advice */
const adviceKey = ({ code, source, shard }) => JSON.stringify([code, source, shard])

/** @param {Matter} reason */
function createReason({ runbook }) {
  const text = html('h3')
  const remedy = html('span')
  const place = html('p', { class: 'note' })
  const element = html(
    'li',
    {},
    text,
    html('p', { class: 'remedy' }, html('strong', {}, 'What to do: '), remedy),
    place,
    runbookEntry(runbook),
  )
  return {
    element,
    /** @param {Matter} reason */
    update(reason) {
      setText(text, reason.text)
      setText(remedy, reason.remedy)
      setText(place, whereAndSince(reason))
    },
  }
}

/** @param {Matter} reason */
function whereAndSince({ source, shards, endpoint, tries, ageSeconds }) {
  const since = `since ${span(ageSeconds)}${tries > 0 ? `, ${plural(tries, 'failed try').replace('trys', 'tries')}` : ''}`
  const place = placeOf([source, shardNames(shards), endpoint])
  return place === '' ? since : `${place} · ${since}`
}

function createAdvice() {
  const text = html('span')
  return {
    element: html('li', {}, icon('advice'), text),
    /** @param {StatusAdvice} advice */
    update: advice => setText(text, `${advice.source}: ${advice.text}`),
  }
}
