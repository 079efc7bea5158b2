import { describe, expect, it } from 'vitest'
import { decodeLogGroup, type LogGroup } from '../../src/simulator/wire.ts'
import { comparable } from './expected-event.ts'
import { type FarEnds, startFarEnds } from './far-ends.ts'
import { missingSdk, runScript } from './official-sdk.ts'
import { writeWithNode, writeWithPython } from './official-writers.ts'
import { expectedOf } from './sdk-differences.ts'
import { readWithSdk } from './sdk-reading.ts'
import { asStored, auditGroups, UNUSUAL_GROUP } from './written-group.ts'

function stored({ sls, account: { project, logstore } }: FarEnds, shard = 0): LogGroup<Buffer>[] {
  return sls.groupsBetween(project, logstore, shard, { from: '', to: '' }).map(decodeLogGroup)
}

/** The SDK for Python always writes the nanoseconds. */
function withNanoseconds(group: LogGroup): LogGroup {
  return { ...group, logs: group.logs.map(log => ({ ...log, timeNs: log.timeNs ?? 0 })) }
}

describe.skipIf(missingSdk)('the official Python SDK writes', () => {
  it.each([
    { signature: 'v1', compression: 'lz4' },
    { signature: 'v1', compression: 'none' },
    { signature: 'v4', compression: 'lz4' },
    { signature: 'v4', compression: 'zstd' },
    { signature: 'v4', compression: 'none' },
  ] as const)('every byte of it, signature $signature and compression $compression', async options => {
    await using farEnds = await startFarEnds(1)
    const groups = [...auditGroups(1), UNUSUAL_GROUP]
    await writeWithPython({ ...farEnds.account, ...options, groups })
    expect(stored(farEnds)).toEqual(groups.map(withNanoseconds).map(asStored))
  })

  it('into the shard of a hash key', async () => {
    await using farEnds = await startFarEnds(4)
    const write = { ...farEnds.account, signature: 'v4', compression: 'lz4', groups: auditGroups(1) } as const
    await writeWithPython({ ...write, hashKey: 'f'.repeat(32) })
    expect([0, 1, 2, 3].map(shard => stored(farEnds, shard).length)).toEqual([0, 0, 0, write.groups.length])
  })

  it('nanoseconds of its own clock where a log has none (a fault that the service cannot see)', async () => {
    await using farEnds = await startFarEnds(1)
    const group = { topic: 't', source: 's', tags: [], logs: [{ timeSeconds: 5, contents: [] }] }
    await runScript('write', { ...farEnds.account, signature: 'v4', compression: 'lz4', groups: [group] })
    expect(stored(farEnds)[0]?.logs[0]?.timeNs).toBeGreaterThan(0)
  })
})

describe('the official Node client writes', () => {
  it('every byte of it', async () => {
    await using farEnds = await startFarEnds(1)
    const groups = auditGroups(1)
    await writeWithNode(farEnds.account, groups)
    expect(stored(farEnds)).toEqual(groups.map(asStored))
  })
})

describe.skipIf(missingSdk)('what both official clients have written', () => {
  it('arrives at Splunk as the official SDK reads it', async () => {
    await using farEnds = await startFarEnds(2)
    const account = { ...farEnds.account, signature: 'v4', compression: 'lz4' } as const
    await writeWithPython({ ...account, groups: [...auditGroups(1), UNUSUAL_GROUP] })
    await writeWithNode(farEnds.account, auditGroups(2))
    const logs = (await readWithSdk(account)).flat()
    expect(logs).toHaveLength(32)
    const delivered = await farEnds.deliver({ events: logs.length, consumers: 2 })
    expect(byText(delivered.map(comparable))).toEqual(byText(logs.map(log => expectedOf(log))))
  })
})

/** Two shards arrive in no particular order. */
function byText<T>(events: readonly T[]): T[] {
  return events.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}
