/**
 * The kinds of value that keys of the configuration take. Messages have the form "must be …" and never repeat the
 * value, which may be a secret that went astray.
 */

import { z } from 'zod'
import { parseDurationMs, parseSizeBytes } from '../units.ts'
import { isFilled } from './interpolate.ts'
import type { Parsed } from './problem.ts'

const mustBe = (expected: string) => ({ error: `must be ${expected}` })

/** Gives a value from the environment the type that its key wants; one that was not set stays what fits no key. */
function given<S extends z.ZodType>(schema: S, read: (text: string) => unknown = text => text) {
  const fill = (value: unknown) => (isFilled(value) && value.text !== undefined ? read(value.text) : value)
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
  return given(z.enum(words, mustBe(words.join(' or '))))
}

/** Text with a unit in milliseconds, both ends included. */
export function duration(min: string, max: string) {
  const says = mustBe(`a time with its unit, from ${min} to ${max}, such as 500ms, 20s, 5m or 1h`)
  return quantity({ parse: parseDurationMs, units: 'ms|s|m|h|d', min, max, says })
}

/** Text with a unit in bytes, both ends included; `why` says what the lower end is good for. */
export function size(min: string, max: string, why = '') {
  const says = mustBe(`a size with its unit, from ${min} to ${max}, such as 512KiB, 1MiB or 2MB${why}`)
  return quantity({ parse: parseSizeBytes, units: 'B|KB|MB|GB|KiB|MiB|GiB', min, max, says })
}

interface Quantity {
  readonly parse: (text: string) => number | undefined
  readonly units: string
  readonly min: string
  readonly max: string
  readonly says: { readonly error: string }
}

function quantity({ parse, units, min, max, says }: Quantity) {
  const [low, high] = [parse(min) ?? 0, parse(max) ?? 0]
  return given(
    z
      .string(says)
      .regex(new RegExp(`^\\d+(\\.\\d+)?\\s*(${units})$`), says)
      .transform(value => parse(value) ?? Number.NaN)
      .refine(value => value >= low && value <= high, says),
  )
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

/** A list; a key without a value is an empty one. */
export function listOf<S extends z.ZodType>(item: S, expected: string, min = 0) {
  return z.preprocess(value => value ?? [], z.array(item, mustBe(expected)).min(min, mustBe(expected)))
}
