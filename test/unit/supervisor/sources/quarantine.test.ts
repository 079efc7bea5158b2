import { describe, expect, it } from 'vitest'
import { createQuarantine } from '../../../../src/supervisor/sources/quarantine.ts'

const page = { shard: 3, cursor: 'MTA=', next: 'MjA=', groups: 10 }
const group = { shard: 3, cursor: 'MTM=', next: 'MTQ=', groups: 1 }

describe('a page that ends its worker', () => {
  it('is read one group at a time after the third time in a row', () => {
    const [quarantine, other] = [createQuarantine(), createQuarantine()]
    expect([1, 2].map(() => quarantine.onDeath(page))).toEqual([undefined, undefined])
    const entry = { shard: 3, cursor: 'MTA=', next: 'MjA=', how: 'one-by-one' }
    expect(quarantine.onDeath(page)).toEqual(entry)
    expect(quarantine.entries()).toEqual([entry])
    expect(other.entries()).toEqual([])
  })

  it('is put among the dead letters when it is a single group', () => {
    const quarantine = createQuarantine()
    for (let i = 0; i < 3; i++) quarantine.onDeath(page)
    expect([1, 2].map(() => quarantine.onDeath(group))).toEqual([undefined, undefined])
    expect(quarantine.onDeath(group)).toEqual({
      shard: 3,
      cursor: 'MTM=',
      next: 'MTQ=',
      how: 'bury',
    })
    expect(quarantine.entries()).toHaveLength(2)
  })

  it('is not suspected when another page, another shard or another source was at fault in between', () => {
    const of = { logs: createQuarantine(), other: createQuarantine() }
    const deaths = [
      ['logs', page],
      ['logs', page],
      ['logs', { ...page, cursor: 'MTE=' }],
      ['logs', page],
      ['logs', { ...page, shard: 4 }],
      ['other', page],
      ['logs', page],
    ] as const
    expect(deaths.map(([source, mark]) => of[source].onDeath(mark))).toEqual(deaths.map(() => undefined))
  })

  it('is never an empty page: there is nothing in it to be at fault', () => {
    const quarantine = createQuarantine()
    const empty = { ...page, groups: 0 }
    expect([1, 2, 3].map(() => quarantine.onDeath(empty))).toEqual([undefined, undefined, undefined])
  })

  it('is suspected from the start as a single group, although it begins at the same place', () => {
    const quarantine = createQuarantine()
    for (let i = 0; i < 3; i++) quarantine.onDeath(page)
    const first = { ...page, groups: 1 }
    expect([1, 2, 3].map(() => quarantine.onDeath(first)?.how)).toEqual([undefined, undefined, 'bury'])
  })
})
