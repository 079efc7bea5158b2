/** The live connection to the service: documents as they come, and how old the last one is. */

/** @import { StatusDocument } from '../document.ts' */

/**
 * @typedef {object} Listener
 * @property {(status: StatusDocument) => void} onDocument
 * @property {(ageMs: number) => void} onTick once a second: how long ago the last document came, or the page was opened
 */

/** A browser comes back by itself, unless it was answered with an error: then it is for us to try again. */
const RETRY_MS = 2_000
const TICK_MS = 1_000

/** @param {string} url @param {Listener} listener */
export function connect(url, { onDocument, onTick }) {
  let cameAtMs = performance.now()

  function open() {
    const events = new EventSource(url)
    events.addEventListener('message', message => {
      cameAtMs = performance.now()
      onDocument(JSON.parse(message.data))
    })
    events.addEventListener('error', () => {
      if (events.readyState === EventSource.CLOSED) setTimeout(open, RETRY_MS)
    })
  }

  open()
  setInterval(() => onTick(performance.now() - cameAtMs), TICK_MS)
}
