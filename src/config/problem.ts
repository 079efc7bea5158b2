/** What is wrong in a configuration file, and where. */

/** Keys and list positions from the top of the file: `['sources', 0, 'project']`. */
export type Path = readonly (string | number)[]

export interface Problem {
  /** Both count from 1. */
  readonly line: number
  readonly column: number
  /** As people write it, `sources[0].project`; empty when the file as a whole is meant. */
  readonly key: string
  readonly message: string
}

/** One line: `FILE:LINE:COLUMN: KEY: what is wrong, what would be right`. */
export function formatProblem(file: string, { line, column, key, message }: Problem): string {
  return [`${file}:${line}:${column}`, ...(key === '' ? [] : [key]), message].join(': ')
}

/** `['sources', 0, 'project']` as `sources[0].project`. */
export function formatPath(path: Path): string {
  return path
    .map(part => (typeof part === 'number' ? `[${part}]` : `.${part}`))
    .join('')
    .replace(/^\./, '')
}

/** In the order of the file. */
export function sortedByPlace(problems: readonly Problem[]): Problem[] {
  return problems.toSorted((a, b) => a.line - b.line || a.column - b.column)
}
