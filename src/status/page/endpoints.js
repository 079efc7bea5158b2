/** The endpoints of Splunk's HTTP Event Collector, and what they have answered. */

/** @import { EndpointStatus, StatusDocument } from '../document.ts' */
/** @import { Cell } from './cells.js' */
/** @import { Column } from './table.js' */
import { state, text } from './cells.js'
import { byId, html, setAttribute, setHidden, setText } from './dom.js'
import { whole } from './format.js'
import { keyedList } from './keyed.js'
import { createTable } from './table.js'
import { answersOf, latencyText } from './view.js'
import { endpointWords } from './words.js'

/** @type {Cell<EndpointStatus>} */
const answers = cell => {
  const list = html('ul', { class: 'answers' })
  cell.append(list)
  const update = keyedList(
    list,
    (/** @type {ReturnType<typeof answersOf>[number]} */ { name }) => name,
    () => {
      const element = html('li')
      return {
        element,
        update({ name, count, isGood }) {
          setText(element, `${name}: ${whole(count)}`)
          setAttribute(element, 'data-tone', isGood ? 'ok' : 'warn')
        },
      }
    },
  )
  return endpoint => update(answersOf(endpoint))
}

/** @type {Cell<{ readonly key: string }>} */
const sourceName = cell => {
  const name = html('strong')
  cell.append(name)
  return ({ key }) => setText(name, key)
}

/** @type {readonly Column<EndpointStatus>[]} */
const COLUMNS = [
  { label: 'Endpoint', isWide: true, isHeading: true, cell: text(({ endpoint }) => endpoint) },
  { label: 'State', cell: state(({ up }) => endpointWords(up)) },
  {
    label: 'p50 / p99',
    isWide: true,
    isNumber: true,
    hint: 'latency of the last minute',
    cell: text(latencyText),
  },
  {
    label: 'Pending acks',
    isNumber: true,
    hint: 'requests that wait for an acknowledgement',
    cell: text(({ pending_acks: pending }) => whole(pending)),
  },
  { label: 'Answers', isWide: true, hint: 'requests by what was answered, since the start', cell: answers },
]

/** @returns {(status: StatusDocument) => void} */
export function createEndpoints() {
  const update = createTable(byId('endpoints-table'), {
    columns: COLUMNS,
    keyOf: (/** @type {EndpointStatus} */ { endpoint }) => endpoint,
    head: sourceName,
  })
  return ({ endpoints }) => {
    const bySource = Map.groupBy(endpoints, ({ source }) => source)
    update([...bySource].map(([key, rows]) => ({ key, rows })))
    setHidden(byId('no-endpoints'), endpoints.length > 0)
    setHidden(byId('endpoints-table'), endpoints.length === 0)
  }
}
