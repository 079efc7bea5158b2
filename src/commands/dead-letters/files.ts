/** The files of dead letters, and what is in them. Their names say whether the service or a replay has them. */

import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { LETTERS, unlessGone } from '../../dead-letters/directory.ts'
import { readLine, type StoredLetter } from '../../dead-letters/line.ts'

/** End of the name of a file that a replay has moved away; a killed replay leaves it behind. */
export const REPLAYING = `${LETTERS}.replaying`

/** A line of a file; without a letter it is broken, as after a crash. */
export interface Line {
  readonly text: string
  readonly letter: StoredLetter | undefined
}

/**
 * Resolves with the names of the files with letters, those first that a replay has left behind; undefined where there is
 * no directory. Rejects with the file system's error.
 */
export async function listFiles(directory: string): Promise<string[] | undefined> {
  const names = (await unlessGone(readdir(directory)))?.toSorted()
  const ending = (end: string) => names?.filter(name => name.endsWith(end)) ?? []
  return names && [...ending(REPLAYING), ...ending(LETTERS)]
}

/** Resolves with every line of a file, in order; with none where the file is gone by now. */
export async function readLines(path: string): Promise<Line[]> {
  const text = (await unlessGone(readFile(path, 'utf8'))) ?? ''
  const lines = text.split('\n').filter(line => line !== '')
  return lines.map(line => ({ text: line, letter: readLine(line) }))
}

/** Resolves with a path with this start and end that is free. */
export async function freePath(start: string, end: string): Promise<string> {
  for (let n = 0; ; n++) {
    const path = n === 0 ? start + end : `${start}-${n}${end}`
    if ((await unlessGone(stat(path))) === undefined) return path
  }
}

/** Returns the path without the end that says who has the file. */
export function stemOf(directory: string, name: string): string {
  const end = name.endsWith(REPLAYING) ? REPLAYING : LETTERS
  return join(directory, name.slice(0, -end.length))
}
