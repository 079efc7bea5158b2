/**
 * The kinds of value that keys of the configuration take. Messages have the form "must be …" and never repeat the
 * value, which may be a secret that went astray.
 */

import { z } from 'zod'
import type { Parsed } from '../base/parsed.ts'
import { parseDurationMs, parseSizeBytes } from '../base/units.ts'
import { isFilled } from './interpolate.ts'

const mustBe = (expected: string) => ({ error: `must be ${expected}` })

/** Gives a value from the environment the type that its key wants. */
function given<S extends z.ZodType>(schema: S, read: (text: string) => unknown = text => text) {
  const fill = (value: unknown) => (isFilled(value) ? read(value.text) : value)
  return z.preprocess(fill, schema)
}

/** Text that is not empty, as `rule` wants it. */
export function text(expected = 'text', rule = /\S/) {
  return given(z.string(mustBe(expected)).regex(rule, mustBe(expected)))
}

export function integer(min: number, max: number) {
  const says = mustBe(`a whole number from ${min} to ${max}`)
  const read = (value: string) => (/^-?\d+$/.test(value) ? Number(value) : value)
  return given(z.int(says).min(min, says).max(max, says), read)
}

export function flag() {
  const words = new Map<string, boolean>([
    ['true', true],
    ['false', false],
  ])
  return given(z.boolean(mustBe('true or false')), value => words.get(value) ?? value)
}

export function choice<const T extends readonly [string, ...string[]]>(words: T) {
  const list = words.length > 2 ? `one of ${words.join(', ')}` : words.join(' or ')
  return given(z.enum(words, mustBe(list)))
}

/** A range, both ends included, and the default, as written in the file. */
export interface Range {
  readonly min: string
  readonly max: string
  readonly fallback: string
  /** Why the range is what it is. */
  readonly why?: string
}

/** Text with a unit in milliseconds. */
export function duration(range: Range) {
  return quantity(range, { noun: 'a time', units: 'ms|s|m|h|d', parse: parseDurationMs })
}

/** Text with a unit in bytes. */
export function size(range: Range) {
  return quantity(range, { noun: 'a size', units: 'B|KB|MB|GB|KiB|MiB|GiB', parse: parseSizeBytes })
}

interface Quantity {
  readonly noun: string
  readonly units: string
  readonly parse: (text: string) => number | undefined
}

function quantity({ min, max, fallback, why = '' }: Range, { noun, units, parse }: Quantity) {
  const says = mustBe(`${noun} with its unit, from ${min} to ${max}, such as ${fallback}${why}`)
  const number = (text: string) => parse(text) ?? Number.NaN
  const isWithin = (text: string) => number(text) >= number(min) && number(text) <= number(max)
  const pattern = new RegExp(`^\\d+(\\.\\d+)?\\s*(${units})$`)
  const text = z
    .string(says)
    .regex(pattern, { ...says, abort: true })
    .refine(isWithin, says)
  return given(text.transform(number)).prefault(fallback)
}

/** Text that `parse` makes something of; its message is the problem's. */
export function parsed<T>(expected: string, parse: (text: string) => Parsed<T>) {
  return given(
    z.string(mustBe(expected)).transform((value, context) => {
      const result = value === '' ? wrongKind(expected) : parse(value)
      if (result.kind === 'ok') return result.value
      context.addIssue({ code: 'custom', message: result.message, input: value })
      return z.NEVER
    }),
  )
}

const wrongKind = (expected: string): Parsed<never> => ({ kind: 'wrong', message: `must be ${expected}` })

/** One of these or a list of them; a list either way. */
export function oneOrMore<S extends z.ZodType>(item: S) {
  return z.union([item, z.array(item).min(1, mustBe('one value or a list with at least one'))])
}

/** A section or list; a key without a value is an empty one. No variable can be one: it never changes the structure. */
export function container<S extends z.ZodType>(schema: S, empty: object) {
  return z.preprocess(value => (value === null ? empty : isFilled(value) ? value.text : value), schema)
}

export function listOf<S extends z.ZodType>(item: S, expected: string, min = 0) {
  return container(z.array(item, mustBe(expected)).min(min, mustBe(expected)), [])
}
