/** A file system of a few kilobytes, for tests of a full disk. Only root can have one. */

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export function canMountTmpfs(): boolean {
  const directory = mkdtempSync(join(tmpdir(), 'sls2splunk-mount-'))
  try {
    mountTmpfs(directory, '64k', unmount => unmount())
    return true
  } catch {
    return false
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** `size` as mount takes it: `64k`. Over what is in the directory; gone after the test. */
export function mountTmpfs(directory: string, size: string, atEnd: (unmount: () => void) => void): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', directory], { stdio: 'ignore' })
  atEnd(() => void execFileSync('umount', [directory], { stdio: 'ignore' }))
}
