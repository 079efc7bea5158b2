import { describe, expect, it } from 'vitest'
import { createQuarantine } from '../../../../src/supervisor/sources/quarantine.ts'

const page = { shard: 3, cursor: 'MTA=', next: 'MjA=', groups: 10 }
const group = { shard: 3, cursor: 'MTM=', next: 'MTQ=', groups: 1 }

describe('a page that ends its worker', () => {
  it('is read one group at a time after the third time in a row', () => {
    const quarantine = createQuarantine()
    expect([1, 2].map(() => quarantine.onDeath('logs', page))).toEqual([undefined, undefined])
    const entry = { shard: 3, cursor: 'MTA=', next: 'MjA=', how: 'one-by-one' }
    expect(quarantine.onDeath('logs', page)).toEqual(entry)
    expect(quarantine.of('logs')).toEqual([entry])
    expect(quarantine.of('other')).toEqual([])
  })

  it('is put among the dead letters when it is a single group', () => {
    const quarantine = createQuarantine()
    for (let i = 0; i < 3; i++) quarantine.onDeath('logs', page)
    expect([1, 2].map(() => quarantine.onDeath('logs', group))).toEqual([undefined, undefined])
    expect(quarantine.onDeath('logs', group)).toEqual({
      shard: 3,
      cursor: 'MTM=',
      next: 'MTQ=',
      how: 'bury',
    })
    expect(quarantine.of('logs')).toHaveLength(2)
  })

  it('is not suspected when another page, another shard or another source was at fault in between', () => {
    const quarantine = createQuarantine()
    const deaths = [
      ['logs', page],
      ['logs', page],
      ['logs', { ...page, cursor: 'MTE=' }],
      ['logs', page],
      ['logs', { ...page, shard: 4 }],
      ['other', page],
      ['logs', page],
    ] as const
    expect(deaths.map(([source, mark]) => quarantine.onDeath(source, mark))).toEqual(
      deaths.map(() => undefined),
    )
  })

  it('is never an empty page: there is nothing in it to be at fault', () => {
    const quarantine = createQuarantine()
    const empty = { ...page, groups: 0 }
    expect([1, 2, 3].map(() => quarantine.onDeath('logs', empty))).toEqual([undefined, undefined, undefined])
  })

  it('begins anew as a single group, although it begins at the same place', () => {
    const quarantine = createQuarantine()
    for (let i = 0; i < 3; i++) quarantine.onDeath('logs', page)
    const first = { ...page, groups: 1 }
    expect([1, 2, 3].map(() => quarantine.onDeath('logs', first)?.how)).toEqual([
      undefined,
      undefined,
      'bury',
    ])
  })
})
