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

/** A value, or what is wrong with the text it should have come from. */
export type Parsed<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'wrong'; readonly message: string }

export const ok = <T>(value: T): Parsed<T> => ({ kind: 'ok', value })
export const wrong = (message: string): Parsed<never> => ({ kind: 'wrong', message })

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
