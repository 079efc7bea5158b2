/** The dead letters in numbers, by reason, source and HEC's code. */

import { join } from 'node:path'
import type { DeadLettersConfig } from '../../config/types.ts'
import { usedBytes } from '../../dead-letters/directory.ts'
import type { StoredLetter } from '../../dead-letters/line.ts'
import { listFiles, readLines } from './files.ts'

export interface Summary {
  readonly directory: string
  /** False when there is no directory. */
  readonly exists: boolean
  /** Size of all files of the directory, and its limit. */
  readonly bytes: number
  readonly maxBytes: number
  readonly letters: number
  /** The largest first. */
  readonly groups: readonly Group[]
  /** Files with lines that are no letters. */
  readonly broken: readonly { readonly file: string; readonly lines: number }[]
}

export interface Group {
  readonly reason: string
  readonly source: string
  readonly code: number | null
  readonly letters: number
  /** Times of writing, ISO 8601. */
  readonly first: string
  readonly last: string
  /** HTTP status and Splunk's answer for the latest letter. */
  readonly status: number
  readonly answer: string
}

/** Counts all letters of the directory. Rejects with the file system's error. */
export async function summarise({ directory, maxBytes }: DeadLettersConfig): Promise<Summary> {
  const files = await listFiles(directory)
  const groups = new Map<string, Group>()
  const broken: { file: string; lines: number }[] = []
  for (const file of files ?? []) {
    const lines = await readLines(join(directory, file))
    for (const { letter } of lines) if (letter) add(groups, letter)
    const bad = lines.filter(({ letter }) => letter === undefined).length
    if (bad > 0) broken.push({ file, lines: bad })
  }
  const all = [...groups.values()].toSorted((a, b) => b.letters - a.letters)
  const letters = all.reduce((sum, group) => sum + group.letters, 0)
  const bytes = await usedBytes(directory)
  return { directory, exists: files !== undefined, bytes, maxBytes, letters, groups: all, broken }
}

function add(groups: Map<string, Group>, letter: StoredLetter): void {
  const { reason, source, code, time, status, answer } = letter
  const key = JSON.stringify([reason, source, code])
  const known = groups.get(key)
  const isLatest = known === undefined || time >= known.last
  groups.set(key, {
    reason,
    source,
    code,
    letters: (known?.letters ?? 0) + 1,
    first: known && known.first < time ? known.first : time,
    last: isLatest ? time : known.last,
    status: isLatest ? status : known.status,
    answer: isLatest ? answer : known.answer,
  })
}
