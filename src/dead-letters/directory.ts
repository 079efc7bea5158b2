/** The directory of dead letters: for this user alone, and how much of it is used. */

import { chmod, mkdir, open, readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** How the names of files with letters end. */
export const LETTERS = '.ndjson'

/**
 * Makes the directory, or takes from one that is there what others may do in it. Rejects with the file system's error.
 */
export async function makePrivate(directory: string): Promise<void> {
  const made = await make(directory)
  // Not by `mkdir` alone: the umask has its say there, and a directory that is there stays as it is.
  const { mode } = await stat(directory)
  if ((mode & 0o777) !== 0o700) await chmod(directory, 0o700)
  for (const each of made) await sync(dirname(each))
}

/**
 * Answers with the directories that it has made. Not by `recursive`: where a file system says of a directory that is
 * there that it is not (`/proc` does), Node tries that again for ever, and its thread cannot even be ended.
 */
async function make(directory: string): Promise<string[]> {
  const made = await makeOne(directory)
  if (made !== undefined) return made
  const above = dirname(directory) === directory ? [] : await make(dirname(directory))
  const last = await makeOne(directory)
  if (last === undefined) throw notMade(directory)
  return [...last, ...above]
}

/** Undefined when there is nothing to make it in. */
async function makeOne(directory: string): Promise<string[] | undefined> {
  try {
    await mkdir(directory, { mode: 0o700 })
    return [directory]
  } catch (error) {
    // Another worker may be quicker.
    if (isSystemError(error) && error.code === 'EEXIST') return []
    if (isSystemError(error) && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** Makes names of files last: an fsync of a file says nothing about its entry. */
export async function sync(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Bytes of all its files; 0 where there is no directory. */
export async function usedBytes(directory: string): Promise<number> {
  const entries = await unlessGone(readdir(directory, { withFileTypes: true }))
  const files = entries?.filter(entry => entry.isFile()) ?? []
  const sizes = await Promise.all(files.map(({ name }) => sizeOf(join(directory, name))))
  return sizes.reduce((sum, size) => sum + size, 0)
}

async function sizeOf(file: string): Promise<number> {
  return (await unlessGone(stat(file)))?.size ?? 0
}

/** Undefined where there is no such file any more: a replay works beside us. */
export function unlessGone<T>(asked: Promise<T>): Promise<T | undefined> {
  return unless('ENOENT', asked)
}

/** Undefined when it fails with this error, which is expected. */
export async function unless<T>(code: 'EEXIST' | 'ENOENT', asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (isSystemError(error) && error.code === code) return undefined
    throw error
  }
}

/** As the file system would say it. */
function notMade(directory: string): Error {
  const text = `ENOENT: no such file or directory, mkdir '${directory}'`
  return Object.assign(new Error(text), { code: 'ENOENT', syscall: 'mkdir' })
}

/** What the file system says, as against a mistake of ours. */
export function isSystemError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string'
}
