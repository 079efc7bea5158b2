/** The ids of logs that services have put among their dead letters, as their files have them. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { eachLogId } from '../../src/simulator/generator/log-id.ts'

export interface DeadLetters {
  has(shard: number, sequence: number): boolean
  ids(): ReadonlyMap<number, ReadonlySet<number>>
}

/** Reads anew whenever it is asked: there are few, and they matter from the moment they are written. */
export function createDeadLetters(directories: readonly string[]): DeadLetters {
  const ids = () => {
    const found = new Map<number, Set<number>>()
    for (const file of directories.flatMap(lettersIn))
      eachLogId(readFileSync(file), (shard, sequence) => {
        found.set(shard, (found.get(shard) ?? new Set()).add(sequence))
      })
    return found
  }
  return { ids, has: (shard, sequence) => ids().get(shard)?.has(sequence) ?? false }
}

function lettersIn(directory: string): string[] {
  if (!existsSync(directory)) return []
  return readdirSync(directory)
    .filter(name => name.endsWith('.ndjson'))
    .map(name => join(directory, name))
}
