import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nastyLogs } from '../../../../src/simulator/generator/nasty.ts'
import { encodeLogGroupList, type LogGroup, WireError } from '../../../../src/simulator/wire.ts'
import { CorruptPage } from '../../../../src/sls/protobuf.ts'
import { checkPage } from '../../../../src/worker/encode/check.ts'
import { createEncode, type Encode } from '../../../../src/worker/encode/page-encoder.ts'
import { createPlanner, type PlanContext } from '../../../../src/worker/encode/plan.ts'
import { createVector } from '../../../../src/worker/encode/vector.ts'
import { encoderModule } from '../../../support/encoder-module.ts'
import { referenceEvents } from '../../../support/reference-encoder.ts'
import { loadInside } from './inside.ts'
import {
  bufferBytes,
  encodeAll,
  framed,
  type RandomPage,
  ROUTED,
  RULES,
  randomPage,
  varint,
} from './pages.ts'

const rules = fc.constantFrom(RULES, ROUTED, { ...RULES, addMetadata: false })
const randomPages = fc.array(randomPage, { minLength: 1, maxLength: 3 })
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)

/** The lines that a page must become. */
const linesOf = (page: Uint8Array, context: PlanContext) =>
  referenceEvents(page, context).flatMap(events => events?.map(event => `${event}\n`) ?? [])

const asItIs = (encode: Encode) => encode
const { vector: vectorInside, inside } = loadInside()

const WAYS = [
  ['in TypeScript', undefined, asItIs],
  ['with vectors', createVector(encoderModule()), asItIs],
  ['with vectors, where pages and bodies lie in their memory', vectorInside, inside],
] as const

