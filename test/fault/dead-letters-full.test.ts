/** Nowhere to put dead letters: what Splunk refuses waits, `/readyz` says why, and it goes on when there is room. */

import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { sequenceOf } from '../support/far-ends.ts'
import { canMountTmpfs, mountTmpfs } from '../support/tmpfs.ts'
import { sentLater } from './support/bounds.ts'
import { createLetters } from './support/letters.ts'
import { type Scenario, scenarios } from './support/scenario.ts'
import { notReady, ready } from './support/splunk.ts'

/** Events in order keep a shard waiting for its first letter without room; the others go on in between. */
const BOTH = [false, true]
const isPoison = (sequence: number) => sequence % 40 === 7

function accepted(inOrder: boolean): Scenario {
  const letters = createLetters()
  let isMended = false
  return {
    fault: 'the dead letters are full, and Splunk takes the events by and by',
    ...(inOrder && { case: 'in order' }),
    world: {
      deadLetters: letters.ids,
      hec: { isPoison: envelope => !isMended && isPoison(sequenceOf(envelope)) },
    },
    services: [
      {
        overrides: {
          deadLetters: { directory: letters.directory, maxBytes: 2_500 },
          source: { inOrder },
        },
      },
    ],
    async strike(world) {
      letters.removeWith(world)
      const [running] = world.services
      if (running) await notReady(running, 'dead-letters-full')
      return async () => {
        isMended = true
        if (running) await ready(running)
      }
    },
    ...(!inOrder && { disorder: sentLater }),
    after({ far }) {
      expect(letters.all().length).toBeGreaterThan(0)
      expect(far.hec.events.some(event => isPoison(sequenceOf(event)))).toBe(true)
      expect([...letters.counts()].filter(([, count]) => count !== 1)).toEqual([])
      expectPoison(letters.ids())
    },
  }
}

function emptied(): Scenario {
  const letters = createLetters()
  const archive = createLetters()
  return {
    fault: 'the dead letters are full, and somebody takes them away',
    world: {
      deadLetters: () => new Set([...letters.ids(), ...archive.ids()]),
      hec: { isPoison: envelope => isPoison(sequenceOf(envelope)) },
    },
    services: [{ overrides: { deadLetters: { directory: letters.directory, maxBytes: 10_000 } } }],
    async strike(world) {
      letters.removeWith(world)
      archive.removeWith(world)
      mkdirSync(archive.directory)
      const [running] = world.services
      if (running) await notReady(running, 'dead-letters-full')
      return async () => {
        let taken = 0
        const clear = () => {
          for (const name of readdirSync(letters.directory))
            renameSync(join(letters.directory, name), join(archive.directory, `${name}-${taken++}`))
        }
        clear()
        const timer = setInterval(clear, 500)
        world.onEnd(() => clearInterval(timer))
        if (running) await ready(running)
      }
    },
    disorder: sentLater,
    after: () => expectPoison(new Set([...letters.ids(), ...archive.ids()])),
  }
}

function onFullDisk(): Scenario {
  const letters = createLetters()
  const { directory } = letters
  let isThere = false
  const filler = () => join(directory, 'filler')
  return {
    fault: 'the disk of the dead letters is full, and has room again',
    world: {
      deadLetters: letters.ids,
      hec: { isPoison: envelope => isThere && isPoison(sequenceOf(envelope)) },
    },
    services: [{ overrides: { deadLetters: { directory } } }],
    async strike(world) {
      const {
        far,
        services: [running],
      } = world
      mkdirSync(directory, { mode: 0o700 })
      mountTmpfs(directory, '256k', unmount =>
        world.onEnd(() => {
          unmount()
          rmSync(directory, { recursive: true, force: true })
        }),
      )
      fill(filler())
      isThere = true
      if (running) await notReady(running, 'dead-letters-failed')
      expect(far.deadLettered()).toBe(0)
      return async () => {
        rmSync(filler())
        if (running) await ready(running)
      }
    },
    disorder: sentLater,
    after({ far }) {
      expect(far.deadLettered()).toBeGreaterThan(0)
      expectPoison(letters.ids())
    },
  }
}

/** Nothing is given up but what Splunk refuses. */
function expectPoison(ids: Iterable<string>): void {
  expect([...ids].filter(id => !isPoison(Number(id.slice(5))))).toEqual([])
}

/** Until nothing fits any more. */
function fill(path: string): void {
  try {
    writeFileSync(path, Buffer.alloc(1024 * 1024))
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
  }
}

scenarios('Splunk', () => [...BOTH.map(accepted), emptied(), ...(canMountTmpfs() ? [onFullDisk()] : [])])
if (!canMountTmpfs()) {
  process.stderr.write('The scenario of a full disk is skipped: it needs root\n')
  it.skip('the disk of the dead letters is full', () => {})
}
