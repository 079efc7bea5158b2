/** What stands above the rows of a source: its name, its state, and where its logs come from. */

/** @import { SourceStatus } from '../document.ts' */
/** @import { Cell } from './cells.js' */
import { createBadge } from './cells.js'
import { html, setText } from './dom.js'
import { SOURCE_WORDS } from './words.js'

/**
 * @param {(source: SourceStatus) => string} countOf
 * @returns {Cell<{ readonly source: SourceStatus }>}
 */
export const sourceHead = countOf => cell => {
  const name = html('strong')
  const badge = createBadge()
  const origin = html('span', { class: 'origin' })
  cell.append(name, ' ', badge.element, ' ', origin)
  return ({ source }) => {
    setText(name, source.name)
    badge.update(SOURCE_WORDS[source.state])
    setText(
      origin,
      `${countOf(source)} · ${source.project}/${source.logstore} · consumer group ${source.consumer_group}`,
    )
  }
}
