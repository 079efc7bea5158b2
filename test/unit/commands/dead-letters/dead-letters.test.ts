import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { DeliverLetters, Outcome } from '../../../../src/commands/dead-letters/deliver-letters.ts'
import { replayAll } from '../../../../src/commands/dead-letters/pass.ts'
import { createDeadLetterBox } from '../../../../src/dead-letters/box.ts'
import { createRandom } from '../../../../src/simulator/generator/random.ts'
import { createBox, letterOf } from '../../../support/dead-letters.ts'
import { fileHandles } from '../../../support/file-handles.ts'
import { canMountTmpfs, mountTmpfs } from '../../../support/tmpfs.ts'

const ACCEPTED: Outcome = { kind: 'accepted' }
const REFUSED: Outcome = { kind: 'refused', reason: 'too-large', status: 413, code: null, answer: 'no' }
const numberOf = (event: string) => Number(JSON.parse(event).event.n)

/** Answers by what `judge` says of an event's number; keeps what it was asked. */
function splunk(judge: (n: number) => Outcome = () => ACCEPTED) {
  const calls: number[][] = []
  const deliver: DeliverLetters = async events => {
    calls.push(events.map(numberOf))
    return events.map(event => judge(numberOf(event)))
  }
  return { calls, deliver }
}

function replay(directory: string, deliver: DeliverLetters) {
  return replayAll({ directory, wanted: {}, deliver, signal: new AbortController().signal })
}

