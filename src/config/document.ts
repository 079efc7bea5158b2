/** The text of a configuration file as plain data, with the place of every key in it. */

import { type Document, LineCounter, parseDocument, type YAMLError } from 'yaml'
import { fillIn } from './fill-in.ts'
import type { Environment } from './interpolate.ts'
import { findNode, keyPathAt } from './nodes.ts'
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
  try {
    return readDocument(text, env)
  } catch {
    // The parser gives up by throwing on documents made to exhaust it: deep nesting, aliases of aliases.
    return { kind: 'invalid', problems: [fileProblem('is nested too deeply or repeats aliases too often')] }
  }
}

/** A problem of the file as a whole. */
export function fileProblem(message: string): Problem {
  return { line: 1, column: 1, key: '', message }
}

function readDocument(text: string, env: Environment): DocumentResult {
  const lines = new LineCounter()
  const doc = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    merge: true,
    logLevel: 'error',
  })
  const place = placesOf(doc, lines)
  const errors = [...doc.errors, ...doc.warnings]
  const broken = errors.filter(error => error.code !== 'DUPLICATE_KEY')
  if (broken.length > 0) return { kind: 'invalid', problems: broken.map(place.yamlError) }
  if (doc.contents === null) return { kind: 'invalid', problems: [fileProblem(EMPTY)] }

  const unset = fillIn(doc, env).map(({ path, message }) => place.problemAt(path, 'value', message))
  const problems = [...errors.map(place.yamlError), ...unset]
  return { kind: 'ok', document: { tree: doc.toJS(), problems, problemAt: place.problemAt } }
}

const EMPTY = 'is empty; it needs at least the sections sls, splunk and sources'

function placesOf(doc: Document.Parsed, lines: LineCounter) {
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  return {
    yamlError: (error: YAMLError): Problem => ({
      ...at(error.pos[0]),
      key: formatPath(keyPathAt(doc, error.pos[0])),
      message: YAML_ERRORS[error.code],
    }),
    problemAt: (path: Path, where: 'key' | 'value', message: string): Problem => {
      const found = findNode(doc, path)
      const from = found.variables.length > 0 ? ` (its value comes from ${found.variables.join(', ')})` : ''
      const offset = where === 'key' ? found.keyOffset : found.valueOffset
      return { ...at(offset), key: formatPath(found.path), message: message + from }
    },
  }
}
