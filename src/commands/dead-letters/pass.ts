/** One pass over the files that are there at its start; the next replay takes what the service writes meanwhile. */

import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf } from '../../base/failure.ts'
import { isSystemError } from '../../dead-letters/directory.ts'
import type { StoredLetter } from '../../dead-letters/line.ts'
import type { DeliverLetters } from './deliver-letters.ts'
import { listFiles, readLines } from './files.ts'
import { KEPT, type Replay, replayFile } from './replay-file.ts'
import { createTally, QUARANTINED } from './tally.ts'

export interface Wanted {
  /** Undefined means every source, every reason. */
  readonly source?: string
  readonly reason?: string
}

export interface PassOptions {
  readonly directory: string
  readonly wanted: Wanted
  readonly deliver: DeliverLetters
  readonly signal: AbortSignal
}

export interface PassReport {
  /** What became of each letter, in words. */
  readonly text: string
  /** Why it ended before its end. */
  readonly stopped: string | undefined
}

type Origin = Pick<StoredLetter, 'source' | 'reason'>

function isWanted({ source, reason }: Origin, wanted: Wanted): boolean {
  return (wanted.source ?? source) === source && (wanted.reason ?? reason) === reason
}

/** Says whether a replay sends it: a log group that has killed workers holds no event to send. */
export function isSendable(of: Origin, wanted: Wanted): boolean {
  return isWanted(of, wanted) && of.reason !== QUARANTINED
}

/** Replays every file of the directory, whose lock the caller holds. */
export async function replayAll({ directory, wanted, deliver, signal }: PassOptions): Promise<PassReport> {
  const tally = createTally()
  const replay: Replay = {
    directory,
    isWanted: letter => isSendable(letter, wanted),
    deliver,
    signal,
    onLetter: (letter, outcome) => void (isWanted(letter, wanted) && tally.add(letter, outcome)),
  }
  let stopped: string | undefined
  await removeHalfWritten(directory)
  for (const name of (await listFiles(directory)) ?? []) {
    if (stopped === undefined) stopped = await tried(() => replayFile(name, replay))
    else for (const { letter } of await readLines(join(directory, name))) if (letter) replay.onLetter(letter)
  }
  return { text: tally.describe(), stopped }
}

/** Removes what a killed replay has half written: the file that it was to replace is still whole. */
async function removeHalfWritten(directory: string): Promise<void> {
  const names = (await readdir(directory)).filter(name => name.endsWith(KEPT))
  await Promise.all(names.map(name => rm(join(directory, name), { force: true })))
}

async function tried(action: () => Promise<string | undefined>): Promise<string | undefined> {
  try {
    return await action()
  } catch (error) {
    if (!isSystemError(error)) throw error
    return `${messageOf(error)}: what Splunk has accepted of this file may be sent again`
  }
}
