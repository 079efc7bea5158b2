/** The schema's findings as problems of the file. */

import type { z } from 'zod'
import type { ConfigDocument } from './document.ts'
import { UNSET } from './interpolate.ts'
import type { Path, Problem } from './problem.ts'

type Issue = z.core.$ZodIssue

interface Finding {
  readonly path: Path
  readonly at: 'key' | 'value'
  readonly message: string
}

/** Issues must come with their input (`reportInput`). */
export function problemsOf(issues: readonly Issue[], document: ConfigDocument): Problem[] {
  return issues
    .flatMap(issue => findingsOf(issue, []))
    .map(({ path, at, message }) => document.problemAt(path, at, message))
}

function findingsOf(issue: Issue, parent: Path): Finding[] {
  const path = [...parent, ...issue.path.map(part => (typeof part === 'number' ? part : String(part)))]
  switch (issue.code) {
    case 'unrecognized_keys': {
      const messages = issue.message.split('\n')
      return issue.keys.map((key, i) => ({
        path: [...path, key],
        at: 'key',
        message: messages[i] ?? issue.message,
      }))
    }
    case 'invalid_key':
      return [{ path, at: 'key', message: issue.issues[0]?.message ?? issue.message }]
    case 'invalid_union':
      return (issue.errors[Array.isArray(issue.input) ? 1 : 0] ?? []).flatMap(inner =>
        findingsOf(inner, path),
      )
    default:
      // A variable that is not set is a problem already.
      return issue.input === UNSET ? [] : [{ path, at: 'value', message: inWords(issue) }]
  }
}

/** Messages of the form "must be …" first say why what is there is not. */
function inWords(issue: Issue): string {
  const { message, input } = issue
  if (!message.startsWith('must be ')) return message
  if (input === undefined) return `is missing; it ${message}`
  if (input === null) return `has no value; it ${message}`
  if (input === '') return `is empty; it ${message}`
  const kind = issue.code === 'invalid_type' ? kindOf(input) : undefined
  return kind === undefined ? message : `${message}, not ${kind}`
}

/** The kind and not the value, which may be a secret that went astray. */
function kindOf(input: unknown): string | undefined {
  if (Array.isArray(input)) return 'a list'
  if (typeof input === 'number') return Number.isInteger(input) ? 'a bare number' : 'a fraction'
  return typeof input === 'object' ? 'a section' : undefined
}
