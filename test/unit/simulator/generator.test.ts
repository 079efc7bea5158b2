import { isUtf8 } from 'node:buffer'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ALL_KINDS } from '../../../src/simulator/generator/kinds.ts'
import { eachLogId, formatLogId, parseLogId, writeLogId } from '../../../src/simulator/generator/log-id.ts'
import { nastyLogs } from '../../../src/simulator/generator/nasty.ts'
import { createGenerator, type GeneratorOptions } from '../../../src/simulator/generator.ts'
import { decodeLogGroup, encodeLogGroup } from '../../../src/simulator/wire.ts'

const NOW_SECONDS = 1_790_000_000

const take = (options: GeneratorOptions, groups: number) => {
  const generator = createGenerator(options)
  return Array.from({ length: groups }, () => generator.nextGroup(3, NOW_SECONDS))
}
const decoded = (options: GeneratorOptions, groups: number) =>
  take(options, groups).map(({ bytes }) => decodeLogGroup(bytes))
const fieldOf = (log: { contents: readonly { key: Buffer; value: Buffer }[] }, key: string) =>
  log.contents.find(pair => pair.key.toString() === key)?.value.toString()

describe('the generator', () => {
  it('makes the same groups from the same seed, and others from another', () => {
    const bytes = (seed: number) => take({ seed }, 10).map(group => group.bytes.toString('hex'))
    expect(bytes(1)).toEqual(bytes(1))
    expect(bytes(1)).not.toEqual(bytes(2))
  })

  it('gives each log the next id of its shard, and says which ones a group holds', () => {
    const groups = take({ seed: 1, logsPerGroup: 4 }, 12)
    const ids = groups.flatMap(({ bytes }) => decodeLogGroup(bytes).logs.map(log => fieldOf(log, 'log_id')))
    expect(ids).toEqual(Array.from({ length: 48 }, (_, sequence) => formatLogId({ shard: 3, sequence })))
    expect(groups[1]).toMatchObject({ shard: 3, logs: 4, firstSequence: 4, firstId: ids[4], lastId: ids[7] })
  })

  it('counts each shard on its own', () => {
    const generator = createGenerator({ seed: 1, logsPerGroup: 2 })
    const firsts = [0, 1, 0, 9_999].map(shard => generator.nextGroup(shard, NOW_SECONDS).firstId)
    expect(firsts).toEqual(['0000-0000000000', '0001-0000000000', '0000-0000000002', '9999-0000000000'])
  })

  it.each([1_000_000_000, NOW_SECONDS, 2 ** 32 - 1])('stamps logs and tag with the time %d', timeSeconds => {
    const { bytes } = createGenerator({ seed: 1 }).nextGroup(0, timeSeconds)
    const { logs, tags } = decodeLogGroup(bytes)
    expect(new Set(logs.map(log => log.timeSeconds))).toEqual(new Set([timeSeconds]))
    const received = tags.find(({ key }) => key.toString() === '__receive_time__')
    expect(received?.value.toString()).toBe(String(timeSeconds))
  })

  it('hands out bytes that later groups leave alone', () => {
    const generator = createGenerator({ seed: 1, kinds: ['oss'] })
    const { bytes } = generator.nextGroup(0, NOW_SECONDS)
    const before = Buffer.from(bytes)
    for (let groups = 0; groups < 20; groups++) generator.nextGroup(0, NOW_SECONDS)
    expect(bytes.equals(before)).toBe(true)
  })

  it('looks like audit logs: about 800 bytes each, tags, topics, nanoseconds, JSON in fields, Chinese', () => {
    const groups = take({ seed: 1 }, 40)
    const bytesPerLog = groups.reduce((sum, { rawBytes }) => sum + rawBytes, 0) / (40 * 50)
    expect(bytesPerLog).toBeGreaterThan(700)
    expect(bytesPerLog).toBeLessThan(900)
    const all = groups.map(({ bytes }) => decodeLogGroup(bytes))
    expect(new Set(all.map(({ topic }) => String(topic)))).toContain('audit_log')
    expect(all.every(({ tags, source }) => tags.length === 4 && /^10(\.\d+){3}$/.test(String(source)))).toBe(
      true,
    )
    const logs = all.flatMap(group => group.logs)
    expect(new Set(logs.map(({ timeNs }) => typeof timeNs))).toEqual(new Set(['number', 'undefined']))
    const text = logs.flatMap(({ contents }) => contents.map(({ value }) => value.toString())).join('')
    for (const needle of ['张伟', '"', '\\', '\n', '\t']) expect(text).toContain(needle)
    const identity = logs.map(log => fieldOf(log, 'user_identity')).find(value => value !== undefined)
    expect(JSON.parse(identity ?? '')).toHaveProperty('userName')
  })

  it.each(ALL_KINDS)('makes only %s when asked to, ids first', kind => {
    const [group] = decoded({ seed: 5, kinds: [kind] }, 1)
    expect(group?.logs.every(({ contents }) => contents[0]?.key.toString() === 'log_id')).toBe(true)
  })

  it.each([300, 774, 4_000])('comes within a tenth of %d bytes a log', bytesPerLog => {
    const bytes = take({ seed: 1, bytesPerLog }, 40).reduce((sum, { rawBytes }) => sum + rawBytes, 0)
    expect(bytes / (40 * 50) / bytesPerLog).toBeCloseTo(1, 1)
  })
})

describe('log ids', () => {
  const id = fc.record({ shard: fc.nat(9_999), sequence: fc.nat(9_999_999_999) })

  it('are written, read and found in JSON, also when they stand in JSON within a text', () => {
    fc.assert(
      fc.property(fc.array(id), ids => {
        const events = ids.map(each => ({ log_id: formatLogId(each), other: 'log_id:"x"', more: 1 }))
        const found = (body: string) => {
          const seen: { shard: number; sequence: number }[] = []
          eachLogId(Buffer.from(body), (shard, sequence) => seen.push({ shard, sequence }))
          return seen
        }
        expect(events.map(event => parseLogId(event.log_id))).toEqual(ids)
        expect(found(events.map(event => JSON.stringify({ event })).join('\n'))).toEqual(ids)
        expect(found(events.map(event => JSON.stringify({ event: JSON.stringify(event) })).join(''))).toEqual(
          ids,
        )
      }),
    )
  })

  it('are patched in place', () => {
    fc.assert(
      fc.property(id, each => {
        const bytes = Buffer.from('<0000-0000000000>')
        writeLogId(bytes, 1, each)
        expect(bytes.toString()).toBe(`<${formatLogId(each)}>`)
      }),
    )
  })

  it.each(['', '0000-000000000', '00000-0000000000', '000a-0000000000', '0000 0000000000'])(
    'are not %j',
    text => {
      expect(parseLogId(text)).toBeUndefined()
    },
  )
})

describe('nasty logs', () => {
  it('have names of their own and come through the wire format unchanged', () => {
    const cases = nastyLogs()
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length)
    for (const { name, group } of cases) {
      const encoded = encodeLogGroup(group)
      expect(encodeLogGroup(decodeLogGroup(encoded)).equals(encoded), name).toBe(true)
    }
  })

  it('hold texts that are not UTF-8, long ones, and many fields', () => {
    const values = nastyLogs().flatMap(({ group }) => group.logs.flatMap(({ contents }) => contents))
    expect(values.some(({ value }) => value instanceof Uint8Array && !isUtf8(value))).toBe(true)
    expect(values.some(({ value }) => value.length === 2 ** 20)).toBe(true)
    expect(nastyLogs().some(({ group }) => group.logs[0]?.contents.length === 1_000)).toBe(true)
  })
})
