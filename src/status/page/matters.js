/** What is wrong now, with what to do; and what would be better. */

/** @import { StatusAdvice, StatusDocument, StatusReason } from '../document.ts' */
import { byId, html, icon, setHidden, setText } from './dom.js'
import { keyedList } from './keyed.js'
import { runbookEntry } from './runbook.js'
import { circumstancesOf } from './view.js'

/** @typedef {{ readonly reason: StatusReason, readonly now: string }} Matter */

/** @returns {(status: StatusDocument) => void} */
export function createMatters() {
  const updateReasons = keyedList(byId('reasons-list'), reasonKey, createReason)
  const updateAdvice = keyedList(byId('advice-list'), adviceKey, createAdvice)
  return ({ reasons, advice, time: now }) => {
    updateReasons(reasons.map(reason => ({ reason, now })))
    updateAdvice(advice)
    setHidden(byId('reasons'), reasons.length === 0)
    setHidden(byId('advice'), advice.length === 0)
  }
}

/** @param {Matter} reason */
const reasonKey = ({ reason: { code, source, endpoint, runbook } }) =>
  JSON.stringify([code, source, endpoint, runbook])

/** @param {StatusAdvice} advice */
const adviceKey = ({ code, source, shard }) => JSON.stringify([code, source, shard])

/** @param {Matter} reason */
function createReason({ reason: { runbook } }) {
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
    /** @param {Matter} matter */
    update({ reason, now }) {
      setText(text, reason.text)
      setText(remedy, reason.remedy)
      setText(place, circumstancesOf(reason, now))
    },
  }
}

function createAdvice() {
  const text = html('span')
  return {
    element: html('li', {}, icon('advice'), text),
    /** @param {StatusAdvice} advice */
    update: advice => setText(text, `${advice.source}: ${advice.text}`),
  }
}
