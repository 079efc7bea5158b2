import { describe, expect, it } from 'vitest'
import type { ChildExit } from '../../../../src/supervisor/sources/child.ts'
import { startConsumerLoop } from '../../../../src/supervisor/sources/consumer-loop.ts'

const DRAINED: ChildExit = { kind: 'drained', unconfirmed: [], unsaved: [] }

/** A loop whose runs the test begins and ends. */
function setUp() {
  const runs: {
    readonly drain: AbortSignal
    readonly begun: () => void
    readonly end: (exit: ChildExit) => void
    readonly fail: (error: Error) => void
  }[] = []
  const said: string[] = []
  const loop = startConsumerLoop({
    consumer: 'c1',
    run(drain, begun) {
      const { promise, resolve, reject } = Promise.withResolvers<ChildExit>()
      runs.push({ drain, begun, end: resolve, fail: reject })
      drain.addEventListener('abort', () => resolve(DRAINED))
      return promise
    },
    restartBackoff: () => ({ minMs: 1, maxMs: 1 }),
    onRestart: exit => void said.push(`restart ${exit.kind}`),
    onDrained: exit => void said.push(`drained ${exit.kind}`),
  })
  const run = async (n: number) => {
    while (runs.length <= n) await new Promise(resolve => setTimeout(resolve, 1))
    const found = runs[n]
    if (!found) throw new Error('no run')
    return found
  }
  return { loop, run, runs, said }
}

describe('the loop of a consumer', () => {
  it('runs it again when it has ended by itself', async () => {
    const { loop, run, said } = setUp()
    const first = await run(0)
    first.end({ kind: 'stalled' })
    await run(1)
    loop.stop()
    expect(await loop.ended).toEqual(DRAINED)
    expect(said).toEqual(['restart stalled', 'drained drained'])
  })

  it('runs it again when a run breaks off with an exception, which is a failed run', async () => {
    const { loop, run, said } = setUp()
    const first = await run(0)
    first.fail(new TypeError('a bug on this side'))
    await run(1)
    loop.stop()
    expect(await loop.ended).toEqual(DRAINED)
    expect(said).toEqual(['restart failed', 'drained drained'])
  })

  it('is renewed by a drain and another run, and says so when that has begun', async () => {
    const { loop, run, runs, said } = setUp()
    await run(0)
    let isRenewed = false
    const renewed = loop.renew().then(() => {
      isRenewed = true
    })
    const second = await run(1)
    expect(isRenewed).toBe(false)
    second.begun()
    await renewed
    expect(said).toEqual(['drained drained'])
    loop.stop()
    await loop.ended
    expect(runs).toHaveLength(2)
  })

  it('is renewed also while it waits to be run again', async () => {
    const { loop, run } = setUp()
    const first = await run(0)
    first.end({ kind: 'stalled' })
    const renewed = loop.renew()
    const second = await run(1)
    second.begun()
    await renewed
    loop.stop()
    await loop.ended
  })

  it('is renewed, as far as anybody waits for it, when the new run has failed', async () => {
    const { loop, run, said } = setUp()
    await run(0)
    const renewed = loop.renew()
    const second = await run(1)
    second.end({ kind: 'never-ready' })
    await renewed
    expect(said).toEqual(['drained drained', 'restart never-ready'])
    loop.stop()
    await loop.ended
  })

  it('that is stopped while it is renewed ends, and so does the wait', async () => {
    const { loop, run } = setUp()
    await run(0)
    const renewed = loop.renew()
    loop.stop()
    await renewed
    expect(await loop.ended).toEqual(DRAINED)
  })
})
