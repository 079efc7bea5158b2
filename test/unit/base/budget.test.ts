import { getEventListeners } from 'node:events'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Budget, createBudget, type Loan } from '../../../src/base/budget.ts'

const never = () => new AbortController().signal

/** A request for bytes and what became of it so far. */
function ask(budget: Budget, bytes: number, signal = never()) {
  const asked: { bytes: number; loan: Loan | undefined; refused: unknown } = {
    bytes,
    loan: undefined,
    refused: undefined,
  }
  budget.take(bytes, signal).then(
    loan => {
      asked.loan = loan
    },
    (reason: unknown) => {
      asked.refused = reason
    },
  )
  return asked
}

const settle = () => new Promise(resolve => setImmediate(resolve))

describe('a budget', () => {
  it('lends as long as there is enough, and says how much is lent', async () => {
    const budget = createBudget(100)
    const [one, two] = [ask(budget, 60), ask(budget, 40)]
    await settle()
    expect([one.loan, two.loan]).not.toContain(undefined)
    expect([budget.lentBytes(), budget.capacityBytes]).toEqual([100, 100])
  })

  it('makes the next one wait until enough is given back', async () => {
    const budget = createBudget(100)
    const [one, two, three] = [ask(budget, 60), ask(budget, 30), ask(budget, 50)]
    await settle()
    expect(three.loan).toBeUndefined()
    two.loan?.release()
    await settle()
    expect(three.loan).toBeUndefined()
    one.loan?.release()
    await settle()
    expect(three.loan).toBeDefined()
    expect(budget.lentBytes()).toBe(50)
  })

  it('serves in order: a small request does not pass a large one that waits', async () => {
    const budget = createBudget(100)
    const [first, large, small] = [ask(budget, 50), ask(budget, 80), ask(budget, 10)]
    await settle()
    expect([large.loan, small.loan]).toEqual([undefined, undefined])
    first.loan?.release()
    await settle()
    expect([large.loan, small.loan]).not.toContain(undefined)
  })

  it('lends more than it has when nothing else is lent, and only then', async () => {
    const budget = createBudget(100)
    const [one, huge, two] = [ask(budget, 1), ask(budget, 500), ask(budget, 1)]
    await settle()
    expect(huge.loan).toBeUndefined()
    one.loan?.release()
    await settle()
    expect([huge.loan !== undefined, two.loan]).toEqual([true, undefined])
    expect(budget.lentBytes()).toBe(500)
    huge.loan?.release()
    await settle()
    expect(two.loan).toBeDefined()
  })

  it('lends to who waits when a loan shrinks, and lets a loan grow at once', async () => {
    const budget = createBudget(100)
    const [one, two] = [ask(budget, 100), ask(budget, 70)]
    await settle()
    one.loan?.resize(30)
    await settle()
    expect(two.loan).toBeDefined()
    one.loan?.resize(200)
    expect(budget.lentBytes()).toBe(270)
    one.loan?.release()
    expect(budget.lentBytes()).toBe(70)
  })

  it('takes back once what is given back twice', async () => {
    const budget = createBudget(100)
    const [one] = [ask(budget, 60), ask(budget, 40)]
    await settle()
    one.loan?.release()
    one.loan?.release()
    expect(budget.lentBytes()).toBe(40)
  })

  it('refuses a signal that is aborted, before and during the wait, with its reason', async () => {
    const budget = createBudget(100)
    const stop = new AbortController()
    const held = ask(budget, 100)
    const [before, during, behind] = [
      ask(budget, 1, AbortSignal.abort('a')),
      ask(budget, 50, stop.signal),
      ask(budget, 10),
    ]
    stop.abort('b')
    await settle()
    expect([before.refused, during.refused]).toEqual(['a', 'b'])
    held.loan?.release()
    await settle()
    expect(behind.loan).toBeDefined()
    expect(budget.lentBytes()).toBe(10)
  })

  it('goes on with who stands behind when the first in the queue gives up', async () => {
    const budget = createBudget(100)
    const stop = new AbortController()
    ask(budget, 50)
    const [large, small] = [ask(budget, 80, stop.signal), ask(budget, 10)]
    await settle()
    expect(small.loan).toBeUndefined()
    stop.abort()
    await settle()
    expect([large.loan, small.loan !== undefined]).toEqual([undefined, true])
  })

  it('lends nothing to those who stop together', async () => {
    const budget = createBudget(100)
    const stop = new AbortController()
    ask(budget, 50)
    const waiting = [ask(budget, 80, stop.signal), ask(budget, 10, stop.signal), ask(budget, 10, stop.signal)]
    stop.abort('stop')
    await settle()
    expect(waiting.map(({ refused }) => refused)).toEqual(['stop', 'stop', 'stop'])
    expect(budget.lentBytes()).toBe(50)
  })

  it('leaves no listener on a signal, whatever became of the request', async () => {
    const budget = createBudget(100)
    const { signal } = new AbortController()
    const first = ask(budget, 100, signal)
    const second = ask(budget, 100, signal)
    await settle()
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    first.loan?.release()
    await settle()
    expect(second.loan).toBeDefined()
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })
})

describe('a budget under any use', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('take' as const), bytes: fc.nat(150) }),
    fc.record({ kind: fc.constantFrom('release', 'shrink', 'abort'), which: fc.nat() }),
  )

  it('never lends more than it has but for one alone, keeps the order, and gets all of it back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async steps => {
        const budget = createBudget(100)
        const asked: (ReturnType<typeof ask> & { stop: AbortController; held: number })[] = []
        const lent = () => asked.filter(({ loan, held }) => loan && held > 0)
        for (const each of steps) {
          if (each.kind === 'take') {
            const stop = new AbortController()
            asked.push(Object.assign(ask(budget, each.bytes, stop.signal), { stop, held: each.bytes }))
          } else change(asked[each.which % Math.max(1, asked.length)], each.kind)
          await settle()
          expect(budget.lentBytes()).toBe(lent().reduce((sum, { held }) => sum + held, 0))
          expect(budget.lentBytes() <= 100 || lent().length === 1).toBe(true)
          expect(inOrder(asked)).toBe(true)
        }
        for (let i = 0; i < asked.length; i++) {
          asked[i]?.loan?.release()
          await settle()
        }
        expect(budget.lentBytes()).toBe(0)
        expect(asked.every(({ loan, refused }) => loan !== undefined || refused !== undefined)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  function change(
    one: (ReturnType<typeof ask> & { stop: AbortController; held: number }) | undefined,
    kind: string,
  ) {
    if (one?.loan && kind !== 'abort') {
      one.held = kind === 'release' ? 0 : Math.floor(one.held / 2)
      if (kind === 'release') one.loan.release()
      else one.loan.resize(one.held)
    } else if (one && kind === 'abort') one.stop.abort('aborted')
  }

  /** Nobody was served while somebody who came before still waits. */
  function inOrder(asked: readonly ReturnType<typeof ask>[]): boolean {
    const firstWaiting = asked.findIndex(({ loan, refused }) => !loan && refused === undefined)
    return firstWaiting === -1 || asked.slice(firstWaiting).every(({ loan }) => !loan)
  }
})
