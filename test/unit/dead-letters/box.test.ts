import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createDeadLetterBox, type DeadLetter } from '../../../src/dead-letters/box.ts'
import { fileHandles, pathOf } from '../../support/file-handles.ts'
import { canMountTmpfs, mountTmpfs } from '../../support/tmpfs.ts'

const MIB = 1024 * 1024

function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'sls2splunk-dead-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return join(directory, 'state', 'dead-letters')
}

function letterOf(position: number, event = '{"event":{}}'): DeadLetter {
  return {
    source: 'audit',
    shard: 0,
    cursor: 'MQ==',
    position,
    reason: 'event-refused',
    status: 400,
    code: 6,
    answer: 'Invalid data format',
    event,
  }
}

const boxIn = (directory: string, maxBytes = 1024 * MIB, name = 'test-audit-1') =>
  createDeadLetterBox({ directory, maxBytes, name })

const filesOf = (directory: string) => readdirSync(directory).toSorted()
const contentsOf = (directory: string) =>
  filesOf(directory).map(name => readFileSync(join(directory, name), 'utf8'))
const positionsIn = (text: string): number[] =>
  text
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line).position)
const sizeOf = (directory: string) =>
  filesOf(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0)
const modeOf = (path: string) => statSync(path).mode & 0o777

describe('dead letters', () => {
  test('are one line each, in the order of the calls, with the time of writing', async () => {
    const directory = newDirectory()
    const now = () => new Date('2026-01-31T08:00:00.123Z')
    const box = createDeadLetterBox({ directory, maxBytes: MIB, name: 'a/b', now })
    const written = await Promise.all([0, 1, 2, 3].map(position => box.write(letterOf(position))))
    expect(written).toEqual(Array(4).fill({ kind: 'written' }))
    expect(filesOf(directory)).toEqual([`a-b-20260131T080000123Z-${process.pid}-0-1.ndjson`])
    const [text = ''] = contentsOf(directory)
    expect(positionsIn(text)).toEqual([0, 1, 2, 3])
    expect(text.split('\n')[0]).toBe(
      '{"time":"2026-01-31T08:00:00.123Z","source":"audit","shard":0,"cursor":"MQ==","position":0,"reason":"event-refused","status":400,"code":6,"answer":"Invalid data format","event":{"event":{}}}',
    )
  })

  test.each([0o000, 0o022, 0o377])('are for this user alone under umask %i', async umask => {
    const directory = newDirectory()
    mkdirSync(join(directory, '..'))
    const before = process.umask(umask)
    try {
      expect(await boxIn(directory).write(letterOf(0))).toEqual({ kind: 'written' })
    } finally {
      process.umask(before)
    }
    expect(modeOf(directory)).toBe(0o700)
    expect(filesOf(directory).map(name => modeOf(join(directory, name)))).toEqual([0o600])
  })

  test('take from a directory that is there what others may do in it', async () => {
    const directory = newDirectory()
    mkdirSync(directory, { recursive: true })
    chmodSync(directory, 0o755)
    await boxIn(directory).write(letterOf(0))
    expect(modeOf(directory)).toBe(0o700)
  })

  test('are on the disk with the names of their files before they count as written', async () => {
    const directory = newDirectory()
    const prototype = await fileHandles(onTestFinished)
    const { sync } = prototype
    const synced: string[] = []
    vi.spyOn(prototype, 'sync').mockImplementation(async function (this: FileHandle) {
      const path = pathOf(this)
      const lines = path.endsWith('.ndjson') ? ` ${positionsIn(readFileSync(path, 'utf8'))}` : ''
      await sync.call(this)
      synced.push(path.slice(join(directory, '../..').length) + lines)
    })
    const box = boxIn(directory)
    await box.write(letterOf(0))
    const [file] = filesOf(directory)
    expect(synced).toEqual(['/state', '', `/state/dead-letters/${file} 0`, '/state/dead-letters'])
    synced.length = 0
    await box.write(letterOf(1))
    expect(synced).toEqual([`/state/dead-letters/${file} 0,1`])
  })

  test('go on in a new file before one passes 16 MiB, and a larger one lies alone', async () => {
    const directory = newDirectory()
    const box = boxIn(directory)
    const sizes = [7 * MIB, 7 * MIB, 7 * MIB, 20 * MIB, 1]
    for (const [position, size] of sizes.entries())
      await box.write(letterOf(position, `{"event":"${'x'.repeat(size)}"}`))
    expect(contentsOf(directory).map(positionsIn)).toEqual([[0, 1], [2], [3], [4]])
  })

  test('of two workers with one name lie in two files', async () => {
    const directory = newDirectory()
    const now = () => new Date(0)
    const boxes = [1, 2].map(() => createDeadLetterBox({ directory, maxBytes: MIB, name: 'same', now }))
    await Promise.all(boxes.map((box, i) => box.write(letterOf(i))))
    await Promise.all(boxes.map((box, i) => box.write(letterOf(10 + i))))
    expect(contentsOf(directory).map(positionsIn).toSorted()).toEqual([
      [0, 10],
      [1, 11],
    ])
  })
})

