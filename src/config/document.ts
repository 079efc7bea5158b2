/** The text of a configuration file as plain data, with the place of every key in it. */

import { type Document, type ErrorCode, LineCounter, parseDocument } from 'yaml'
import { fillIn } from './fill-in.ts'
import type { Environment } from './interpolate.ts'
import { findNode, keyPathAt, unknownAliases } from './nodes.ts'
import { formatPath, type Path, type Problem } from './problem.ts'
import { YAML_ERRORS } from './yaml-errors.ts'

export interface ConfigDocument {
  /** Plain data; a value that took something from the environment is `Filled`. */
  readonly tree: unknown
  /** Duplicate keys and variables that are not set: with these the file is still good for finding more. */
  readonly problems: readonly Problem[]
  /** What is wrong at `path`, placed at its key or its value; a key that is not there, at its parent. */
  readonly problemAt: (path: Path, at: 'key' | 'value', message: string) => Problem
}

export type DocumentResult =
  | { readonly kind: 'ok'; readonly document: ConfigDocument }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] }

/** Parses one YAML 1.2 document (with merge keys) and fills in its variables. */
export function parseConfigDocument(text: string, env: Environment): DocumentResult {
  const lines = new LineCounter()
  const doc = orGivenUp(() => parseDocument(text, { ...YAML_OPTIONS, lineCounter: lines }))
  return doc === undefined ? EXHAUSTING : readDocument(doc, placesOf(doc, lines), env)
}

/** A problem of the file as a whole. */
export function fileProblem(message: string): Problem {
  return { line: 1, column: 1, key: '', message }
}

const YAML_OPTIONS = { prettyErrors: false, stringKeys: true, merge: true, logLevel: 'error' } as const

const invalid = (problems: readonly Problem[]): DocumentResult => ({ kind: 'invalid', problems })
const EMPTY = invalid([fileProblem('is empty; it needs at least the sections sls, splunk and sources')])
const EXHAUSTING = invalid([fileProblem('is nested too deeply, or repeats aliases too often')])

/** The parser throws on documents made to exhaust it: deep nesting, aliases of aliases of aliases. */
function orGivenUp<T>(parse: () => T): T | undefined {
  try {
    return parse()
  } catch {
    return undefined
  }
}

function readDocument(doc: Document.Parsed, place: Places, env: Environment): DocumentResult {
  const errors = [...doc.errors, ...doc.warnings]
  const broken = errors.filter(error => error.code !== 'DUPLICATE_KEY')
  if (broken.length > 0) return invalid(broken.map(({ pos, code }) => place.syntax(pos[0], code)))
  if (doc.contents === null) return EMPTY

  const nameless = unknownAliases(doc).map(offset => place.yaml(offset, 'BAD_ALIAS'))
  if (nameless.length > 0) return invalid(nameless)

  const unset = fillIn(doc, env).map(({ path, message }) => place.problemAt(path, 'value', message))
  const problems = [...errors.map(({ pos, code }) => place.yaml(pos[0], code)), ...unset]
  const tree: unknown = orGivenUp(() => doc.toJS())
  return tree === undefined
    ? EXHAUSTING
    : { kind: 'ok', document: { tree, problems, problemAt: place.problemAt } }
}

type Places = ReturnType<typeof placesOf>

function placesOf(doc: Document.Parsed, lines: LineCounter) {
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  return {
    /** Without a key: in a broken file, what looks like one may be a part of a secret. */
    syntax: (offset: number, code: ErrorCode): Problem => ({
      ...at(offset),
      key: '',
      message: YAML_ERRORS[code],
    }),
    yaml: (offset: number, code: ErrorCode): Problem => ({
      ...at(offset),
      key: formatPath(keyPathAt(doc, offset)),
      message: YAML_ERRORS[code],
    }),
    problemAt: (path: Path, where: 'key' | 'value', message: string): Problem => {
      const found = findNode(doc, path)
      const from = found.variables.length > 0 ? ` (its value comes from ${found.variables.join(', ')})` : ''
      const offset = where === 'key' ? found.keyOffset : found.valueOffset
      return { ...at(offset), key: formatPath(found.path), message: message + from }
    },
  }
}
