import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { MUTATIONS } from '../../mutation/mutations.ts'

it.each(MUTATIONS)(
  'what a mutation takes away is there, exactly once: $safeguard',
  ({ file, find, test }) => {
    expect(readFileSync(file, 'utf8').split(find)).toHaveLength(2)
    expect(existsSync(test)).toBe(true)
  },
)
