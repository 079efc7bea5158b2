/** The status page: every document that comes goes through all its parts. */

import { connect } from './connection.js'
import { createConsumers } from './consumers.js'
import { byId, setHidden } from './dom.js'
import { createEndpoints } from './endpoints.js'
import { createEvents } from './events.js'
import { createFigures } from './figures.js'
import { createMatters } from './matters.js'
import { createOverview, showAge } from './overview.js'
import { createShards } from './shards.js'

const parts = [
  createOverview(),
  createMatters(),
  createFigures(),
  createEndpoints(),
  createEvents(),
  createConsumers(),
  createShards(),
]

let hasFigures = false

connect('/api/events', {
  onDocument(status) {
    for (const update of parts) update(status)
    setHidden(byId('body'), false)
    hasFigures = true
    showAge(0, hasFigures)
  },
  onTick: ageMs => showAge(ageMs, hasFigures),
})
