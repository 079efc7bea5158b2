/** Sections of the configuration: groups of keys with rules that look at several keys at once. */

import { z } from 'zod'
import { suggestion } from './nearest.ts'

/** What a rule found wrong, at a key of its section. */
export interface Complaint {
  readonly key: string
  readonly message: string
}

/** A rule over several keys. It is asked only when none of the keys that it `reads` has a problem of its own. */
export interface Rule<T> {
  readonly reads: readonly string[]
  readonly check: (section: T) => readonly Complaint[]
}

/** Rules about which keys are there at all: a key with a wrong value is there, so they are always asked. */
export type Presence = Readonly<Record<string, unknown>>

/** A section with these keys and no others; a section without a value has none of its keys. */
export function section<S extends z.ZodRawShape>(
  shape: S,
  rules: readonly Rule<z.output<z.ZodObject<S, z.core.$strict>>>[] = [],
) {
  const names = Object.keys(shape)
  const keys = z.strictObject(shape, { error: issue => sectionMessage(issue, names) })
  const ruled = rules.reduce(
    (schema, rule) =>
      schema.superRefine(
        (value, context) => {
          for (const { key, message } of rule.check(value))
            context.addIssue({ code: 'custom', path: [key], message, input: Object(value)[key] })
        },
        { when: payload => canRead(payload.issues, rule.reads) },
      ),
    keys,
  )
  return z.preprocess(value => (value === null ? {} : value), ruled)
}

/** For unknown keys one line each, in zod's order. */
function sectionMessage(issue: z.core.$ZodRawIssue, names: readonly string[]): string {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map(key => `unknown key${suggestion(key, names)}`).join('\n')
  return `must be a section with keys (${names.join(', ')})`
}

function canRead(issues: readonly z.core.$ZodRawIssue[], keys: readonly string[]): boolean {
  return issues.every(issue => {
    const key = issue.path?.[0]
    return key === undefined ? issue.code === 'unrecognized_keys' : !keys.includes(String(key))
  })
}

/** Says "one of these two": a key and its `_file` twin. */
export function twinRule(key: string, need: 'required' | 'optional'): Rule<Presence> {
  const file = `${key}_file`
  return {
    reads: [],
    check: section => {
      const [direct, fromFile] = [section[key] !== undefined, section[file] !== undefined]
      if (direct && fromFile)
        return [{ key: file, message: `cannot stand beside ${key}; keep one of the two` }]
      const lacking = need === 'required' && !direct && !fromFile
      return lacking ? [{ key, message: `is missing; set it, or ${file}` }] : []
    },
  }
}

/** Says "both or none": a certificate and its key. */
export function pairRule(first: string, second: string): Rule<Presence> {
  return {
    reads: [],
    check: section => {
      if ((section[first] === undefined) === (section[second] === undefined)) return []
      const [lacking, given] = section[first] === undefined ? [first, second] : [second, first]
      return [{ key: lacking, message: `is missing; ${given} needs it` }]
    },
  }
}
