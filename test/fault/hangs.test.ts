/** Connections that stay open and say nothing: a server that hangs, a peer that is gone without a word. */

import { CALLS, onCall } from './support/every-call.ts'
import { scenarios } from './support/scenario.ts'

const TIMEOUT_MS = 1_500

scenarios('Network', () =>
  CALLS.flatMap(call => [
    onCall({
      call,
      fault: `${call} is never processed and never answered`,
      faults: Array.from({ length: 4 }, () => ({ kind: 'hang' })),
      timeoutMs: TIMEOUT_MS,
    }),
    onCall({
      call,
      fault: `${call} is processed and never answered`,
      faults: Array.from({ length: 4 }, () => ({ kind: 'hang', processed: true })),
      timeoutMs: TIMEOUT_MS,
    }),
  ]),
)