describe('the cap', () => {
  test('refuses a letter that would pass it, says how much is used, and writes nothing', async () => {
    const directory = newDirectory()
    const box = boxIn(directory, 1_000)
    expect(await box.write(letterOf(0, `{"event":"${'x'.repeat(600)}"}`))).toEqual({ kind: 'written' })
    const before = contentsOf(directory)
    expect(await box.write(letterOf(1, `{"event":"${'x'.repeat(600)}"}`))).toEqual({
      kind: 'full',
      message: expect.stringMatching(/take \d+ B of the 1000 B of dead_letters\.max_bytes/),
    })
    expect(contentsOf(directory)).toEqual(before)
  })

  test('counts every file of the directory, and has room again when one is gone', async () => {
    const directory = newDirectory()
    mkdirSync(directory, { recursive: true })
    writeFileSync(join(directory, 'another.ndjson'), 'x'.repeat(950))
    const box = boxIn(directory, 1_000)
    expect((await box.write(letterOf(0))).kind).toBe('full')
    expect(filesOf(directory)).toEqual(['another.ndjson'])
    rmSync(join(directory, 'another.ndjson'))
    expect(await box.write(letterOf(0))).toEqual({ kind: 'written' })
  })

  test('holds for all workers together, and what is written is what they were told', async () => {
    const directory = newDirectory()
    const maxBytes = 20_000
    const boxes = Array.from({ length: 8 }, (_, i) => boxIn(directory, maxBytes, `consumer-${i}`))
    const told = await Promise.all(
      boxes.flatMap((box, i) =>
        Array.from({ length: 20 }, async (_, n) => {
          const position = i * 100 + n
          const { kind } = await box.write(letterOf(position, `{"event":"${'x'.repeat(n * 20)}"}`))
          return { position, kind }
        }),
      ),
    )
    expect(sizeOf(directory)).toBeLessThanOrEqual(maxBytes)
    const written = told.filter(({ kind }) => kind === 'written').map(({ position }) => position)
    expect(written.length).toBeGreaterThan(20)
    expect(told.filter(({ kind }) => kind === 'full').length).toBe(160 - written.length)
    expect(contentsOf(directory).flatMap(positionsIn).toSorted()).toEqual(written.toSorted())
  })

  test('holds when two workers find the last room at the same time', async () => {
    const directory = newDirectory()
    const prototype = await fileHandles(onTestFinished)
    const { write } = prototype
    const both = Promise.withResolvers<void>()
    let ready = 0
    vi.spyOn(prototype, 'write').mockImplementation(async function (this: FileHandle, ...args: unknown[]) {
      // Not before both have looked how much room there is.
      if (++ready === 2) both.resolve()
      await both.promise
      return Reflect.apply(write, this, args)
    })
    const boxes = ['first', 'second'].map(name => boxIn(directory, 300, name))
    const told = await Promise.all(boxes.map((box, i) => box.write(letterOf(i))))
    expect(told.map(({ kind }) => kind)).toContain('full')
    expect(contentsOf(directory)).toHaveLength(told.filter(({ kind }) => kind === 'written').length)
  })
})

