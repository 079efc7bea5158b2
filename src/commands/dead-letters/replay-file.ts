/**
 * One file of dead letters through a replay. It is renamed away before it is read, because the service may be writing
 * to it (`dead-letters/box.ts` says how), and put back with what stays. What stays is written beside it and takes its
 * place in one step, after every batch: a replay that is killed repeats one batch and loses nothing.
 */

import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { LETTERS, unlessGone } from '../../dead-letters/directory.ts'
import { append, createFile } from '../../dead-letters/file.ts'
import { lineOf, type StoredLetter } from '../../dead-letters/line.ts'
import type { DeliverLetters, Outcome } from './deliver-letters.ts'
import { freePath, type Line, REPLAYING, readLines, stemOf } from './files.ts'

/** Ends the name of a file that is being written; it means nothing unless a replay is running. */
export const KEPT = `${LETTERS}.kept`

export interface Replay {
  readonly directory: string
  /** Which letters are sent; the others stay as they are. */
  readonly isWanted: (letter: StoredLetter) => boolean
  readonly deliver: DeliverLetters
  readonly signal: AbortSignal
  /** Told what became of a letter; without an outcome it was not sent. */
  readonly onLetter: (letter: StoredLetter, outcome?: Outcome) => void
}

/** What is delivered at once. */
const MAX_BATCH = { letters: 1_000, bytes: 4 * 1024 * 1024 }

/** Resolves with why the replay has to end, or undefined. Rejects with the file system's error. */
export async function replayFile(name: string, replay: Replay): Promise<string | undefined> {
  const stem = stemOf(replay.directory, name)
  const taken = await take(join(replay.directory, name), stem)
  if (taken === undefined) return undefined
  const { stays, why } = await deliverLines(await readLines(taken), taken, replay)
  await (stays > 0 ? rename(taken, await freePath(stem, LETTERS)) : rm(taken))
  return why
}

/** Renames the file away and returns its path; undefined when it is gone. */
async function take(path: string, stem: string): Promise<string | undefined> {
  if (path.endsWith(REPLAYING)) return path
  const taken = await freePath(stem, REPLAYING)
  return unlessGone(rename(path, taken).then(() => taken))
}

/** Returns how many lines stay, and why the replay has to end, if it has to. */
async function deliverLines(lines: readonly Line[], taken: string, replay: Replay) {
  let rest = lines
  let stay: readonly string[] = []
  while (rest.length > 0) {
    const batch = batchOf(rest, replay)
    rest = rest.slice(batch.length)
    const after = await deliverBatch(batch, replay)
    stay = stay.concat(after.stay)
    if (after.isChanged) await replaceBy(stay.concat(textsOf(rest)), taken)
    if (after.why === undefined) continue
    for (const { letter } of rest) if (letter) replay.onLetter(letter)
    return { stays: stay.length + rest.length, why: after.why }
  }
  return { stays: stay.length, why: undefined }
}

/** Returns lines from the first one on, until enough of them are to be sent. */
function batchOf(lines: readonly Line[], { isWanted }: Replay): readonly Line[] {
  let [letters, bytes] = [0, 0]
  const end = lines.findIndex(({ letter, text }) => {
    if (letters >= MAX_BATCH.letters || bytes >= MAX_BATCH.bytes) return true
    if (!letter || !isWanted(letter)) return false
    letters++
    bytes += text.length
    return false
  })
  return end === -1 ? lines : lines.slice(0, end)
}

const textsOf = (lines: readonly Line[]) => lines.map(({ text }) => text)

/** Returns which lines stay, whether they differ from before, and why the replay has to end, if it has to. */
async function deliverBatch(batch: readonly Line[], replay: Replay) {
  const sent = await deliverWanted(batch, replay)
  for (const { letter } of batch) if (letter) replay.onLetter(letter, sent.get(letter))
  const stay = batch.flatMap(({ text, letter }) => {
    const answer = letter && sent.get(letter)
    if (!letter || answer === undefined || answer.kind === 'unsent') return [text]
    return answer.kind === 'accepted' ? [] : [again(letter, answer)]
  })
  const answers = [...sent.values()]
  const unsent = answers.find(answer => answer.kind === 'unsent')
  return { stay, isChanged: answers.some(({ kind }) => kind !== 'unsent'), why: unsent?.why }
}

async function deliverWanted(batch: readonly Line[], { isWanted, deliver, signal }: Replay) {
  const wanted = batch.flatMap(({ letter }) => (letter && isWanted(letter) ? [letter] : []))
  if (wanted.length === 0) return new Map<StoredLetter, Outcome>()
  const events = wanted.map(({ event }) => event)
  const answers = await deliver(events, signal)
  return new Map<StoredLetter, Outcome>(wanted.map((letter, i) => [letter, answers[i] ?? UNANSWERED]))
}

const UNANSWERED = { kind: 'unsent', why: 'nothing was said about it' } as const

/** Returns the letter with the new answer: a letter never holds a letter. */
function again(letter: StoredLetter, refusal: Extract<Outcome, { kind: 'refused' }>): string {
  const { reason, status, code, answer } = refusal
  const replays = letter.replays + 1
  return lineOf({ ...letter, reason, status, code, answer, replays }).trimEnd()
}

/** Replaces the file in one step: a reader finds the old one or the new one, whole. No lines leave it as it is. */
async function replaceBy(lines: readonly string[], taken: string): Promise<void> {
  if (lines.length === 0) return
  const path = taken.slice(0, -REPLAYING.length) + KEPT
  const file = await createFile(path)
  try {
    const written = await append(file, Buffer.from(`${lines.join('\n')}\n`))
    if (written.kind === 'failed') throw written.error
  } finally {
    await file.handle.close()
  }
  await rename(path, taken)
}
