import { expect, it } from 'vitest'
import { createGroupRestorer } from '../../../src/worker/group-restorer.ts'

const settle = () => new Promise(resolve => setImmediate(resolve))

function setUp() {
  let asked = 0
  const group = createGroupRestorer(() => {
    asked++
  })
  return { group, asked: () => asked }
}

/** Whether a promise has resolved. */
function watch(promise: Promise<void>) {
  let over = false
  void promise.then(() => {
    over = true
  })
  return async () => {
    await settle()
    return over
  }
}

it('asks once, and waits until the group is said to be there', async () => {
  const { group, asked } = setUp()
  const over = watch(group.restore(new AbortController().signal))
  expect([await over(), asked()]).toEqual([false, 1])
  group.onRestored()
  expect([await over(), asked()]).toEqual([true, 1])
})

it('takes no answer of an earlier time for the answer to this one', async () => {
  const { group, asked } = setUp()
  group.onRestored()
  const { signal } = new AbortController()
  const over = watch(group.restore(signal))
  expect(await over()).toBe(false)
  group.onRestored()
  expect(await over()).toBe(true)
  const again = watch(group.restore(signal))
  expect([await again(), asked()]).toEqual([false, 2])
})

it('waits no longer than until the signal is aborted', async () => {
  const { group } = setUp()
  const stop = new AbortController()
  const over = watch(group.restore(stop.signal))
  stop.abort()
  expect(await over()).toBe(true)
  expect(await watch(group.restore(stop.signal))()).toBe(true)
})
