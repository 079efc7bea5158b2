/** Connections that break: before the request was processed, and after, when nobody learns that it was. */

import { CALLS, onCall } from './support/every-call.ts'
import { scenarios } from './support/scenario.ts'

scenarios('Network', () =>
  CALLS.flatMap(call => [
    onCall({
      call,
      fault: `${call}: the connection is reset before the request is processed`,
      faults: Array.from({ length: 4 }, () => ({ kind: 'reset-before' })),
      times: 3,
    }),
    onCall({
      call,
      fault: `${call}: the connection is reset after the request was processed`,
      faults: Array.from({ length: 4 }, () => ({ kind: 'reset-after' })),
      times: 3,
    }),
  ]),
)
