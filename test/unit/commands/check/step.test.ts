import { expect, test } from 'vitest'
import { failed, ok, runSteps, type Step, skipped } from '../../../../src/commands/check/step.ts'

interface Found {
  shards: number
}

const STEPS: readonly Step<Found>[] = [
  { name: 'first', run: () => skipped('does not apply') },
  {
    name: 'second',
    needs: 'first',
    run: async found => {
      found.shards = 3
      return ok('fine')
    },
  },
  { name: 'third', needs: 'second', run: ({ shards }) => failed(`${shards} shards`, 'fix it') },
  { name: 'fourth', needs: 'third', run: () => ok('never') },
  { name: 'fifth', needs: 'fourth', run: () => ok('never') },
  { name: 'sixth', run: () => ok('alone') },
]

test('a step is skipped when what it builds on has failed, and says what that was', async () => {
  const reports = await runSteps({ target: 'there', steps: STEPS })
  expect(reports.map(({ step, state, text }) => [step, state, text])).toEqual([
    ['first', 'skipped', 'does not apply'],
    ['second', 'ok', 'fine'],
    ['third', 'failed', '3 shards'],
    ['fourth', 'skipped', 'not tried: third failed'],
    ['fifth', 'skipped', 'not tried: third failed'],
    ['sixth', 'ok', 'alone'],
  ])
})

test('none is tried in a row that is blocked', async () => {
  const reports = await runSteps({ target: 'there', steps: STEPS, blocked: 'the way is closed' })
  expect(new Set(reports.map(({ state, text }) => `${state}: ${text}`))).toEqual(
    new Set(['skipped: the way is closed']),
  )
})
