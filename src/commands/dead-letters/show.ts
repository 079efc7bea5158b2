/** `sls2splunk dead-letters show`: what Splunk would not accept, and why. */

import { messageOf } from '../../base/failure.ts'
import { formatBytes } from '../../base/units.ts'
import { isSystemError } from '../../dead-letters/directory.ts'
import { EXIT } from '../terminal/exit.ts'
import { openConfig } from '../terminal/open-config.ts'
import { tableOf } from '../terminal/table.ts'
import { count, excerptOf } from '../terminal/words.ts'
import { type Group, type Summary, summarise } from './summary.ts'

export async function show(file: string | undefined, { json }: { readonly json: boolean }): Promise<number> {
  const opened = openConfig(file)
  if (opened.kind === 'invalid') return EXIT.config
  const { deadLetters } = opened.config
  try {
    const summary = await summarise(deadLetters)
    process.stdout.write(json ? `${JSON.stringify(summary, undefined, 2)}\n` : describe(summary))
    return EXIT.ok
  } catch (error) {
    if (!isSystemError(error)) throw error
    process.stderr.write(`cannot read the dead letters in ${deadLetters.directory}: ${messageOf(error)}\n`)
    return EXIT.failed
  }
}

function describe(summary: Summary): string {
  const { directory, letters, bytes, maxBytes, groups, broken, exists } = summary
  if (!exists) return `no dead letters: there is no directory ${directory} (it is made with the first one)\n`
  if (letters === 0 && broken.length === 0) return `no dead letters in ${directory}\n`
  const percent = ((100 * bytes) / maxBytes).toFixed(1)
  const used = `${formatBytes(bytes)} of ${formatBytes(maxBytes)} used (${percent} %)`
  const table = groups.length > 0 ? `\n${tableOf(HEADS, groups.map(rowOf))}` : ''
  return `${count(letters, 'dead letter')} in ${directory}, ${used}\n${table}${describeBroken(broken)}`
}

const HEADS = ['letters', 'reason', 'source', 'code', 'first', 'last', 'the last answer']

function rowOf({ letters, reason, source, code, first, last, status, answer }: Group) {
  const said = status === 0 ? excerptOf(answer) : `${status} ${excerptOf(answer)}`
  return [letters, reason, source, code === null ? '-' : String(code), first, last, said]
}

/** Names the files with broken lines, for `show` and `replay`. */
export function describeBroken(broken: Summary['broken']): string {
  const lines = broken.map(
    ({ file, lines }) => `${count(lines, 'broken line')} in ${file}, as a crash leaves it\n`,
  )
  return lines.length > 0 ? `\n${lines.join('')}` : ''
}
