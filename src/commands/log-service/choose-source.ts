/** The choice of the source that a command is about. */

import type { SourceConfig } from '../../config/types.ts'

export type Chosen =
  | { readonly kind: 'source'; readonly source: SourceConfig }
  /** Says what is wrong with the choice, and lists the sources. */
  | { readonly kind: 'wrong'; readonly message: string }

/** Returns the source of this name, or the only one. */
export function chooseSource(sources: readonly SourceConfig[], name: string | undefined): Chosen {
  const [only, ...others] = name === undefined ? sources : sources.filter(source => source.name === name)
  if (only && others.length === 0) return { kind: 'source', source: only }
  const names = sources.map(source => source.name).join(', ')
  const message =
    name === undefined
      ? `the configuration has several sources, name one with --source: ${names}`
      : `there is no source ${name}; the configuration has: ${names}`
  return { kind: 'wrong', message }
}
