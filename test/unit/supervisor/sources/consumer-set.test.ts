import { describe, expect, it } from 'vitest'
import { createConsumerSet } from '../../../../src/supervisor/sources/consumer-set.ts'

/** Consumers whose threads are ready at once, and end when they are drained and `letEnd` was called for them. */
function setUp() {
  const happened: string[] = []
  const drained = new Map<string, () => void>()
  const consumers = createConsumerSet({
    loopOf: consumer => ({
      consumer,
      run(drain, begun) {
        happened.push(`run ${consumer}`)
        begun()
        return new Promise(resolve =>
          drain.addEventListener('abort', () => {
            happened.push(`drain ${consumer}`)
            drained.set(consumer, () => resolve({ kind: 'drained', unconfirmed: [], unsaved: [] }))
          }),
        )
      },
      restartBackoff: () => ({ minMs: 1, maxMs: 1 }),
      onRestart: () => {},
      onDrained: () => {},
    }),
    onExpected: consumer => void happened.push(`expect ${consumer}`),
    onGone: consumer => void happened.push(`gone ${consumer}`),
  })
  return {
    consumers,
    take: () => happened.splice(0),
    async letEnd(consumer: string) {
      drained.get(consumer)?.()
      await new Promise(setImmediate)
    },
  }
}

function started() {
  const world = setUp()
  world.consumers.expect(['c1', 'c2'])
  world.consumers.startMissing()
  world.take()
  return world
}

describe('the consumers of a source', () => {
  it('are announced before they run, and run once', () => {
    const { consumers, take } = setUp()
    consumers.startMissing()
    consumers.expect(['c1', 'c2'])
    expect(take()).toEqual(['expect c1', 'expect c2'])
    consumers.startMissing()
    consumers.startMissing()
    expect(take()).toEqual(['run c1', 'run c2'])
    consumers.expect(['c1', 'c2', 'c3'])
    consumers.startMissing()
    expect(take().filter(each => each.startsWith('run'))).toEqual(['run c3'])
  })

  it('that are not retained are gone when they have ended; the others are not touched', async () => {
    const { consumers, take, letEnd } = started()
    const retained = consumers.retain(['c1'])
    expect(take()).toEqual(['drain c2'])
    await letEnd('c2')
    await retained
    expect(take()).toEqual(['gone c2'])
    consumers.startMissing()
    expect(take()).toEqual([])
    expect(consumers.running().map(({ consumer }) => consumer)).toEqual(['c1'])
  })

  it('that were announced and never ran are gone at once', async () => {
    const { consumers, take } = setUp()
    consumers.expect(['c1'])
    await consumers.retain([])
    expect(take()).toEqual(['expect c1', 'gone c1'])
  })

  it('are renewed one by one, so that the others go on meanwhile', async () => {
    const { consumers, take, letEnd } = started()
    const renewed = consumers.renew(consumers.running(), true)
    expect(take()).toEqual(['drain c1'])
    await letEnd('c1')
    expect(take()).toEqual(['run c1', 'drain c2'])
    await letEnd('c2')
    await renewed
    expect(take()).toEqual(['run c2'])
  })

  it('are renewed at the same time when none of them can work', () => {
    const { consumers, take } = started()
    void consumers.renew(consumers.running(), false)
    expect(take()).toEqual(['drain c1', 'drain c2'])
  })

  it('are not renewed when they have ended meanwhile, nor at a stop', async () => {
    const { consumers, take, letEnd } = started()
    const begun = consumers.running()
    void consumers.retain(['c1'])
    await letEnd('c2')
    take()
    const renewed = consumers.renew(begun, true)
    const stopped = consumers.stop()
    await letEnd('c1')
    await renewed
    expect(take()).toEqual(['drain c1'])
    const exit = { kind: 'drained', unconfirmed: [], unsaved: [] }
    expect(await stopped).toEqual([{ consumer: 'c1', exit }])
  })
})
