/**
 * The place of events that Splunk can never accept. After `written` the checkpoint may pass: the letter is on the disk.
 * This is the slow path: every letter opens its file, looks at the whole directory and waits for the disk.
 *
 * A replay may run beside the service. It renames a file away before it reads it, and removes it or puts it back when
 * it is done. There are no locks; the order of steps keeps every letter:
 *
 *     worker   1 opens the path    2 writes, fsyncs    3 looks whether the path still is the file it has opened
 *     replay   a renames the path away    b reads    c removes the file, or replaces it by what stays
 *
 * - a before 1: there is no file to open, so the letter goes into a new one, which this replay does not touch.
 * - a between 1 and 3: b may have seen the letter, half of it or nothing of it. 3 finds no file at the path, or another
 *   one that c has put there, and the letter is written again into a new one. It may be sent twice.
 * - a after 3: the line was whole before the file was moved, so b reads it.
 * - a, b, then the same file put back because nothing of it was to be sent, all between 1 and 3: 3 finds the file it
 *   has opened, and the letter is in it.
 */

import { join } from 'node:path'
import { threadId } from 'node:worker_threads'
import { messageOf } from '../base/failure.ts'
import { formatBytes } from '../base/units.ts'
import { isSystemError, LETTERS, makePrivate, unless, usedBytes } from './directory.ts'
import { append, createFile, isInPlace, type LetterFile, reopenFile, undo } from './file.ts'
import { type DeadLetter, lineOf } from './line.ts'

export type { DeadLetter }

export type Written =
  | { readonly kind: 'written' }
  /** Nothing is written: `max_bytes` is reached. */
  | { readonly kind: 'full'; readonly message: string }
  /** Nothing is written: the disk is full, permission is missing, … */
  | { readonly kind: 'failed'; readonly message: string }

export interface DeadLetterBox {
  /** Writes letters one after the other, in the order of the calls. */
  write(letter: DeadLetter): Promise<Written>
}

export interface DeadLetterBoxOptions {
  readonly directory: string
  /** For all files of the directory together, whichever process has written them. */
  readonly maxBytes: number
  /** The consumer's name, for the names of its files. */
  readonly name: string
  readonly now?: () => Date
}

const ROTATE_BYTES = 16 * 1024 * 1024
/** Moves in a row that are still believed: a replay must have come at just that moment each time. */
const MAX_MOVES = 5

export function createDeadLetterBox(options: DeadLetterBoxOptions): DeadLetterBox {
  const { directory, maxBytes, now = () => new Date() } = options
  const nextPath = pathsOf(options)
  let path: string | undefined
  let last: Promise<unknown> = Promise.resolve()

  async function write(letter: DeadLetter): Promise<Written> {
    const line = Buffer.from(lineOf({ ...letter, time: now().toISOString(), replays: 0 }))
    try {
      const used = await usedBytes(directory)
      if (used + line.length > maxBytes) return full(used)
      for (let moves = 0; moves < MAX_MOVES; moves++) {
        const written = await withFile(line.length, file => writeInto(file, line))
        if (written) return written
      }
      return { kind: 'failed', message: `the files in ${directory} are moved away all the time` }
    } catch (error) {
      if (isSystemError(error)) return failed(error)
      throw error
    }
  }

  /** Resolves with undefined when the file was moved away meanwhile. */
  async function writeInto(file: LetterFile, line: Buffer): Promise<Written | undefined> {
    const appended = await append(file, line)
    if (appended.kind === 'failed') {
      if (!appended.isUsable) path = undefined
      return failed(appended.error)
    }
    // Another worker may have found the same room at the same time; the last one to write sees it.
    const used = await usedBytes(directory)
    if (used > maxBytes) {
      if (!(await undo(file))) path = undefined
      return full(used - line.length)
    }
    if (await isInPlace(file)) return { kind: 'written' }
    path = undefined
    return undefined
  }

  async function withFile<T>(bytes: number, use: (file: LetterFile) => Promise<T>): Promise<T> {
    const file = (await openCurrent(bytes)) ?? (await createNext())
    try {
      return await use(file)
    } finally {
      await file.handle.close()
    }
  }

  /** Resolves with undefined when the file is gone, or has no room for `bytes` more. */
  async function openCurrent(bytes: number): Promise<LetterFile | undefined> {
    const file = path === undefined ? undefined : await reopenFile(path)
    if (!file || file.size === 0 || file.size + bytes <= ROTATE_BYTES) return file
    await file.handle.close()
    return undefined
  }

  async function createNext(): Promise<LetterFile> {
    await makePrivate(directory)
    for (;;) {
      path = nextPath()
      const file = await unless('EEXIST', createFile(path))
      if (file) return file
    }
  }

  function full(used: number): Written {
    const sizes = `${formatBytes(used)} of the ${formatBytes(maxBytes)} of dead_letters.max_bytes`
    return { kind: 'full', message: `the dead letters in ${directory} take ${sizes}: there is no room left` }
  }

  function failed(error: unknown): Written {
    return { kind: 'failed', message: `cannot write to ${directory}: ${messageOf(error)}` }
  }

  return {
    write(letter) {
      const written = last.then(() => write(letter))
      last = written.catch(() => undefined)
      return written
    },
  }
}

/** Returns paths that no other worker or run uses, each once: a replay may put its file back. */
function pathsOf({ directory, name, now = () => new Date() }: DeadLetterBoxOptions): () => string {
  const consumer = name.replaceAll(/[^0-9A-Za-z_.-]/g, '-').slice(0, 128)
  const startedAt = now().toISOString().replaceAll(/[-:.]/g, '')
  let count = 0
  return () => join(directory, `${consumer}-${startedAt}-${process.pid}-${threadId}-${++count}${LETTERS}`)
}
