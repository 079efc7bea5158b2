/** `sls2splunk check`: says whether the configuration is valid, and whether every part of it works for real. */

import { findConfigFile, type LoadResult } from '../../config/load.ts'
import { formatProblem } from '../../config/problem.ts'
import { createRedactor } from '../../log/log.ts'
import { EXIT } from '../terminal/exit.ts'
import { openConfig } from '../terminal/open-config.ts'
import { paintRow } from '../terminal/paint.ts'
import { cleaned, closingRows, configurationRows, documentOf, type Logstores, rowsOf } from './rows.ts'
import { startSections } from './sections.ts'
import { hasFailed, type Report } from './step.ts'

export interface CheckOptions {
  /** Checks the file alone. */
  readonly offline: boolean
  /** Prints one document in place of rows. */
  readonly json: boolean
}

/** Returns 0 when nothing has failed, whatever was warned of. */
export async function check(file: string | undefined, { offline, json }: CheckOptions): Promise<number> {
  const opened = openConfig(file)
  const configuration = configurationReports(opened, file)
  if (opened.kind === 'invalid') {
    if (json) printDocument(configuration, [])
    else process.stderr.write(NEXT)
    return EXIT.config
  }
  const { sources } = opened.config
  const show = json ? () => {} : print
  show(configurationRows(configuration))
  const reports = offline ? configuration : [...configuration, ...(await tryEverything(opened, show))]
  if (json) printDocument(reports, sources)
  else if (!offline) print(closingRows(reports, sources))
  return hasFailed(reports) ? EXIT.failed : EXIT.ok
}

const NEXT =
  'fix this and check again; docs/configuration.md has every key, the shipped config.yaml is an example\n'

type Opened = Extract<LoadResult, { kind: 'ok' }>

/** Shows sections one after the other; they are tried side by side. */
async function tryEverything(
  { config, secrets }: Opened,
  show: (rows: readonly string[]) => void,
): Promise<readonly Report[]> {
  const redact = createRedactor(secrets)
  const { sections, ended } = await startSections(config)
  const reports: Report[] = []
  for (const section of sections) {
    const tried = (await section).map(report => cleaned(report, redact))
    reports.push(...tried)
    show(rowsOf(tried))
  }
  await ended
  return reports
}

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
