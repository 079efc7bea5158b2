/** Which source file imports which: as written, types included. */

import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface Import {
  /** Both are paths below `src/`. */
  readonly from: string
  readonly to: string
}

const SRC = fileURLToPath(new URL('../../src/', import.meta.url))
/** `from '…'`, `import '…'` and `import('…')` with a relative path. */
const SPECIFIER = /\b(?:from|import)\s*\(?\s*['"](\.{1,2}\/[^'"]+)['"]/g

/** The same with the name of a package, or of a module of Node. */
const PACKAGE = /\b(?:from|import)\s*\(?\s*['"]([^.'"][^'"]*)['"]/g

/** All imports between files of `src/`. */
export function importsOfSource(): Import[] {
  return specifiers(SPECIFIER).map(({ from, to }) => ({ from, to: join(dirname(from), to) }))
}

/** All imports of packages by files of `src/`; `to` is a name. */
export function packagesOfSource(): Import[] {
  return specifiers(PACKAGE)
}

function specifiers(pattern: RegExp): Import[] {
  return globSync('**/*.{ts,js}', { cwd: SRC }).flatMap(from => {
    const text = readFileSync(join(SRC, from), 'utf8')
    return [...text.matchAll(pattern)].map(([, to = '']) => ({ from, to }))
  })
}

/** Each circle of imports, as the files that reach each other; sorted. */
export function circlesIn(imports: readonly Import[]): string[][] {
  const reach = new Map(imports.map(({ from }) => [from, reachableFrom(from, imports)]))
  const isMutual = (a: string, b: string) => reach.get(a)?.has(b) === true && reach.get(b)?.has(a) === true
  const files = [...reach.keys()].filter(file => isMutual(file, file)).sort()
  const circles = files.map(file => files.filter(other => isMutual(file, other)))
  return circles.filter(([first], at) => first === files[at])
}

/** Files that `start` loads, by others or itself; types and `import()` count. */
export function reachableFrom(start: string, imports: readonly Import[]): ReadonlySet<string> {
  const byFile = Map.groupBy(imports, ({ from }) => from)
  const found = new Set<string>()
  const open = [start]
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    const next = (byFile.get(file) ?? []).map(({ to }) => to).filter(to => !found.has(to))
    for (const to of next) found.add(to)
    open.push(...next)
  }
  return found
}
