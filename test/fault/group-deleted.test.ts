/** Somebody deletes the consumer group, with all checkpoints, while it is used. */

import { GROUP, LOGSTORE, PROJECT } from '../support/far-ends.ts'
import { type Bound, byItself, type Scenario, scenarios } from './support/scenario.ts'
import { delivered, heldBy, said } from './support/waits.ts'

const sinceTheStatus: Bound = {
  atMost: ({ far }) => far.readAgain(),
  because: 'what was delivered since the last status of a worker, a second before',
}
/** A service knows the positions of its own shards; whoever makes the group first may give it the other's, too. */
const fromTheBeginning: Bound = {
  atMost: ({ far }) => far.readAgain(),
  because: 'shards of which the service that makes the group again does not know how far the other has come',
}

const deleteGroup: Scenario['strike'] = async ({ far, services }) => {
  const consumers = far.sls.consumers(PROJECT, LOGSTORE, GROUP)
  await delivered(far, 300)
  far.sls.deleteGroup(PROJECT, LOGSTORE, GROUP)
  // Of two services one may come too late to notice: to it, its consumers have been forgotten.
  await Promise.any(services.map(running => said(running, 'written back')))
  await heldBy(far, consumers)
  return byItself
}

scenarios('Log Service', () => [
  {
    fault: 'the consumer group is deleted while it runs',
    services: [{ overrides: { source: { heartbeatIntervalMs: 2_000 } } }],
    strike: deleteGroup,
    duplicates: sinceTheStatus,
  },
  {
    fault: 'the consumer group is deleted while it runs, with start_from end',
    services: [{ overrides: { source: { heartbeatIntervalMs: 2_000, startFrom: { kind: 'end' } } } }],
    strike: deleteGroup,
    duplicates: sinceTheStatus,
  },
  {
    fault: 'the consumer group of two services is deleted',
    world: { shards: 4 },
    services: ['first', 'second'].map(instance => ({
      overrides: { instance, source: { heartbeatIntervalMs: 2_000 } },
    })),
    strike: deleteGroup,
    duplicates: fromTheBeginning,
  },
])
