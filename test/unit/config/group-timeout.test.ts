import { expect, it } from 'vitest'
import { groupTimeoutSeconds } from '../../../src/config/group-timeout.ts'

it('is three heartbeats, in whole seconds and never shorter', () => {
  expect([1_000, 1_500, 20_000, 60_000].map(groupTimeoutSeconds)).toEqual([3, 5, 60, 180])
})
