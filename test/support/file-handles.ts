/** Node's own file handles, whose calls a test watches, delays or lets fail: what a disk does by itself. */

import { readlinkSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { vi } from 'vitest'

/** What all handles share, for `vi.spyOn`; as it was before after the test. */
export async function fileHandles(atEnd: (restore: () => void) => void): Promise<FileHandle> {
  const handle = await open('/dev/null')
  await handle.close()
  const prototype: FileHandle = Object.getPrototypeOf(handle)
  atEnd(() => void vi.restoreAllMocks())
  return prototype
}

/** Of the open file, also when it has been moved since. */
export function pathOf({ fd }: FileHandle): string {
  return readlinkSync(`/proc/self/fd/${fd}`)
}
