/** One pass over the files that are there at its start; what the service writes meanwhile is the next replay's. */

import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf } from '../../base/failure.ts'
import { isSystemError } from '../../dead-letters/directory.ts'
import type { StoredLetter } from '../../dead-letters/line.ts'
import { listFiles, readLines } from './files.ts'
import { KEPT, type Replay, replayFile } from './replay-file.ts'
import type { SendAll } from './send.ts'
import { createTally, QUARANTINED } from './tally.ts'

export interface Wanted {
  /** Undefined: of every source, of every reason. */
  readonly source?: string
  readonly reason?: string
}

export interface PassOptions {
  readonly directory: string
  readonly wanted: Wanted
  readonly sendAll: SendAll
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

/** What has killed workers is not sent: there is no event to send. */
export function isSendable(of: Origin, wanted: Wanted): boolean {
  return isWanted(of, wanted) && of.reason !== QUARANTINED
}

/** The caller holds the lock of the directory. */
export async function replayAll({ directory, wanted, sendAll, signal }: PassOptions): Promise<PassReport> {
  const tally = createTally()
  const replay: Replay = {
    directory,
    isWanted: letter => isSendable(letter, wanted),
    sendAll,
    signal,
    onLetter: (letter, sent) => void (isWanted(letter, wanted) && tally.add(letter, sent)),
  }
  let stopped: string | undefined
  await removeHalfWritten(directory)
  for (const name of (await listFiles(directory)) ?? []) {
    if (stopped === undefined) stopped = await tried(() => replayFile(name, replay))
    else for (const { letter } of await readLines(join(directory, name))) if (letter) replay.onLetter(letter)
  }
  return { text: tally.describe(), stopped }
}

/** Of a replay that was killed: the file it was to replace is still whole. */
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
