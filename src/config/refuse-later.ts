/** Finds options of a later version in a configuration. */

import { LATER_OPTIONS, type LaterOption, NOT_AVAILABLE } from './later.ts'
import type { Path } from './problem.ts'

export interface LaterUse {
  readonly path: Path
  readonly message: string
}

/** What the tree uses of later versions. Takes those keys out of it, so that nobody finds them unknown as well. */
export function takeOutLaterOptions(tree: unknown): LaterUse[] {
  return LATER_OPTIONS.flatMap(option => usesOf(option, tree))
}

function usesOf(option: LaterOption, tree: unknown): LaterUse[] {
  return placesOf(tree, option.at, []).flatMap(({ holder, key, path }) => {
    const value = holder[key]
    if (option.known === undefined) delete holder[key]
    return option.accepts?.(value) ? [] : [{ path, message: `is ${NOT_AVAILABLE}; ${option.meanwhile}` }]
  })
}

interface Place {
  readonly holder: Record<string, unknown>
  readonly key: string
  readonly path: Path
}

function placesOf(node: unknown, at: readonly string[], path: Path): Place[] {
  const [segment, ...rest] = at
  if (segment === undefined || !isHolder(node)) return []
  return Object.keys(node)
    .filter(key => fits(key, segment))
    .flatMap(key => {
      const here = [...path, Array.isArray(node) ? Number(key) : key]
      return rest.length === 0 ? [{ holder: node, key, path: here }] : placesOf(node[key], rest, here)
    })
}

function isHolder(node: unknown): node is Record<string, unknown> {
  return typeof node === 'object' && node !== null
}

function fits(key: string, segment: string): boolean {
  return segment.endsWith('*') ? key.startsWith(segment.slice(0, -1)) : key === segment
}
