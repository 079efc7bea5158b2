/** Finds the nodes of a parsed document by key path, and the key path of a node. */

import { type Document, isAlias, isMap, isNode, isPair, isScalar, isSeq, visit } from 'yaml'
import { isFilled } from './interpolate.ts'
import type { Path } from './problem.ts'

export interface FoundNode {
  /** As far as it makes sense in this document: a position inside a single value is left off. */
  readonly path: Path
  readonly keyOffset: number
  /** The key's, when there is no value. */
  readonly valueOffset: number
  /** Environment variables that the value was made from. */
  readonly variables: readonly string[]
}

interface Step {
  readonly key: unknown
  readonly value: unknown
}

/** What stands at `path`; for a key that is missing, the place of its parent. */
export function findNode(doc: Document.Parsed, path: Path): FoundNode {
  let here: Step = { key: undefined, value: doc.contents }
  for (const [depth, part] of path.entries()) {
    const next = step(resolved(here.value, doc), part)
    if (next === undefined) return missing(here, path, depth)
    here = next
  }
  return place(here, path)
}

/** The keys that lead to the key or value that begins at `offset`; empty when there is none. */
export function keyPathAt(doc: Document.Parsed, offset: number): Path {
  let path: Path = []
  visit(doc, {
    Node(_, node, ancestors) {
      if (node.range?.[0] === offset) path = pathOf(ancestors, node)
    },
  })
  return path
}

/** Where aliases stand whose anchor there is none of. */
export function unknownAliases(doc: Document.Parsed): number[] {
  const offsets: number[] = []
  visit(doc, {
    Alias(_, node) {
      if (node.resolve(doc) === undefined) offsets.push(node.range?.[0] ?? 0)
    },
  })
  return offsets
}

/** The path of a node that `visit` came to by these ancestors. */
export function pathOf(ancestors: readonly unknown[], node: unknown): Path {
  const chain = [...ancestors, node]
  return chain.flatMap((ancestor, index): Path => {
    if (isPair(ancestor)) return [isScalar(ancestor.key) ? String(ancestor.key.value) : '?']
    return isSeq(ancestor) ? [ancestor.items.indexOf(chain[index + 1])] : []
  })
}

function step(node: unknown, part: string | number): Step | undefined {
  if (isMap(node)) {
    const pair = node.items.findLast(({ key }) => isScalar(key) && key.value === part)
    return pair && { key: pair.key, value: pair.value }
  }
  const item = isSeq(node) && typeof part === 'number' ? node.items[part] : undefined
  return item === undefined ? undefined : { key: item, value: item }
}

function resolved(node: unknown, doc: Document.Parsed): unknown {
  return isAlias(node) ? node.resolve(doc) : node
}

function missing(parent: Step, path: Path, depth: number): FoundNode {
  const isValue = isScalar(parent.value) && parent.value.value !== null
  const found = place(parent, isValue ? path.slice(0, depth) : path)
  return isValue ? found : { ...found, valueOffset: found.keyOffset }
}

function place({ key, value }: Step, path: Path): FoundNode {
  const keyOffset = offsetOf(key) ?? 0
  const isNull = isScalar(value) && value.value === null
  const variables = isScalar(value) && isFilled(value.value) ? value.value.variables : []
  return { path, keyOffset, valueOffset: (isNull ? undefined : offsetOf(value)) ?? keyOffset, variables }
}

function offsetOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined
}
