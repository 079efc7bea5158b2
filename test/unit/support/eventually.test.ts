import { expect, it } from 'vitest'
import { eventually } from '../../support/eventually.ts'

it('answers with the first value that is there', async () => {
  let calls = 0
  const answer = await eventually(() => (++calls < 3 ? undefined : calls), { withinMs: 5_000 })
  expect(answer).toBe(3)
})

it('takes 0 and null for an answer', async () => {
  expect(await eventually(() => 0, { withinMs: 0 })).toBe(0)
  expect(await eventually(() => null, { withinMs: 0 })).toBe(null)
})

it('looks once more after an error', async () => {
  let calls = 0
  const answer = await eventually(
    () => {
      if (++calls < 2) throw new Error('not yet')
      return 'there'
    },
    { withinMs: 5_000 },
  )
  expect(answer).toBe('there')
})

it('says what was waited for, how long, and what there is instead', async () => {
  const never = eventually(() => false, { withinMs: 30, what: 'all logs arrive', state: () => ({ logs: 2 }) })
  await expect(never).rejects.toThrow('all logs arrive: not within 30 ms; there is: {"logs":2}')
})

it('names the last error', async () => {
  const failing = () => Promise.reject(new Error('refused'))
  await expect(eventually(failing, { withinMs: 0 })).rejects.toThrow('last error: Error: refused')
})