describe('trouble leaves no broken line', () => {
  test.skipIf(!canMountTmpfs())(
    'when the disk is full in the middle of a line (needs root, for a tmpfs)',
    async () => {
      const directory = newDirectory()
      mkdirSync(directory, { recursive: true })
      mountTmpfs(directory, '64k', onTestFinished)
      const box = boxIn(directory)
      const big = letterOf(9, `{"event":"${'x'.repeat(40_000)}"}`)
      expect(await box.write(letterOf(0))).toEqual({ kind: 'written' })
      expect(await box.write(big)).toEqual({ kind: 'written' })
      const full = { kind: 'failed', message: expect.stringContaining('ENOSPC') }
      expect(await box.write(big)).toEqual(full)
      expect(await boxIn(directory, 1024 * MIB, 'another').write(big)).toEqual(full)
      expect(contentsOf(directory).map(positionsIn)).toEqual([[0, 9]])
      expect(await box.write(letterOf(1))).toEqual({ kind: 'written' })
      expect(contentsOf(directory).map(positionsIn)).toEqual([[0, 9, 1]])
    },
  )

  test('when a write is short and the next one fails: the file goes on behind the last whole line', async () => {
    const directory = newDirectory()
    const box = boxIn(directory)
    await box.write(letterOf(0))
    const prototype = await fileHandles(onTestFinished)
    const { write } = prototype
    let calls = 0
    vi.spyOn(prototype, 'write').mockImplementation(async function (this: FileHandle, ...args: unknown[]) {
      calls++
      if (calls > 1) throw systemError('ENOSPC', 'write')
      const [buffer, offset, , position] = args
      return Reflect.apply(write, this, [buffer, offset, 10, position])
    })
    expect(await box.write(letterOf(1))).toEqual({
      kind: 'failed',
      message: expect.stringContaining('ENOSPC'),
    })
    vi.restoreAllMocks()
    await box.write(letterOf(2))
    expect(contentsOf(directory).map(positionsIn)).toEqual([[0, 2]])
  })

  test('when a write is short: the rest follows', async () => {
    const directory = newDirectory()
    const prototype = await fileHandles(onTestFinished)
    const { write } = prototype
    vi.spyOn(prototype, 'write').mockImplementation(async function (this: FileHandle, ...args: unknown[]) {
      const [buffer, offset, length, position] = args
      return Reflect.apply(write, this, [buffer, offset, Math.min(Number(length), 50), position])
    })
    expect(await boxIn(directory).write(letterOf(0))).toEqual({ kind: 'written' })
    expect(contentsOf(directory).map(positionsIn)).toEqual([[0]])
  })

  test('when the fsync fails: the line is taken back, and the file is never used again', async () => {
    const directory = newDirectory()
    const box = boxIn(directory)
    await box.write(letterOf(0))
    const prototype = await fileHandles(onTestFinished)
    vi.spyOn(prototype, 'sync').mockRejectedValueOnce(systemError('EIO', 'fsync'))
    expect(await box.write(letterOf(1))).toEqual({ kind: 'failed', message: expect.stringContaining('EIO') })
    await box.write(letterOf(2))
    expect(contentsOf(directory).map(positionsIn)).toEqual([[0], [2]])
  })

  test('when it cannot be taken back either: nothing is written behind it', async () => {
    const directory = newDirectory()
    const box = boxIn(directory)
    await box.write(letterOf(0))
    const prototype = await fileHandles(onTestFinished)
    const { write } = prototype
    const cutShort = vi.spyOn(prototype, 'write')
    cutShort.mockImplementationOnce(async function (this: FileHandle, ...args: unknown[]) {
      const [buffer, offset, , position] = args
      await Reflect.apply(write, this, [buffer, offset, 10, position])
      throw systemError('EIO', 'write')
    })
    vi.spyOn(prototype, 'truncate').mockRejectedValueOnce(systemError('EIO', 'ftruncate'))
    expect((await box.write(letterOf(1))).kind).toBe('failed')
    await box.write(letterOf(2))
    const [first = '', second = ''] = contentsOf(directory)
    expect(first).toMatch(/^\{.*\}\n\{"time":"2$/)
    expect(positionsIn(second)).toEqual([2])
  })

  test('when the directory cannot be made: that is said, and once it can be, letters are written', async () => {
    const directory = newDirectory()
    writeFileSync(join(directory, '..'), 'a file')
    const box = boxIn(directory)
    expect(await box.write(letterOf(0))).toEqual({
      kind: 'failed',
      message: expect.stringMatching(/^cannot write to .*dead-letters: ENOTDIR/),
    })
    rmSync(join(directory, '..'))
    expect(await box.write(letterOf(0))).toEqual({ kind: 'written' })
  })
})

describe('a replay beside the writer', () => {
  /** Runs once, after a line has been written and before anybody is told. */
  async function afterLine(action: (path: string) => void): Promise<void> {
    const prototype = await fileHandles(onTestFinished)
    const { sync } = prototype
    vi.spyOn(prototype, 'sync').mockImplementationOnce(async function (this: FileHandle) {
      await sync.call(this)
      action(pathOf(this))
    })
  }

  test('that has moved the file away finds the next letters in a new one, of another name', async () => {
    const directory = newDirectory()
    const box = boxIn(directory)
    await box.write(letterOf(0))
    const [first = ''] = filesOf(directory)
    renameSync(join(directory, first), join(directory, `${first}.replaying`))
    await box.write(letterOf(1))
    expect(existsSync(join(directory, first))).toBe(false)
    expect(contentsOf(directory).map(positionsIn)).toEqual([[0], [1]])
  })

  test('that moves the file away under the pen gets the letter once more, in a new file', async () => {
    const directory = newDirectory()
    const box = boxIn(directory)
    await box.write(letterOf(0))
    await afterLine(path => renameSync(path, `${path}.replaying`))
    expect(await box.write(letterOf(1))).toEqual({ kind: 'written' })
    expect(contentsOf(directory).map(positionsIn)).toEqual([[0, 1], [1]])
    await box.write(letterOf(2))
    expect(contentsOf(directory).map(positionsIn)).toEqual([
      [0, 1],
      [1, 2],
    ])
  })

  test('that has put another file at the path by then gets the letter once more, in a new file', async () => {
    const directory = newDirectory()
    const box = boxIn(directory)
    await box.write(letterOf(0))
    const kept = contentsOf(directory)[0] ?? ''
    await afterLine(path => {
      writeFileSync(`${path}.kept`, kept)
      renameSync(`${path}.kept`, path)
    })
    expect(await box.write(letterOf(1))).toEqual({ kind: 'written' })
    expect(contentsOf(directory).map(positionsIn)).toEqual([[0], [1]])
  })

  test('that moves the file every time does not keep the writer for ever', async () => {
    const directory = newDirectory()
    const prototype = await fileHandles(onTestFinished)
    const { sync } = prototype
    vi.spyOn(prototype, 'sync').mockImplementation(async function (this: FileHandle) {
      await sync.call(this)
      if (pathOf(this).endsWith('.ndjson')) renameSync(pathOf(this), `${pathOf(this)}.replaying`)
    })
    expect(await boxIn(directory).write(letterOf(0))).toEqual({
      kind: 'failed',
      message: expect.stringContaining('are moved away all the time'),
    })
  })
})

function systemError(code: string, syscall: string): Error {
  return Object.assign(new Error(`${code}: ${syscall}`), { code, syscall, errno: -1 })
}
