/** The directory of dead letters: for this user alone, and how much of it is used. */

import { chmod, mkdir, open, readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** End of the names of files with letters. */
export const LETTERS = '.ndjson'

/** Makes the directory, or closes an existing one to other users. Rejects with the file system's error. */
export async function makePrivate(directory: string): Promise<void> {
  const made = await make(directory)
  // `mkdir` is not enough: the umask changes its mode, and an existing directory keeps its own.
  const { mode } = await stat(directory)
  if ((mode & 0o777) !== 0o700) await chmod(directory, 0o700)
  for (const each of made) await sync(dirname(each))
}

/**
 * Resolves with the directories that it has made. Does without `recursive`: where a file system says that an existing
 * directory is not there (`/proc` does), Node tries for ever, and its thread cannot be ended.
 */
async function make(directory: string): Promise<string[]> {
  const made = await makeOne(directory)
  if (made !== undefined) return made
  const above = dirname(directory) === directory ? [] : await make(dirname(directory))
  const last = await makeOne(directory)
  if (last === undefined) throw notMade(directory)
  return [...last, ...above]
}

/** Resolves with undefined when there is no directory to make it in. */
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

/** Makes names of files last: an fsync of a file does not cover its entry. */
export async function sync(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Resolves with the bytes of all files in it; 0 where there is no directory. */
export async function usedBytes(directory: string): Promise<number> {
  const entries = await unlessGone(readdir(directory, { withFileTypes: true }))
  const files = entries?.filter(entry => entry.isFile()) ?? []
  const sizes = await Promise.all(files.map(({ name }) => sizeOf(join(directory, name))))
  return sizes.reduce((sum, size) => sum + size, 0)
}

async function sizeOf(file: string): Promise<number> {
  return (await unlessGone(stat(file)))?.size ?? 0
}

/** Resolves with undefined where the file is gone: a replay may run beside the service. */
export function unlessGone<T>(asked: Promise<T>): Promise<T | undefined> {
  return unless('ENOENT', asked)
}

/** Resolves with undefined when it fails with this error, which is expected. */
export async function unless<T>(code: 'EEXIST' | 'ENOENT', asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (isSystemError(error) && error.code === code) return undefined
    throw error
  }
}

/** Makes the error that the file system would give. */
function notMade(directory: string): Error {
  const text = `ENOENT: no such file or directory, mkdir '${directory}'`
  return Object.assign(new Error(text), { code: 'ENOENT', syscall: 'mkdir' })
}

/** Says whether an error comes from the file system, and not from a bug. */
export function isSystemError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string'
}
