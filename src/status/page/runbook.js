/** An entry of the runbook, shown where it is needed. */

/** @import { Block } from './runbook-text.js' */
import { html } from './dom.js'
import { addressOf, blocksOf, sectionOf } from './runbook-text.js'

/**
 * Opens to the entry's text, which is fetched then. Where there is none, a link to the whole document stays.
 * @param {string} runbook
 */
export function runbookEntry(runbook) {
  const address = addressOf(runbook)
  if (!address) return html('span')
  const entry = html('div', { class: 'entry' })
  const link = html('a', { href: `${address.url}#${address.anchor}` }, 'the whole document')
  const details = html(
    'details',
    { class: 'runbook' },
    html('summary', {}, `Runbook: ${address.anchor || runbook}`),
    entry,
  )
  details.addEventListener(
    'toggle',
    () => void fill(entry, address).finally(() => entry.append(html('p', {}, link))),
    { once: true },
  )
  return details
}

/** @param {HTMLElement} entry @param {{ url: string, anchor: string }} address */
async function fill(entry, { url, anchor }) {
  const markdown = await fetch(url).then(
    answer => (answer.ok ? answer.text() : ''),
    () => '',
  )
  const section = sectionOf(markdown, anchor)
  entry.append(
    ...(section === undefined
      ? [html('p', {}, 'This entry cannot be read now.')]
      : blocksOf(section).map(elementOf)),
  )
}

/** @param {Block} block */
function elementOf({ kind, text }) {
  if (kind === 'code') return html('pre', {}, html('code', {}, text))
  const parts = text.split('`').map((part, i) => (i % 2 === 1 ? html('code', {}, part) : part))
  return html('p', kind === 'item' ? { class: 'item' } : {}, ...parts)
}
