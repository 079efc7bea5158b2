/** Fills the environment's values into a parsed document, scalar by scalar, so that they never change its structure. */

import { type Document, type Scalar, visit } from 'yaml'
import { type Environment, filled, interpolate, UNSET } from './interpolate.ts'
import { pathOf } from './nodes.ts'
import type { Path } from './problem.ts'

export interface FillProblem {
  readonly path: Path
  readonly message: string
}

/** Changes the document's scalars in place; gives what could not be filled in. */
export function fillIn(doc: Document.Parsed, env: Environment): FillProblem[] {
  const problems: FillProblem[] = []
  visit(doc, {
    Scalar(key, node, ancestors) {
      if (key === 'key' || typeof node.value !== 'string') return
      const path = pathOf(ancestors, node)
      problems.push(...fillScalar(node, env).map(message => ({ path, message })))
    },
  })
  return problems
}

function fillScalar(node: Scalar, env: Environment): readonly string[] {
  const result = interpolate(String(node.value), env)
  if (result.kind === 'wrong') {
    node.value = UNSET
    return result.messages
  }
  node.value = result.variables.length > 0 ? filled(result.text, result.variables) : result.text
  return []
}
