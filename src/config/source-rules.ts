/** What the entries of `sources` must not share. Looks at the data as written, so that it works beside other errors. */

import { consumerName } from './consumer-name.ts'
import { isFilled } from './interpolate.ts'
import type { Path } from './problem.ts'

export const DEFAULT_CONSUMER_GROUP = 'sls2splunk'

export interface SourceClash {
  readonly path: Path
  readonly message: string
}

interface Entry {
  readonly path: Path
  readonly name: string
  /** The group's full name and a consumer's name in it. */
  readonly consumer: string
}

/** Sources of one name, and sources of one group whose consumers would have one name. */
export function sourceClashes(tree: unknown, defaultInstance: string): SourceClash[] {
  const instance = textAt(tree, 'instance') ?? defaultInstance
  const sources = valueAt(tree, 'sources')
  const entries = (Array.isArray(sources) ? sources : []).flatMap((source, index) =>
    toEntry(source, index, instance),
  )
  return entries.flatMap((entry, index) => clashesOf(entry, entries.slice(0, index)))
}

function clashesOf({ path, name, consumer }: Entry, before: readonly Entry[]): SourceClash[] {
  if (before.some(other => other.name === name))
    return [{ path, message: 'is the name of another source, too; give each source its own' }]
  const clash = before.find(other => other.consumer === consumer)
  if (clash === undefined) return []
  return [
    {
      path,
      message: `gives its consumers the names that those of ${clash.name} have in this group; choose another`,
    },
  ]
}

function toEntry(source: unknown, index: number, instance: string): Entry[] {
  const [project, logstore] = [textAt(source, 'project'), textAt(source, 'logstore')]
  if (project === undefined || logstore === undefined) return []
  const group = textAt(source, 'consumer_group') ?? DEFAULT_CONSUMER_GROUP
  const name = textAt(source, 'name') ?? `${project}/${logstore}`
  const consumer = [project, logstore, group, consumerName(instance, name, 0)].join('\n')
  return [{ path: ['sources', index, 'name'], name, consumer }]
}

function textAt(holder: unknown, key: string): string | undefined {
  const value = valueAt(holder, key)
  if (isFilled(value)) return value.text
  return typeof value === 'string' ? value : undefined
}

function valueAt(holder: unknown, key: string): unknown {
  return typeof holder === 'object' && holder !== null ? Reflect.get(holder, key) : undefined
}
