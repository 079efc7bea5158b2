/** Reports as rows for a terminal, and as one document for programs. */

import { count, plain } from '../terminal/words.ts'
import { policyFor } from './access.ts'
import type { Report, State } from './step.ts'
import { timingText } from './timing.ts'

const MARKS: Readonly<Record<State, string>> = { ok: '✓', warning: '!', failed: '✗', skipped: '-' }
const NAME_WIDTH = 'acknowledgement'.length
const MS_WIDTH = 5

/** Returns the reports of one target under its name. */
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

/** Returns the reports on the file, which have no times. */
export function configurationRows(reports: readonly Report[]): string[] {
  return reports.map(({ state, text }) => `${MARKS[state]} ${text}`)
}

export type Logstores = Parameters<typeof policyFor>[0]

/** Returns the last rows: the policy where a permission is missing, and the verdict. */
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

/** Returns what `--json` prints. `ok` means that nothing has failed; `policy` is there when a permission is missing. */
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

/** Takes out secrets and whatever could steer a terminal: a far end may repeat anything. */
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
