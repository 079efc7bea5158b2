/** Sections of the configuration: groups of keys with rules that look at several keys at once. */

import { z } from 'zod'
import { suggestion } from './nearest.ts'
import { container } from './values.ts'

/** What a rule found wrong, at a key of its section or with the section as a whole. */
export interface Complaint {
  readonly key?: string
  readonly message: string
}

/** A rule over several keys. It is asked only when none of the keys that it `reads` has a problem of its own. */
export interface Rule<T> {
  readonly reads: readonly string[]
  readonly check: (section: T) => readonly Complaint[]
}

/** For rules about which keys are there at all: one with a wrong value is there, so these read nothing. */
export type Presence = Readonly<Record<string, unknown>>

type Keys<S extends z.ZodRawShape> = z.output<z.ZodObject<S, z.core.$strict>>

/**
 * A section with these keys and no others, of which `build` makes the program's part. A section without a value has
 * none of its keys.
 */
export function section<S extends z.ZodRawShape, T>(
  shape: S,
  build: (keys: Keys<S>) => T,
  rules: readonly Rule<Keys<S>>[] = [],
) {
  const keys = z.strictObject(shape, { error: issue => sectionMessage(issue, Object.keys(shape)) })
  const built = rules.reduce((schema, rule) => schema.superRefine(asked(rule), onlyWhenReadable(rule)), keys)
  return container(built.transform(build), {})
}

function asked<T>({ check }: Rule<T>) {
  return (value: T, context: z.RefinementCtx) => {
    for (const { key, message } of check(value))
      context.addIssue({ code: 'custom', path: key === undefined ? [] : [key], message })
  }
}

function onlyWhenReadable({ reads }: Rule<never>) {
  return {
    when: ({ issues }: { readonly issues: readonly z.core.$ZodRawIssue[] }) =>
      issues.every(issue => isElsewhere(issue, reads)),
  }
}

function isElsewhere({ path = [], code }: z.core.$ZodRawIssue, keys: readonly string[]): boolean {
  return path[0] === undefined ? code !== 'invalid_type' : !keys.includes(String(path[0]))
}

/** For unknown keys one line each, in zod's order. */
function sectionMessage(issue: z.core.$ZodRawIssue, names: readonly string[]): string {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map(key => `unknown key${suggestion(key, names)}`).join('\n')
  return `must be a section with keys such as ${names.slice(0, 3).join(', ')}`
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
