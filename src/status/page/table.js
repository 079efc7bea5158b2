/** Tables of one body for each source, a row for each thing of it, changed in place. */

/** @import { Cell } from './cells.js' */
/** @import { Part } from './keyed.js' */
import { html } from './dom.js'
import { keyedList } from './keyed.js'

/**
 * @template T
 * @typedef {object} Column
 * @property {string} label
 * @property {Cell<T>} cell
 * @property {boolean} [isHeading] names the row
 * @property {boolean} [isNumber]
 * @property {boolean} [isWide] takes a line of its own on a card
 * @property {string} [hint] what the label does not say
 */

/**
 * @template T
 * @typedef {object} Group
 * @property {string} key
 * @property {readonly T[]} rows
 */

/**
 * The roles are spelt out: on a phone the rows are laid out as cards, and browsers then forget what a table is.
 *
 * @template T
 * @template X what else a group has
 * @param {Element} table with its caption
 * @param {object} parts
 * @param {readonly Column<T>[]} parts.columns
 * @param {(row: T) => string} parts.keyOf
 * @param {Cell<Group<T> & X>} parts.head what stands above the rows of a group
 * @returns {(groups: readonly (Group<T> & X)[]) => void}
 */
export function createTable(table, { columns, keyOf, head }) {
  table.setAttribute('role', 'table')
  table.append(html('thead', { role: 'rowgroup' }, html('tr', { role: 'row' }, ...columns.map(headingOf))))
  return keyedList(
    table,
    group => group.key,
    () => {
      const element = html('tbody', { role: 'rowgroup' })
      const heading = html('th', { role: 'rowheader', scope: 'rowgroup', colspan: columns.length })
      element.append(html('tr', { role: 'row', class: 'group' }, heading))
      const updateHead = head(heading)
      const updateRows = keyedList(element, keyOf, () => rowOf(columns))
      return {
        element,
        update(group) {
          updateHead(group)
          updateRows(group.rows)
        },
      }
    },
  )
}

/** @param {Column<never>} column */
function headingOf({ label, hint, isNumber }) {
  const heading = html('th', { role: 'columnheader', scope: 'col' }, label)
  if (hint) heading.title = hint
  if (isNumber) heading.classList.add('number')
  return heading
}

/**
 * @template T
 * @param {readonly Column<T>[]} columns
 * @returns {Part<T>}
 */
function rowOf(columns) {
  const element = html('tr', { role: 'row' })
  const updates = columns.map(({ label, cell, isHeading, isNumber, isWide }) => {
    const place = isHeading ? html('th', { role: 'rowheader', scope: 'row' }) : html('td', { role: 'cell' })
    place.dataset.label = label
    if (isNumber) place.classList.add('number')
    if (isWide) place.classList.add('wide')
    // In a box of its own, so that a card can put the label beside it.
    const content = html('span', { class: 'content' })
    place.append(content)
    element.append(place)
    return cell(content)
  })
  return {
    element,
    update(thing) {
      for (const update of updates) update(thing)
    },
  }
}
