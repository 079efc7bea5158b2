import { expect, it } from 'vitest'
import { EARLY_SUCCESS } from '../../../src/http/client.ts'
import { ANSWERS } from '../../../src/simulator/hec/answers.ts'
import { judge, judgeUnanswered } from '../../../src/splunk/judge.ts'
import { describe, REASONS, type Reason } from '../../../src/splunk/reasons.ts'
import type { Verdict } from '../../../src/splunk/verdict.ts'
import { runbookOf } from '../../../src/supervisor/health/runbook.ts'
import { needsPerson } from '../../../src/supervisor/health/severity.ts'

const ASKED = { events: 1, rawBytes: 100, gzip: true }
const PLAIN = { ...ASKED, gzip: false }

/** All that the tables of answers, and of requests without one, can say. */
const said = [
  ...Object.entries(ANSWERS).map(([code, { status, text }]) =>
    judge(status, { code: Number(code), text }, ASKED),
  ),
  ...Array.from({ length: 500 }, (_, i) => judge(100 + i, undefined, ASKED)),
  ...Array.from({ length: 500 }, (_, i) => judge(100 + i, undefined, PLAIN)),
  // Said while an acknowledgement is waited for, not by an answer.
  { kind: 'hold', reason: 'acknowledgement-late' } as const,
  ...['ETIMEDOUT', 'ECONNREFUSED', 'CERT_HAS_EXPIRED', 'EPROTO', EARLY_SUCCESS].map(judgeUnanswered),
].flatMap(reasonOf)

function reasonOf(verdict: Verdict): Reason[] {
  return verdict.kind === 'delivered' ? [] : [verdict.reason]
}

const reasons = Object.entries(REASONS)

it('has a row for every reason that can be given, and no other', () => {
  expect([...new Set(said)].sort()).toEqual(reasons.map(([reason]) => reason).sort())
})

it.each([...new Set(said)])('has words, a place and an answer for %s', reason => {
  const { text, remedy } = describe(reason, 'splunk:8088', '503 busy (code 9)')
  expect(text).toMatch(/^\S.{15,}\(splunk:8088: 503 busy \(code 9\)\)$/)
  expect(remedy.length).toBeGreaterThan(15)
})

it('has words and a remedy of its own for each', () => {
  expect(new Set(reasons.map(([, { text }]) => text)).size).toBe(reasons.length)
  expect(new Set(reasons.map(([, { remedy }]) => remedy)).size).toBe(reasons.length)
})

it('leaves the colon out where nothing was answered', () => {
  expect(describe('busy', 'splunk:8088', '').text).toBe('Splunk is busy: its queues are full (splunk:8088)')
  expect(describe('busy', '', '').text).toBe('Splunk is busy: its queues are full')
})

it.each(reasons)(
  'agrees with the supervisor about whether %s heals by itself',
  (reason, { healsByItself }) => {
    expect(needsPerson(`splunk-${reason}`)).toBe(!healsByItself)
  },
)

it.each(reasons)('agrees with the supervisor about the runbook section of %s', (reason, { runbook }) => {
  expect(runbookOf(`splunk-${reason}`)).toBe(`runbook.md#${runbook}`)
})
