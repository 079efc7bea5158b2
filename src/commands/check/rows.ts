/** Reports as rows for a terminal, and as one document for programs. */

import { count, plain } from '../terminal/words.ts'
import { policyFor } from './access.ts'
import type { Report, State } from './step.ts'
import { timingText } from './timing.ts'

const MARKS: Readonly<Record<State, string>> = { ok: '✓', warning: '!', failed: '✗', skipped: '-' }
const NAME_WIDTH = 'acknowledgement'.length
const MS_WIDTH = 5

/** The reports of one target under its name. */
export function rowsOf(reports: readonly Report[]): string[] {
  return ['', reports[0]?.target ?? '', ...reports.flatMap(reportRows)]
}

function reportRows({ state, step, ms, text, remedy, timing }: Report): string[] {
  const time = state === 'skipped' ? '' : `${String(ms).padStart(MS_WIDTH)} ms`
  const row = `${MARKS[state]} ${step.padEnd(NAME_WIDTH)} ${time.padEnd(MS_WIDTH + 3)}  ${text}`
  return [
    row,
    ...(remedy === undefined ? [] : [`  what to do: ${remedy}`]),
    ...(timing === undefined ? [] : [`  where its time went: ${timingText(timing)}`]),
  ]
}

/** Of the configuration: without times, as it is the file alone. */
export function configurationRows(reports: readonly Report[]): string[] {
  return reports.map(({ state, text }) => `${MARKS[state]} ${text}`)
}

export type Logstores = Parameters<typeof policyFor>[0]

/** What is left to say when every step has been tried. */
export function closingRows(reports: readonly Report[], logstores: Logstores): string[] {
  const number = (wanted: State) => reports.filter(({ state }) => state === wanted).length
  const [failed, warnings] = [number('failed'), number('warning')]
  const well = warnings === 0 ? '✓ all is well' : '✓ nothing has failed'
  const verdict = failed === 0 ? well : `✗ ${failed} of ${reports.length} steps failed`
  const noted = warnings === 0 ? '' : `, ${count(warnings, 'warning')}`
  const policy = policyOf(reports, logstores)
  const advice = policy === undefined ? [] : ['', POLICY_HEAD, policy]
  return [...advice, '', `${verdict}${noted}`]
}

const POLICY_HEAD = 'A RAM policy with all that the access key needs:'

function policyOf(reports: readonly Report[], logstores: Logstores): string | undefined {
  return reports.some(({ missingAction }) => missingAction) ? policyFor(logstores) : undefined
}

/** `ok`: nothing has failed. `policy`, when the access key lacks a permission: as RAM takes it. */
export function documentOf(reports: readonly Report[], logstores: Logstores): object {
  const policy = policyOf(reports, logstores)
  return {
    ok: reports.every(({ state }) => state !== 'failed'),
    steps: reports.map(({ step, target, state, ms, text, remedy = null, timing }) => ({
      ...{ step, target, state, ms, text, remedy },
      ...(timing && { timing }),
    })),
    ...(policy !== undefined && { policy: JSON.parse(policy) }),
  }
}

/** On one line, without what would steer a terminal, and without secrets: far ends may repeat anything. */
export function cleaned(report: Report, redact: (text: string) => string): Report {
  const clean = (text: string) => redact(plain(text))
  const { text, remedy, target } = report
  return {
    ...report,
    target: clean(target),
    text: clean(text),
    ...(remedy !== undefined && { remedy: clean(remedy) }),
  }
}
