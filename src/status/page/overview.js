/** The top of the page: the state in one sentence, whose it is, and whether the page still hears of it. */

/** @import { StatusDocument } from '../document.ts' */
import { createBadge } from './cells.js'
import { byId, setAttribute, setHidden, setText } from './dom.js'
import { span } from './format.js'
import { secondsBetween, targetText } from './view.js'
import { SERVICE_WORDS } from './words.js'

/** Messages come once a second: after so long without one, the figures are old. */
const LOST_AFTER_MS = 3_500

/** @returns {(status: StatusDocument) => void} */
export function createOverview() {
  const badge = createBadge()
  byId('badge').append(badge.element)
  const speak = createSpeaker()
  return status => {
    const { version, instance, state, summary, since, time, target } = status
    const words = SERVICE_WORDS[state]
    badge.update(words)
    setAttribute(byId('state'), 'data-tone', words.tone)
    setText(byId('sentence'), summary)
    speak(status)
    setText(byId('instance'), instance)
    setText(byId('version'), `version ${version}, up ${span(secondsBetween(since, time))}`)
    setText(byId('target'), targetText(target))
    document.title = `${words.word} · sls2splunk ${instance}`
  }
}

/**
 * The sentence has figures in it, which change each second. It is read out when it says something else: another state,
 * or other reasons.
 * @returns {(status: StatusDocument) => void}
 */
function createSpeaker() {
  let spoken = ''
  return ({ state, summary, reasons }) => {
    const meaning = JSON.stringify([state, reasons.map(({ code, source }) => [code, source])])
    if (meaning !== spoken) setText(byId('announcement'), summary)
    spoken = meaning
  }
}

/**
 * Says in words how old the figures are once they are; that the connection is lost, and back, is spoken once each.
 * @param {number} ageMs
 * @param {boolean} hasFigures a document has come at least once
 */
export function showAge(ageMs, hasFigures) {
  const isLost = ageMs > LOST_AFTER_MS
  if (!isLost && !hasFigures) return
  setAttribute(document.body, 'data-connection', isLost ? 'lost' : 'live')
  setText(byId('connection'), isLost ? lostText(hasFigures) : 'Live')
  setHidden(byId('age'), !isLost || !hasFigures)
  if (isLost) setText(byId('age'), `What you see is ${span(ageMs / 1_000)} old.`)
}

/** @param {boolean} hasFigures */
const lostText = hasFigures =>
  hasFigures
    ? 'Connection lost: the service does not answer. The page keeps trying.'
    : 'Not connected: the service has not answered yet. The page keeps trying.'
