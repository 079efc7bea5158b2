import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type LockResult, lockState } from '../../../src/service/state-lock.ts'

function newDirectory(lock?: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'sls2splunk-lock-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  if (lock !== undefined) writeFileSync(join(directory, 'lock'), lock)
  return directory
}

const SOURCE = new URL('../../../src/service/state-lock.ts', import.meta.url).href
/** Says ready, locks at the first word from us, says how that went, and lives until it is killed. */
const OTHER_PROCESS = `
  const { lockState } = await import(${JSON.stringify(SOURCE)})
  process.stdin.once('data', () => console.log(lockState(process.argv[1]).kind))
  console.log('ready')
`

async function startOther(directory: string) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', OTHER_PROCESS, directory])
  onTestFinished(() => void child.kill('SIGKILL'))
  await nextLine(child)
  return {
    pid: child.pid,
    async lock() {
      child.stdin.write('lock\n')
      return nextLine(child)
    },
    async kill() {
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

async function nextLine(child: ChildProcessWithoutNullStreams): Promise<string> {
  const [line] = await once(child.stdout, 'data')
  return String(line).trim()
}

function release(result: LockResult): void {
  if (result.kind !== 'locked') throw new Error(`not locked but ${JSON.stringify(result)}`)
  result.release()
}

describe('the lock of a state directory', () => {
  it('makes the directory and the file for this user alone', () => {
    const directory = join(newDirectory(), 'deep', 'down')
    expect(lockState(directory).kind).toBe('locked')
    expect(statSync(directory).mode & 0o777).toBe(0o700)
    expect(statSync(join(directory, 'lock')).mode & 0o777).toBe(0o600)
  })

  it('is held until it is released', () => {
    const directory = newDirectory()
    const first = lockState(directory)
    expect(lockState(directory)).toEqual({ kind: 'held', pid: process.pid })
    release(first)
    expect(readdirSync(directory)).toEqual([])
    release(lockState(directory))
  })

  it('may have another name, and then is another lock', () => {
    const directory = newDirectory()
    release(lockState(directory, 'other.lock'))
    expect(lockState(directory, 'other.lock').kind).toBe('locked')
    expect(lockState(directory).kind).toBe('locked')
    expect(readdirSync(directory)).toEqual(['lock', 'other.lock'])
  })

  it('is held by another process as long as that lives, and free after its kill', async () => {
    const directory = newDirectory()
    const other = await startOther(directory)
    expect(await other.lock()).toBe('locked')
    expect(lockState(directory)).toEqual({ kind: 'held', pid: other.pid })
    expect(existsSync(join(directory, 'lock'))).toBe(true)
    await other.kill()
    release(lockState(directory))
  })

  it.each([
    ['names a process that is gone', '4194304 1'],
    ['names a living process that began at another time: the number was given again', `${process.pid} 1`],
    ['names no process', 'hello'],
    ['names a process of another kind of number', '-1 1'],
    ['is empty, as after a full disk', ''],
  ])('is taken over when it %s', (_, stale) => {
    const directory = newDirectory(stale)
    const result = lockState(directory)
    expect(result.kind).toBe('locked')
    expect(readdirSync(directory)).toEqual(['lock'])
    expect(readFileSync(join(directory, 'lock'), 'utf8')).toMatch(new RegExp(`^${process.pid} \\d+$`))
  })

  it('goes to exactly one of several that find the same stale one', async () => {
    for (let round = 0; round < 2; round++) {
      const directory = newDirectory('4194304 1')
      const others = await Promise.all(Array.from({ length: 4 }, () => startOther(directory)))
      const results = await Promise.all(others.map(other => other.lock()))
      expect(results.toSorted()).toEqual(['held', 'held', 'held', 'locked'])
      expect(readdirSync(directory)).toEqual(['lock'])
      await Promise.all(others.map(other => other.kill()))
    }
  })

  it('is taken over also when who was about to do so is gone', () => {
    const directory = newDirectory('4194304 1')
    writeFileSync(join(directory, 'lock.after-4194304-1'), '4194304 2')
    expect(lockState(directory).kind).toBe('locked')
    expect(readdirSync(directory)).toEqual(['lock'])
  })

  it('is not taken over while somebody else is about to do so', () => {
    const directory = newDirectory('4194304 1')
    const other = lockState(directory, 'lock.after-4194304-1')
    expect(lockState(directory)).toMatchObject({ kind: 'failed', message: expect.stringContaining('remove') })
    expect(readFileSync(join(directory, 'lock'), 'utf8')).toBe('4194304 1')
    release(other)
    expect(lockState(directory).kind).toBe('locked')
  })

  it('is left alone by a release that comes too late', () => {
    const directory = newDirectory()
    const result = lockState(directory)
    writeFileSync(join(directory, 'lock'), '1 1')
    release(result)
    expect(readFileSync(join(directory, 'lock'), 'utf8')).toBe('1 1')
    rmSync(join(directory, 'lock'))
    release(result)
  })

  it('fails with the reason where the directory cannot be made', () => {
    const file = join(newDirectory('x'), 'lock')
    expect(lockState(join(file, 'state'))).toEqual({
      kind: 'failed',
      message: expect.stringContaining('ENOTDIR'),
    })
  })
})
