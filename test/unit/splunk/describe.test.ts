import { expect, it } from 'vitest'
import { ANSWERS } from '../../../src/simulator/hec/answers.ts'
import { judge, judgeTrouble, type Reason, type Verdict } from '../../../src/splunk/answers.ts'
import { describe } from '../../../src/splunk/describe.ts'

const SENT = { events: 1, bytes: 100, gzip: true }

/** All that the tables of `answers.ts` can say. */
const reasons = [
  ...Object.entries(ANSWERS).map(([code, { status, text }]) =>
    judge(status, { code: Number(code), text }, SENT),
  ),
  ...Array.from({ length: 500 }, (_, i) => judge(100 + i, undefined, SENT)),
  // Said by whoever waits for an acknowledgement, not by an answer.
  { kind: 'hold', reason: 'acknowledgement-late' } as const,
  ...['ETIMEDOUT', 'ECONNREFUSED', 'CERT_HAS_EXPIRED', 'EPROTO'].map(judgeTrouble),
].flatMap(reasonOf)

function reasonOf(verdict: Verdict): Reason[] {
  return verdict.kind === 'delivered' ? [] : [verdict.reason]
}

it('has words and a remedy of its own for every reason that an answer or trouble can have', () => {
  const words = [...new Set(reasons)].map(reason => describe(reason, 'splunk:8088', '503 busy (code 9)'))
  expect(words).toHaveLength(19)
  for (const { text, remedy } of words) {
    expect(text).toMatch(/^\S.{15,}\(splunk:8088: 503 busy \(code 9\)\)$/)
    expect(remedy.length).toBeGreaterThan(15)
  }
  expect(new Set(words.map(({ text }) => text)).size).toBe(19)
  expect(new Set(words.map(({ remedy }) => remedy)).size).toBe(19)
})

it('leaves the colon out where nothing was answered', () => {
  expect(describe('busy', 'splunk:8088', '').text).toBe('Splunk is busy: its queues are full (splunk:8088)')
  expect(describe('busy', '', '').text).toBe('Splunk is busy: its queues are full')
})
