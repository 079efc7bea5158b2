/** Answers that are not Log Service's, or not to what was asked: portals, proxies, caches, a server half updated. */

import type { SlsFault } from '../../src/simulator/sls/index.ts'
import { CALLS, onCall } from './support/every-call.ts'
import { type Scenario, scenarios } from './support/scenario.ts'

const HTML: readonly SlsFault[] = [200, 302, 403, 404, 502, 503].map(status => ({ kind: 'html', status }))
const EMPTY: readonly SlsFault[] = [200, 204, 404, 500].map(status => ({ kind: 'empty', status }))
const SHAPES = [{}, null, 'text', 42, [null], [{}], { cursor: 7 }, ['0'], { checkpoint: [] }]
const WRONG: readonly SlsFault[] = SHAPES.map(value => ({ kind: 'wrong-shape', value }))
/** Several of each, on shards of their own. */
const REPEATED: readonly SlsFault[] = [
  { kind: 'stale' },
  { kind: 'duplicate' },
  { kind: 'stale' },
  { kind: 'duplicate' },
]

scenarios('Log Service', () =>
  CALLS.flatMap((call): Scenario[] => [
    onCall({
      call,
      fault: `${call} is answered with HTML, nothing, or the wrong shape`,
      faults: [...HTML, ...EMPTY, ...WRONG],
    }),
    onCall({
      call,
      fault: `${call} is answered with the answer before, or is processed twice`,
      faults: REPEATED,
      times: 1,
    }),
  ]),
)