describe('a replay', () => {
  test('makes one pass over what is there at its start: what the service writes meanwhile is left', async () => {
    const box = createBox(onTestFinished)
    box.put('a.ndjson', [letterOf(0), letterOf(1)])
    const { calls, deliver } = splunk(n => (n === 0 ? REFUSED : ACCEPTED))
    const writing: DeliverLetters = (events, signal) => {
      if (calls.length < 10) box.put(`later-${calls.length}.ndjson`, [letterOf(10 + calls.length)])
      return deliver(events, signal)
    }
    await replay(box.directory, writing)
    expect(calls).toEqual([[0, 1]])
    expect(box.names()).toEqual(['a.ndjson', 'later-0.ndjson'])
    expect(box.letters()[0]).toEqual({
      ...letterOf(0),
      reason: 'too-large',
      status: 413,
      code: null,
      answer: 'no',
      replays: 1,
    })
  })

  test('asks Splunk in batches, and has each batch on the disk before the next', async () => {
    const box = createBox(onTestFinished)
    const letters = Array.from({ length: 2_500 }, (_, n) => letterOf(n))
    box.put('a.ndjson', letters)
    const { calls, deliver } = splunk(n => (n % 500 === 0 ? REFUSED : ACCEPTED))
    const left: number[] = []
    const looking: DeliverLetters = (events, signal) => {
      left.push(box.letters().length)
      return deliver(events, signal)
    }
    await replay(box.directory, looking)
    expect(calls.map(({ length }) => length)).toEqual([1_000, 1_000, 500])
    expect(left).toEqual([2_500, 1_502, 504])
    expect(box.letters().map(({ position }) => position)).toEqual([0, 500, 1_000, 1_500, 2_000])
  })

  test('cuts batches by size as well', async () => {
    const box = createBox(onTestFinished)
    const event = (n: number) => `{"event":{"n":${n},"text":"${'x'.repeat(3 * 1024 * 1024)}"}}`
    box.put(
      'a.ndjson',
      [0, 1, 2].map(n => letterOf(n, { event: event(n) })),
    )
    const { calls, deliver } = splunk()
    await replay(box.directory, deliver)
    expect(calls).toEqual([[0, 1], [2]])
    expect(box.names()).toEqual([])
  })

  test('keeps a letter of which nothing was said, and ends', async () => {
    const box = createBox(onTestFinished)
    box.put('a.ndjson', [letterOf(0), letterOf(1)])
    box.put('b.ndjson', [letterOf(2)])
    const { text, stopped } = await replay(box.directory, async () => [ACCEPTED])
    expect(stopped).toBe('nothing was said about it')
    expect(text).toMatch(/event-refused +1 +0 +2\n/)
    expect(box.letters()).toEqual([letterOf(1), letterOf(2)])
  })

  test('that was killed at any of its steps leaves every letter to the next one', async () => {
    const whole = [letterOf(0), letterOf(1)]
    const left: [string, (box: ReturnType<typeof createBox>) => void][] = [
      ['after moving the file away', box => box.put('a.ndjson.replaying', whole)],
      [
        'while it wrote what stays',
        box => {
          box.put('a.ndjson.replaying', whole)
          box.put('a.ndjson.kept', [letterOf(1)], '{"time":')
        },
      ],
      ['after putting it in its place', box => box.put('a.ndjson.replaying', [letterOf(1)])],
    ]
    for (const [step, make] of left) {
      const box = createBox(onTestFinished)
      make(box)
      const { calls, deliver } = splunk()
      await replay(box.directory, deliver)
      expect(calls.flat(), step).toContain(1)
      expect(box.names(), step).toEqual([])
    }
  })

  test('never puts a file on top of another one of that name', async () => {
    const box = createBox(onTestFinished)
    box.put('a.ndjson.replaying', [letterOf(0)])
    box.put('a.ndjson', [letterOf(1)])
    await replay(box.directory, splunk(() => REFUSED).deliver)
    expect(
      box
        .letters()
        .map(({ position }) => position)
        .toSorted(),
    ).toEqual([0, 1])
    expect(box.names()).toHaveLength(2)
  })

  test('goes on where a file is gone by the time it comes to it, and removes an empty one', async () => {
    const box = createBox(onTestFinished)
    box.put('a.ndjson', [letterOf(0)])
    box.put('b.ndjson', [letterOf(1)])
    box.put('c.ndjson', [])
    const { calls, deliver } = splunk()
    await replay(box.directory, (events, signal) => {
      rmSync(join(box.directory, 'b.ndjson'), { force: true })
      return deliver(events, signal)
    })
    expect(calls).toEqual([[0]])
    expect(box.names()).toEqual([])
  })

  test('ends with a line break behind a broken line, so that the next letter is not joined to it', async () => {
    const box = createBox(onTestFinished)
    box.put('a.ndjson', [letterOf(0)], '{"time":"20')
    await replay(box.directory, splunk().deliver)
    expect(readFileSync(join(box.directory, 'a.ndjson'), 'utf8')).toBe('{"time":"20\n')
  })

  test.skipIf(!canMountTmpfs())(
    'stops when the disk is full, and leaves the letters to the next one (needs root, for a tmpfs)',
    async () => {
      const box = createBox(onTestFinished)
      mountTmpfs(box.directory, '64k', onTestFinished)
      const text = 'x'.repeat(20_000)
      const letters = [0, 1].map(n => letterOf(n, { event: `{"event":{"n":${n},"text":"${text}"}}` }))
      box.put('a.ndjson', letters)
      writeFileSync(join(box.directory, 'ballast'), 'x'.repeat(10_000))
      const { stopped } = await replay(box.directory, splunk(n => (n === 0 ? ACCEPTED : REFUSED)).deliver)
      expect(stopped).toMatch(/ENOSPC.*may be sent again/)
      expect(box.names()).toEqual(['a.ndjson.replaying', 'ballast'])
      expect(box.letters()).toEqual(letters)
    },
  )

  test('beside workers that write all the time loses no letter', async () => {
    const box = createBox(onTestFinished)
    const { directory } = box
    const handles = await fileHandles(onTestFinished)
    const { write } = handles
    const random = createRandom(7)
    // A disk that takes its time, so that the two come between each other's steps.
    vi.spyOn(handles, 'write').mockImplementation(async function (this: FileHandle, ...args: unknown[]) {
      await delay(random.int(4))
      const written = await Reflect.apply(write, this, args)
      await delay(random.int(4))
      return written
    })
    const workers = 3
    const each = 40
    const accepted = new Set<number>()
    const seen = new Set<number>()
    const deliver: DeliverLetters = async events =>
      events.map(event => {
        const n = numberOf(event)
        // At first every third is refused: such files are put back while their writers go on.
        if (n % 3 === 0 && !seen.has(n)) {
          seen.add(n)
          return REFUSED
        }
        accepted.add(n)
        return ACCEPTED
      })
    let isWriting = true
    const writing = Array.from({ length: workers }, async (_, w) => {
      const writer = createDeadLetterBox({ directory, maxBytes: 1e9, name: `worker-${w}` })
      for (let i = 0; i < each; i++) {
        // As a worker does: what is not written is tried again.
        while ((await writer.write(letterOf(w * each + i))).kind !== 'written');
      }
    })
    const replaying = (async () => {
      while (isWriting) {
        expect((await replay(directory, deliver)).stopped).toBeUndefined()
        await delay(random.int(40))
      }
    })()
    await Promise.all(writing)
    isWriting = false
    await replaying
    for (let i = 0; i < 2; i++) await replay(directory, deliver)
    expect(accepted.size).toBe(workers * each)
    expect(box.letters()).toEqual([])
  })
})
