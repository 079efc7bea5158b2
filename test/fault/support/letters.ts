/** Dead letters of a scenario's service, as what they are: logs that need not arrive. */

import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StoredLetter } from '../../../src/dead-letters/line.ts'
import { lettersIn } from '../../support/dead-letters.ts'
import type { World } from './scenario.ts'

export interface Letters {
  /** Made by whoever writes the first letter. */
  readonly directory: string
  /** Ids of the logs that are in letters now: for the far ends. */
  ids(): ReadonlySet<string>
  all(): StoredLetter[]
  /** Every log that is in a letter, with how many letters there are of it. */
  counts(): ReadonlyMap<string, number>
  /** With the end of this world the directory goes. */
  removeWith(world: World): void
}

export function createLetters(): Letters {
  const directory = join(tmpdir(), `sls2splunk-fault-letters-${randomUUID()}`)
  const all = () => lettersIn(directory)
  const ids = () => all().map(letter => logIdOf(letter))
  return {
    directory,
    all,
    ids: () => new Set(ids()),
    counts: () => new Map([...Map.groupBy(ids(), id => id)].map(([id, same]) => [id, same.length])),
    removeWith({ onEnd }) {
      onEnd(() => rmSync(directory, { recursive: true, force: true }))
    },
  }
}

export function logIdOf({ event }: Pick<StoredLetter, 'event'>): string {
  const envelope: unknown = JSON.parse(event)
  return idIn(envelope) ?? ''
}

/** The id of a log in its envelope as Splunk gets it. */
export function idIn(envelope: unknown): string | undefined {
  const event =
    typeof envelope === 'object' && envelope !== null && 'event' in envelope ? envelope.event : undefined
  const id = typeof event === 'object' && event !== null && 'log_id' in event ? event.log_id : undefined
  return typeof id === 'string' ? id : undefined
}
