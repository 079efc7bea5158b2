/** One file of dead letters: a line is in it whole and for good, or not at all. */

import { type FileHandle, open, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { sync, unlessGone } from './directory.ts'

/** A file that is open for one line. */
export interface LetterFile {
  readonly path: string
  readonly handle: FileHandle
  /** Before the line. */
  readonly size: number
  /** Its entry in the directory may not last yet. */
  readonly isNew: boolean
}

export type Appended =
  | { readonly kind: 'appended' }
  /** `isUsable`: the file ends with a whole line again, and more lines may follow. */
  | { readonly kind: 'failed'; readonly error: unknown; readonly isUsable: boolean }

/** For this user alone, whatever the umask. Rejects with EEXIST when there is such a file already. */
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

/** Undefined where it cannot be had any more: moved away, or another user's since. */
export async function reopenFile(path: string): Promise<LetterFile | undefined> {
  // 'r+' makes nothing; 'a' would make a file that has been moved away anew.
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
    // After a failed fsync the kernel takes for written what it has not written: no more of that file.
    return { kind: 'failed', error, isUsable: isUndone && !isWritten }
  }
}

/** The file as it was before the line. False when nothing may follow in it: that failed, or it was new and is removed. */
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

/** Whether the file still is where it was opened. */
export async function isInPlace({ handle, path }: LetterFile): Promise<boolean> {
  const [opened, there] = [
    await handle.stat({ bigint: true }),
    await unlessGone(stat(path, { bigint: true })),
  ]
  return opened.ino === there?.ino && opened.dev === there.dev
}

/** The file system may take less at once than it is given. */
async function writeAt(handle: FileHandle, line: Buffer, from: number): Promise<void> {
  let written = 0
  while (written < line.length) {
    const { bytesWritten } = await handle.write(line, written, line.length - written, from + written)
    written += bytesWritten
  }
}
