/** One file of dead letters: a line is in it whole and lasting, or not at all. */

import { type FileHandle, open, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { sync, unlessGone } from './directory.ts'

/** A file that is open for one line. */
export interface LetterFile {
  readonly path: string
  readonly handle: FileHandle
  /** In bytes, before the line. */
  readonly size: number
  /** True when its entry in the directory may not last yet. */
  readonly isNew: boolean
}

export type Appended =
  | { readonly kind: 'appended' }
  /** `isUsable`: the file ends with a whole line again, and more lines may follow. */
  | { readonly kind: 'failed'; readonly error: unknown; readonly isUsable: boolean }

/** Makes a file for this user alone, whatever the umask. Rejects with EEXIST when there is one already. */
export async function createFile(path: string): Promise<LetterFile> {
  const handle = await open(path, 'ax', 0o600)
  try {
    await handle.chmod(0o600)
    return { path, handle, size: 0, isNew: true }
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** Resolves with undefined when the file cannot be opened: moved away, or another user's since. */
export async function reopenFile(path: string): Promise<LetterFile | undefined> {
  // 'r+' makes no file; 'a' would make one again that has been moved away.
  const handle = await open(path, 'r+').catch(() => undefined)
  return handle && { path, handle, size: (await handle.stat()).size, isNew: false }
}

/** Resolves when the line is on the disk, or when nothing of it is left. */
export async function append(file: LetterFile, line: Buffer): Promise<Appended> {
  const { handle, size, path, isNew } = file
  let isWritten = false
  try {
    await writeAt(handle, line, size)
    isWritten = true
    await handle.sync()
    if (isNew) await sync(dirname(path))
    return { kind: 'appended' }
  } catch (error) {
    const isUndone = await undo(file)
    // After a failed fsync the kernel may count as written what is not: the file is not used any more.
    return { kind: 'failed', error, isUsable: isUndone && !isWritten }
  }
}

/** Takes the line out again. False when no line may follow: that failed, or the file was new and is removed. */
export async function undo({ handle, size, path }: LetterFile): Promise<boolean> {
  try {
    await handle.truncate(size)
    if (size > 0) await handle.sync()
    else await rm(path)
    return size > 0
  } catch {
    return false
  }
}

/** Says whether the file still is where it was opened. */
export async function isInPlace({ handle, path }: LetterFile): Promise<boolean> {
  const [opened, there] = [
    await handle.stat({ bigint: true }),
    await unlessGone(stat(path, { bigint: true })),
  ]
  return opened.ino === there?.ino && opened.dev === there.dev
}

/** Writes all of it: the file system may take less at once than it is given. */
async function writeAt(handle: FileHandle, line: Buffer, from: number): Promise<void> {
  let written = 0
  while (written < line.length) {
    const { bytesWritten } = await handle.write(line, written, line.length - written, from + written)
    written += bytesWritten
  }
}
