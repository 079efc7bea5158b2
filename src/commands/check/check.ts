/** `sls2splunk check`: whether the configuration is valid, and whether every part of it works for real. */

import { findConfigFile, type LoadResult } from '../../config/load.ts'
import { formatProblem } from '../../config/problem.ts'
import { createRedactor } from '../../log/log.ts'
import { paintRow } from '../status/rows.ts'
import { EXIT } from '../terminal/exit.ts'
import { openConfig } from '../terminal/open-config.ts'
import { cleaned, closingRows, configurationRows, documentOf, type Logstores, rowsOf } from './rows.ts'
import { sectionsOf } from './sections.ts'
import { hasFailed, type Report } from './step.ts'

export interface CheckOptions {
  /** The file alone. */
  readonly offline: boolean
  readonly json: boolean
}

/** 0 when nothing has failed, whatever was warned of. */
export async function check(file: string | undefined, { offline, json }: CheckOptions): Promise<number> {
  const opened = openConfig(file)
  const configuration = configurationReports(opened, file)
  if (opened.kind === 'invalid') {
    if (json) printDocument(configuration, [])
    else process.stderr.write(NEXT)
    return EXIT.config
  }
  const { config, secrets } = opened
  const redact = createRedactor(secrets)
  if (!json) print(configurationRows(configuration))
  const sections = offline ? [] : sectionsOf(config)
  const reports: Report[] = [...configuration]
  // One after the other, as they are shown; they are tried side by side.
  for (const section of sections) {
    const tried = (await section).map(report => cleaned(report, redact))
    reports.push(...tried)
    if (!json) print(rowsOf(tried))
  }
  if (json) printDocument(reports, config.sources)
  else if (!offline) print(closingRows(reports, config.sources))
  return hasFailed(reports) ? EXIT.failed : EXIT.ok
}

const NEXT =
  'mend this and check again; docs/configuration.md has every key, the shipped config.yaml is an example\n'

const STEP = 'configuration'

function configurationReports(opened: LoadResult, named: string | undefined): Report[] {
  const target = named ?? findConfigFile() ?? 'config.yaml'
  const reported = (state: Report['state'], text: string): Report => ({
    step: STEP,
    target,
    state,
    ms: 0,
    text,
  })
  if (opened.kind === 'ok')
    return [
      ...opened.warnings.map(text => reported('warning', text)),
      reported('ok', `${opened.config.file} is valid`),
    ]
  const { problems } = opened
  return problems.length > 0
    ? problems.map(problem => reported('failed', formatProblem(target, problem)))
    : [reported('failed', 'there is no configuration; name one with --config')]
}

function print(rows: readonly string[]): void {
  process.stdout.write(rows.map(row => `${paintRow(row)}\n`).join(''))
}

function printDocument(reports: readonly Report[], logstores: Logstores): void {
  process.stdout.write(`${JSON.stringify(documentOf(reports, logstores), undefined, 2)}\n`)
}
