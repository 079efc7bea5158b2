/** What a route's match compares with: exact text, a glob, or a regular expression. */

import { ok, type Parsed, wrong } from '../base/parsed.ts'
import type { Pattern } from './types.ts'

const FLAGS = 'imsuv'
/** Between slashes, with letters behind that are flags of JavaScript: `/var/log/messages` is a path, not a regex. */
const REGEX = /^\/(.+)\/([dgimsuvy]*)$/s
/** A slash that neither a backslash nor a class in brackets protects. */
const BARE_SLASH = /^(?:[^\\/[]|\\.|\[(?:[^\\\]]|\\.)*\])*\//s

/** `/REGEX/FLAGS`, else a glob when it holds `*` or `?`, else exact text. */
export function parsePattern(text: string): Parsed<Pattern> {
  const [, source, flags] = REGEX.exec(text) ?? []
  if (source !== undefined && flags !== undefined) return parseRegex(source, flags)
  return ok(/[*?]/.test(text) ? { kind: 'glob', glob: text } : { kind: 'exact', text })
}

function parseRegex(source: string, flags: string): Parsed<Pattern> {
  if (BARE_SLASH.test(source))
    return wrong(
      'could be a path or a regular expression; write it as a regular expression, with \\/ for each slash in it',
    )
  const strange = [...flags].find(letter => !FLAGS.includes(letter))
  if (strange !== undefined)
    return wrong(`has the flag ${strange}, which has no use here; these have: ${[...FLAGS].join(', ')}`)
  try {
    new RegExp(source, flags)
    return ok({ kind: 'regex', source, flags })
  } catch (error) {
    return wrong(`is not a regular expression: ${reasonOf(error)}`)
  }
}

/** The engine's reason without the pattern, which it repeats in front. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.slice(message.lastIndexOf(': ') + 1).trim()
}
