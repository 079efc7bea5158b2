/** Pages that come slowly, in part, or altered on their way. */

import type { SlsFault } from '../../src/simulator/sls/index.ts'
import { onCall } from './support/every-call.ts'
import { scenarios } from './support/scenario.ts'

const call = 'PullLogs'
/** Several shards of each. */
const onShards = (fault: SlsFault) => Array.from({ length: 4 }, () => fault)

scenarios('Network', () => [
  onCall({
    call,
    fault: 'a page comes slowly, and in time',
    faults: onShards({ kind: 'slow', delayMs: 300, bytesPerSecond: 2_000 }),
    times: 4,
  }),
  onCall({
    call,
    fault: 'a page comes so slowly that the time for it runs out',
    faults: onShards({ kind: 'slow', bytesPerSecond: 100 }),
    timeoutMs: 1_500,
  }),
  onCall({ call, fault: 'a page is cut in the middle', faults: onShards({ kind: 'truncated' }), times: 3 }),
  onCall({ call, fault: 'a page is garbage', faults: onShards({ kind: 'corrupt' }), times: 3 }),
  onCall({
    call,
    fault: 'a page is not as long as its header says',
    faults: onShards({ kind: 'wrong-raw-size' }),
    times: 3,
  }),
  onCall({
    call,
    fault: 'a page has not as many groups as its header says',
    faults: onShards({ kind: 'wrong-count' }),
    times: 3,
  }),
])
