import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Bytes,
  decodeLogGroup,
  decodeLogGroupList,
  encodeLogGroup,
  encodeLogGroupList,
  joinLogGroups,
  type LogGroup,
  splitLogGroups,
  WireError,
} from '../../../src/simulator/wire.ts'

const vector = Buffer.from(
  '0a92010a2d08a593c99d06120e0a056c6576656c12054552524f5212100a036d736712096469736b2066756c6c' +
    '2515cd5b070a1e08a693c99d06120d0a056c6576656c1204494e464f12070a036d736712001a03617070220831' +
    '302e302e302e3132120a0c5f5f686f73746e616d655f5f12026831321e0a105f5f726563656976655f74696d65' +
    '5f5f120a31363732363238363437',
  'hex',
)

const vectorGroup: LogGroup<string> = {
  topic: 'app',
  source: '10.0.0.1',
  tags: [
    { key: '__hostname__', value: 'h1' },
    { key: '__receive_time__', value: '1672628647' },
  ],
  logs: [
    {
      timeSeconds: 1672628645,
      timeNs: 123456789,
      contents: [
        { key: 'level', value: 'ERROR' },
        { key: 'msg', value: 'disk full' },
      ],
    },
    {
      timeSeconds: 1672628646,
      contents: [
        { key: 'level', value: 'INFO' },
        { key: 'msg', value: '' },
      ],
    },
  ],
}

const buffer = (text: Bytes) => Buffer.from(text)
const pairsOfBuffers = (pairs: LogGroup['tags']) =>
  pairs.map(({ key, value }) => ({ key: buffer(key), value: buffer(value) }))

function withBuffers(group: LogGroup): LogGroup<Buffer> {
  return {
    ...(group.topic === undefined ? {} : { topic: buffer(group.topic) }),
    ...(group.source === undefined ? {} : { source: buffer(group.source) }),
    ...(group.machineUuid === undefined ? {} : { machineUuid: buffer(group.machineUuid) }),
    tags: pairsOfBuffers(group.tags),
    logs: group.logs.map(log => ({ ...log, contents: pairsOfBuffers(log.contents) })),
  }
}

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.uint8Array({ maxLength: 300 }))
const pairs = fc.array(fc.record({ key: text, value: text }), { maxLength: 4 })
const log = fc.record(
  {
    timeSeconds: fc.integer({ min: 0, max: 0xffffffff }),
    timeNs: fc.integer({ min: 0, max: 999_999_999 }),
    contents: pairs,
  },
  { requiredKeys: ['timeSeconds', 'contents'] },
)
const group: fc.Arbitrary<LogGroup> = fc.record(
  { topic: text, source: text, machineUuid: text, tags: pairs, logs: fc.array(log, { maxLength: 4 }) },
  { requiredKeys: ['tags', 'logs'] },
)

describe('the vector of the protocol', () => {
  it('is what its group encodes to', () => {
    expect(encodeLogGroupList([vectorGroup]).toString('hex')).toBe(vector.toString('hex'))
  })

  it('decodes to its group', () => {
    expect(decodeLogGroupList(vector)).toEqual([withBuffers(vectorGroup)])
  })

  it('is refused wherever it is cut off inside its group', () => {
    for (let end = 1; end < vector.length; end++)
      expect(() => decodeLogGroupList(vector.subarray(0, end))).toThrow(WireError)
  })
})

describe('every list of groups', () => {
  it('decodes to what was encoded', () => {
    fc.assert(
      fc.property(fc.array(group, { maxLength: 3 }), groups => {
        expect(decodeLogGroupList(encodeLogGroupList(groups))).toEqual(groups.map(withBuffers))
      }),
    )
  })

  it('splits into the groups that it was joined from, byte for byte', () => {
    fc.assert(
      fc.property(fc.array(group, { maxLength: 3 }), groups => {
        const encoded = groups.map(encodeLogGroup)
        expect(splitLogGroups(joinLogGroups(encoded))).toEqual(encoded)
      }),
    )
  })
})

it('decodes any bytes, or refuses them with a WireError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), bytes => {
      try {
        decodeLogGroupList(bytes)
        decodeLogGroup(bytes)
      } catch (error) {
        expect(error).toBeInstanceOf(WireError)
      }
    }),
  )
})

describe('what no message knows', () => {
  const hello = { tags: [], logs: [], topic: Buffer.from('hi') }
  const topic = '1a026869'
  it.each([
    ['a varint', '38ffffffffffffffffff01'],
    ['a fixed64', '390102030405060708'],
    ['bytes', '3a03616263'],
    ['a fixed32', '3d01020304'],
    ['a group', '3b08013a01613c'],
    ['a field of a large number', 'f8ffffff0f01'],
    ['a known field as another type', '1801'],
  ])('is read over: %s', (_name, unknown) => {
    expect(decodeLogGroup(Buffer.from(unknown + topic, 'hex'))).toEqual(hello)
    expect(decodeLogGroup(Buffer.from(topic + unknown, 'hex'))).toEqual(hello)
  })

  it.each([
    ['field number 0', '0001'],
    ['wire type 6', '3e'],
    ['wire type 7', '3f'],
    ['the end of a group that never began', '3c'],
    ['a group without an end', '3b0801'],
    ['a number of eleven bytes', '38ffffffffffffffffffff01'],
    ['a number cut off', '38ff'],
    ['a length past the end', '1a036869'],
  ])('is refused: %s', (_name, corrupt) => {
    expect(() => decodeLogGroup(Buffer.from(corrupt, 'hex'))).toThrow(WireError)
  })
})

it('takes the low 32 bits of a longer time', () => {
  const [log] = decodeLogGroup(Buffer.from('0a0608ffffffff1f', 'hex')).logs
  expect(log?.timeSeconds).toBe(0xffffffff)
})

it('keeps duplicate keys, empty values and bytes that are not UTF-8', () => {
  const contents = [
    { key: 'k', value: '' },
    { key: 'k', value: Buffer.from([0xff, 0xfe]) },
  ]
  const [log] = decodeLogGroup(encodeLogGroup({ tags: [], logs: [{ timeSeconds: 0, contents }] })).logs
  expect(log?.contents).toEqual(pairsOfBuffers(contents))
})