describe.each(WAYS)('%s', (_, vector, placed) => {
  const encodeBy = (rules: PlanContext) => placed(createEncode(createPlanner(rules), vector))

  describe('a random page', () => {
    it('becomes the events of the reference, in order, however many bodies they take', () => {
      fc.assert(
        fc.property(rules, randomPages, bufferBytes, (context, pages, size) => {
          const encode = encodeBy(context)
          for (const { bytes } of pages) {
            const page = Buffer.from(bytes)
            expect(encodeAll(encode, page, size).events).toEqual(linesOf(bytes, context))
            // Nothing of a page that is done may be needed for the next one.
            page.fill(0x61)
          }
        }),
        { numRuns: 1_000 },
      )
    })

    it('becomes bodies that fit the buffer, but for an event that travels alone', () => {
      fc.assert(
        fc.property(rules, randomPage, bufferBytes, (context, { bytes }, size) => {
          for (const body of encodeAll(encodeBy(context), bytes, size).bodies)
            expect(body.bytes.length <= size || body.offsets.length === 1).toBe(true)
        }),
      )
    })

    it('is accounted for to the last byte and log: sent, dropped, or neither', () => {
      fc.assert(
        fc.property(randomPage, bufferBytes, ({ bytes, logBytes }: RandomPage, size) => {
          const dropped = referenceEvents(bytes, ROUTED).flatMap((events, i) =>
            events === undefined ? (logBytes[i] ?? []) : [],
          )
          const { bodies, droppedEvents, droppedBytes } = encodeAll(encodeBy(ROUTED), bytes, size)
          expect(droppedEvents).toBe(dropped.length)
          expect(droppedBytes).toBe(sum(dropped))
          // What is left lies around the logs: the frames and the headers of groups without any.
          expect(sum(bodies.map(body => body.rawBytes)) + droppedBytes).toBeLessThanOrEqual(bytes.length)
          for (const body of bodies) expect(body.rawBytes).toBeGreaterThan(0)
        }),
      )
    })
  })

  describe('a damaged page', () => {
    const flip = fc.tuple(fc.nat(), fc.constantFrom(0x00, 0x01, 0x0a, 0x12, 0x32, 0x7f, 0x80, 0x90, 0xff))
    const kept = fc.oneof(fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true }))
    const damaged = fc
      .tuple(randomPage, fc.array(flip, { maxLength: 4 }), kept)
      .map(([{ bytes }, flips, keep]) => {
        const page = Buffer.from(bytes.subarray(0, Math.ceil(bytes.length * keep)))
        for (const [at, byte] of flips) if (page.length > 0) page[at % page.length] = byte
        return page
      })

    it('is either corrupt or becomes whole events: no other error, no end in the middle, no endless run', () => {
      fc.assert(
        fc.property(damaged, bufferBytes, (page, size) => {
          for (const event of eventsUnlessCorrupt(page, size))
            expect(JSON.parse(event)).toHaveProperty('event')
        }),
        { numRuns: 1_000 },
      )
    })

    it('gives whole events also where nothing of it was a page', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 40 }), bufferBytes, (bytes, size) => {
          for (const event of eventsUnlessCorrupt(bytes, size)) JSON.parse(event)
        }),
        { numRuns: 1_000 },
      )
    })

    it.each([
      ['ends in a tag', '8a'],
      ['ends in a length', '0a80'],
      ['announces more than there is', '0a05'],
      ['has a log that is longer than its group', `0a020a7f${'00'.repeat(200)}`],
      ['has a value that is longer than its content', '0a0c0a0a080112060a0161127f62'],
      ['has a wire type that does not exist', '0a020a0108010f'],
      ['has the end of a group that never began', '0a010c'],
      ['has a group that never ends', '0a040b080107'],
      ['has a number that goes on behind its log', '0a060a0208801a00'],
      ['has a number of four bytes that goes on behind its log', '0a090a01251a0400000000'],
      ['has a number of eight bytes that goes on behind its log', '0a0d0a01391a080000000000000000'],
      ['has a number of eleven bytes', `0a0d0a0b08${'ff'.repeat(10)}`],
    ])('is told apart when it %s', (_, hex) => {
      const page = Buffer.from(hex, 'hex')
      expect(() => checkPage(page, vector)).toThrow(CorruptPage)
      expect(() => encodeAll(encodeBy(RULES), page, 1_000)).toThrow(CorruptPage)
    })

    it('is read as the reference reads it where both can', () => {
      /** A log whose time was damaged away has none; the reference takes it for 0. */
      const withoutTimeZero = (event: string) => event.replace(/^\{"time":0(\.\d{9})?,/, '{')
      fc.assert(
        fc.property(damaged, page => {
          const expected = isReadable(page) ? linesUnlessMalformed(page) : undefined
          if (expected === undefined) return
          const { events } = encodeAll(encodeBy(ROUTED), page, 1_000)
          expect(events.map(withoutTimeZero)).toEqual(expected.map(withoutTimeZero))
        }),
        { numRuns: 1_000 },
      )
    })

    it('that the check lets pass never stops the encoder: nothing is sent of a page that ends early', () => {
      const nothingLike = fc.uint8Array({ maxLength: 30 }).map(bytes => Buffer.concat([Buffer.of(10), bytes]))
      fc.assert(
        fc.property(fc.oneof(damaged, nothingLike), page => {
          if (isReadable(page)) encodeAll(encodeBy(ROUTED), page, 1_000)
        }),
        { numRuns: 1_000 },
      )
    })

    it('is not what the check makes of a whole page', () => {
      fc.assert(fc.property(randomPage, ({ bytes }) => isReadable(bytes)))
    })

    /** The reference is stricter: it knows field numbers and the names of groups. */
    function linesUnlessMalformed(page: Uint8Array): string[] | undefined {
      try {
        return linesOf(page, ROUTED)
      } catch (error) {
        if (error instanceof WireError) return undefined
        throw error
      }
    }

    function isReadable(page: Uint8Array): boolean {
      try {
        checkPage(page, vector)
        return true
      } catch (error) {
        if (error instanceof CorruptPage) return false
        throw error
      }
    }

    function eventsUnlessCorrupt(page: Uint8Array, size: number): readonly string[] {
      try {
        return encodeAll(encodeBy(ROUTED), page, size).events
      } catch (error) {
        if (error instanceof CorruptPage) return []
        throw error
      }
    }
  })

  describe('nasty logs', () => {
    it.each(nastyLogs().map(({ name, group }) => [name, group] as const))(
      'are encoded right: %s',
      (_, group) => {
        const page = encodeLogGroupList([group])
        for (const context of [RULES, { ...RULES, addMetadata: false }])
          for (const size of [1_000, 2 ** 20])
            expectSame(encodeAll(encodeBy(context), page, size).events, linesOf(page, context))
      },
    )

    it('are encoded right all in one page, by one encoder, over bodies of any size', () => {
      const page = encodeLogGroupList(nastyLogs().map(({ group }) => group))
      const encode = encodeBy(RULES)
      for (const size of [1, 3_000, 2 ** 20])
        expectSame(encodeAll(encode, page, size).events, linesOf(page, RULES))
    })

    /** Without a difference of megabytes in the message. */
    function expectSame(events: readonly string[], expected: readonly string[]): void {
      expect(events.length).toBe(expected.length)
      const different = events.findIndex((event, i) => event !== expected[i])
      expect(events[different]?.slice(0, 1_000)).toBe(expected[different]?.slice(0, 1_000))
      expect(different).toBe(-1)
    }
  })

  describe('the bounds of an event', () => {
    const contentsOf = (key: string, value: string, times = 1) =>
      Array.from({ length: times }, (_, i) => ({ key: `${key}${i}`, value }))

    it.each([
      ['control characters', contentsOf('k', '\x01'.repeat(1_000))],
      ['keys of control characters', contentsOf('\x01'.repeat(200), '')],
      ['bytes that are not UTF-8', [{ key: 'k', value: Buffer.alloc(1_000, 0xff) }]],
      ['quotes', contentsOf('"', '"'.repeat(1_000))],
      ['many short contents', contentsOf('', '', 300)],
      ['empty contents', Array.from({ length: 300 }, () => ({ key: '', value: '' }))],
      ['a field named as metadata', contentsOf('__tag__:', 'x'.repeat(100))],
      ['nothing', []],
    ])('hold at every size of the buffer: %s', (_, contents) => {
      const log = { timeSeconds: 2 ** 32 - 1, timeNs: 999_999_999, contents }
      const tags = [{ key: '"'.repeat(20), value: '\x01'.repeat(20) }]
      const page = encodeLogGroupList([{ topic: 'a', source: 'b', tags, logs: [log, log, log] }])
      const expected = linesOf(page, RULES)
      const encode = encodeBy(RULES)
      const longest = Buffer.byteLength(expected[0] ?? '')
      for (let size = longest - 500; size <= 2 * longest + 500; size += 1 + Math.floor(longest / 400)) {
        const { bodies, events } = encodeAll(encode, page, Math.max(0, size))
        expect(events).toEqual(expected)
        for (const { bytes, offsets } of bodies)
          expect(bytes.length <= size || offsets.length === 1).toBe(true)
      }
    })
  })

  describe('regressions', () => {
    it('does not swallow a group that begins exactly where a body is full', () => {
      const page = encodeLogGroupList(['first', 'second', 'third'].map(groupOf))
      const expected = linesOf(page, RULES)
      const oneEvent = Math.max(...expected.map(line => line.length))
      for (let size = 1; size <= 6 * oneEvent; size++)
        expect(encodeAll(encodeBy(RULES), page, size).events).toEqual(expected)
    })

    it('steps over unknown fields of the old group type', () => {
      const unknown = Buffer.from('5b08015b0a00' + '5c5c', 'hex')
      const log = Buffer.concat([unknown, Buffer.from('0805', 'hex'), framed(2, framed(1, Buffer.from('a')))])
      const page = framed(1, Buffer.concat([unknown, framed(1, log)]))
      expect(encodeAll(encodeBy(RULES), page, 1_000).events).toEqual([
        '{"time":5,"source":"sls:prj/audit","sourcetype":"aliyun:sls","event":{"a":""}}\n',
      ])
    })

    it('steps over groups in groups, however deep', () => {
      const deep = 100_000
      const page = Buffer.concat([Buffer.alloc(deep, 0x5b), Buffer.alloc(deep, 0x5c)])
      expect(encodeAll(encodeBy(RULES), page, 1_000).events).toEqual([])
      expect(() => checkPage(page, vector)).not.toThrow()
      expect(() => checkPage(page.subarray(1), vector)).toThrow(CorruptPage)
    })

    it('reads a time as the 32 bits that it is, whatever stands there', () => {
      const times = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
      fc.assert(
        fc.property(times, time => {
          const page = framed(1, framed(1, Buffer.concat([varint(8), bigVarint(time)])))
          const { events } = encodeAll(encodeBy(RULES), page, 1_000)
          expect(events).toEqual(linesOf(page, RULES))
          expect(JSON.parse(events[0] ?? '').time).toBeLessThan(2 ** 32)
        }),
      )
    })

    it('finds a content whose tag is written in more bytes than it needs', () => {
      const content = framed(1, Buffer.from('a'))
      const log = Buffer.concat([Buffer.from('0805', 'hex'), Buffer.of(0x92, 0x00, content.length), content])
      const page = framed(1, framed(1, log))
      expect(encodeAll(encodeBy(RULES), page, 1_000).events).toEqual(linesOf(page, RULES))
      expect(linesOf(page, RULES)[0]).toContain('"a":""')
    })

    function groupOf(topic: string): LogGroup {
      return { topic, tags: [], logs: [{ timeSeconds: 1, contents: [{ key: 'k', value: topic }] }] }
    }

    function bigVarint(value: bigint): Buffer {
      const bytes: number[] = []
      let rest = value
      for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) + 0x80)
      return Buffer.from([...bytes, Number(rest)])
    }
  })

  describe('the shape of an event', () => {
    const eventOf = (log: Buffer, context: PlanContext = RULES) =>
      encodeAll(encodeBy(context), framed(1, framed(1, log)), 1_000).events[0]

    it('has no time where the log has none: Splunk takes its own', () => {
      expect(eventOf(framed(2, framed(1, Buffer.from('a'))))).toBe(
        '{"source":"sls:prj/audit","sourcetype":"aliyun:sls","event":{"a":""}}\n',
      )
    })

    it('is never empty: a log without anything at all has an empty topic', () => {
      for (const addMetadata of [true, false])
        expect(eventOf(Buffer.alloc(0), { ...RULES, addMetadata })).toContain('"event":{"__topic__":""}')
    })
  })

  describe('logs whose keys are data', () => {
    it.each([
      ['a new key each', 10_000, 1],
      ['twenty new keys each', 1_500, 20],
      ['more keys than are ever remembered', 2, 9_000],
    ])('are encoded right: %s', (_, logs, keys) => {
      let next = 0
      const contents = () => Array.from({ length: keys }, () => ({ key: `key-${next++}`, value: 'v' }))
      const group = {
        tags: [],
        logs: Array.from({ length: logs }, () => ({ timeSeconds: 1, contents: contents() })),
      }
      const page = encodeLogGroupList([group])
      const encode = encodeBy(RULES)
      for (let times = 0; times < 2; times++)
        expect(encodeAll(encode, page, 2 ** 20).events.join('') === linesOf(page, RULES).join('')).toBe(true)
    })
  })
})
