/** Finds, reads and checks the configuration; problems go to standard error, one line each. */

import { CONFIG_FILES, findConfigFile, type LoadResult, loadConfig } from '../../config/load.ts'
import { formatProblem } from '../../config/problem.ts'

export function openConfig(named: string | undefined): LoadResult {
  const file = named ?? findConfigFile()
  if (file === undefined) {
    process.stderr.write(
      `no configuration: neither ${CONFIG_FILES.join(' nor ')} is there; name one with --config\n`,
    )
    return { kind: 'invalid', problems: [] }
  }
  const result = loadConfig({ file, env: process.env, isTty: process.stdout.isTTY === true })
  if (result.kind === 'invalid') {
    for (const problem of result.problems) process.stderr.write(`${formatProblem(file, problem)}\n`)
  }
  return result
}
