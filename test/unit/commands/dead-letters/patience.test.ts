import { describe, expect, it } from 'vitest'
import { createPatience } from '../../../../src/commands/dead-letters/patience.ts'
import type { Reason } from '../../../../src/splunk/reasons.ts'

const ENDPOINT = 'splunk:8088'

/** The patience after these failures in a row; `isDown`: no endpoint works. */
function patienceAfter(reasons: readonly Reason[], isDown = true) {
  const patience = createPatience(() => isDown)
  for (const reason of reasons) patience.failed(ENDPOINT, reason, '')
  return patience
}

const times = (count: number, reason: Reason) => Array.from({ length: count }, () => reason)
const isOver = (reasons: readonly Reason[], isDown?: boolean) => patienceAfter(reasons, isDown).signal.aborted

describe('a replay', () => {
  it.each([
    'unreachable',
    'timeout',
    'answered-early',
    'busy',
    'server-error',
    'shutting-down',
    'not-found',
    'encoding-refused',
    // As a proxy may answer while Splunk restarts behind it.
    'not-hec',
  ] as const)('goes on after four failures by %s, and not after five', reason => {
    expect([isOver(times(4, reason)), isOver(times(5, reason))]).toEqual([false, true])
  })

  it.each([
    'certificate',
    'handshake-refused',
    'token-refused',
    'token-disabled',
    'channel-refused',
    'acknowledgement-missing',
    'redirect',
  ] as const)('ends at the first failure by %s, unless another endpoint may do', reason => {
    expect([isOver([reason]), isOver(times(4, reason), false), isOver(times(5, reason), false)]).toEqual([
      true,
      false,
      true,
    ])
  })

  it('counts failures in a row', () => {
    const patience = patienceAfter(times(4, 'busy'))
    patience.worked(ENDPOINT)
    for (const reason of times(4, 'busy')) patience.failed(ENDPOINT, reason, '')
    expect(patience.signal.aborted).toBe(false)
  })

  it('that ends says what failed last, where, and what to do', () => {
    const patience = patienceAfter(['busy', 'token-refused'])
    expect(patience.why()).toMatch(/^Splunk refuses the HEC token \(splunk:8088\): check splunk\.token/)
  })
})
