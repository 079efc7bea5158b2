/** Random pages in every shape that the wire format allows, and the ways to run the encoder over one. */

import fc from 'fast-check'
import type { Body, Encode } from '../../../../src/worker/encode/page-encoder.ts'
import type { PlanContext } from '../../../../src/worker/encode/plan.ts'

export const RULES: PlanContext = {
  project: 'prj',
  logstore: 'audit',
  shard: 7,
  routes: [],
  defaults: {},
  addMetadata: true,
}

/** Routes and templates that random groups meet often. */
export const ROUTED: PlanContext = {
  ...RULES,
  routes: [
    {
      match: [{ on: { kind: 'topic' }, patterns: [{ kind: 'exact', text: 'dropped' }] }],
      action: { kind: 'drop' },
    },
    {
      match: [{ on: { kind: 'tag', name: 'x' }, patterns: [{ kind: 'glob', glob: '*' }] }],
      action: {
        kind: 'send',
        metadata: {
          index: [{ kind: 'tag', name: 'x' }],
          host: [
            { kind: 'variable', name: 'topic' },
            { kind: 'text', text: '"\\' },
            { kind: 'variable', name: 'shard' },
          ],
        },
      },
    },
  ],
  defaults: { sourcetype: [{ kind: 'text', text: 'st' }] },
}

export interface RandomPage {
  readonly bytes: Buffer
  /** For each group the bytes of each of its logs. */
  readonly logBytes: readonly (readonly number[])[]
}

const VARINT = 0
const FIXED64 = 1
const BYTES = 2
const GROUP_START = 3
const GROUP_END = 4
const FIXED32 = 5

/** Bytes at the edges of what JSON and UTF-8 tell apart. */
const EDGES = [
  0x00, 0x01, 0x08, 0x09, 0x0a, 0x0c, 0x0d, 0x1f, 0x20, 0x22, 0x2f, 0x5c, 0x61, 0x7b, 0x7d, 0x7e, 0x7f, 0x80,
  0x8f, 0x90, 0x9f, 0xa0, 0xbb, 0xbd, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe2, 0xed, 0xef, 0xf0, 0xf3, 0xf4,
  0xf5, 0xff,
]

export const nastyBytes = fc.oneof(
  fc.array(fc.constantFrom(...EDGES), { maxLength: 12 }).map(bytes => Buffer.from(bytes)),
  fc.string({ unit: 'binary', maxLength: 12 }).map(text => Buffer.from(text)),
  fc.uint8Array({ maxLength: 12 }).map(bytes => Buffer.from(bytes)),
)

const texts = (...of: string[]) => fc.constantFrom(...of).map(text => Buffer.from(text))
const key = fc.oneof(
  { weight: 3, arbitrary: texts('a', 'b', 'c', 'd') },
  { weight: 2, arbitrary: texts('__topic__', '__source__', '__tag__:x', '__tag__:y', '__tag__:') },
  { weight: 1, arbitrary: texts('', '10', '9', '__proto__', 'event', '\ufffd') },
  { weight: 2, arbitrary: nastyBytes },
)
const value = fc.oneof({ weight: 5, arbitrary: nastyBytes }, { weight: 1, arbitrary: long(nastyBytes) })

function long(bytes: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  return fc.tuple(bytes, fc.nat(60)).map(([part, times]) => Buffer.concat(Array(times).fill(part)))
}

/** Fields that no version of the format knows, of every wire type. */
const unknown: fc.Arbitrary<Buffer> = fc.letrec<{ field: Buffer; plain: Buffer; group: Buffer }>(tie => ({
  plain: fc
    .tuple(unknownNumber(), fc.constantFrom(VARINT, FIXED64, BYTES, FIXED32), nastyBytes)
    .map(([number, type, bytes]) => Buffer.concat([varint(number * 8 + type), payload(type, bytes)])),
  group: fc
    .tuple(unknownNumber(), fc.array(tie('plain'), { maxLength: 3 }))
    .map(([number, inside]) =>
      Buffer.concat([varint(number * 8 + GROUP_START), ...inside, varint(number * 8 + GROUP_END)]),
    ),
  field: fc.oneof({ weight: 4, arbitrary: tie('plain') }, { weight: 1, arbitrary: tie('group') }),
})).field

function unknownNumber() {
  return fc.constantFrom(7, 15, 16, 1_000, 2 ** 29 - 1)
}

function payload(type: number, bytes: Buffer): Buffer {
  if (type === BYTES) return Buffer.concat([varint(bytes.length), bytes])
  if (type === VARINT) return varint(bytes.length * 2 ** 40)
  return Buffer.concat([bytes, Buffer.alloc(8)]).subarray(0, type === FIXED64 ? 8 : 4)
}

/** Parts of a message in any order, some unknown ones among them. */
function message(...parts: fc.Arbitrary<readonly Buffer[]>[]): fc.Arbitrary<Buffer> {
  return shuffled(fc.tuple(...parts, rarely(unknown)).map(lists => lists.flat())).map(fields =>
    Buffer.concat(fields),
  )
}

function shuffled(fields: fc.Arbitrary<Buffer[]>): fc.Arbitrary<Buffer[]> {
  return fields.chain(all =>
    fc.oneof(
      { weight: 2, arbitrary: fc.constant(all) },
      { weight: 1, arbitrary: fc.shuffledSubarray(all, { minLength: all.length }) },
    ),
  )
}

const rarely = <T>(one: fc.Arbitrary<T>) =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constant<T[]>([]) },
    { weight: 1, arbitrary: fc.array(one, { maxLength: 2 }) },
  )
const once = <T>(one: fc.Arbitrary<T>) => one.map(each => [each])
const mostlyOnce = <T>(one: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 8, arbitrary: once(one) }, { weight: 1, arbitrary: fc.array(one, { maxLength: 3 }) })

const bytesField = (number: number, bytes: fc.Arbitrary<Buffer>) => bytes.map(each => framed(number, each))
const pair = message(mostlyOnce(bytesField(1, key)), mostlyOnce(bytesField(2, value)))
const seconds = fc.oneof(fc.constantFrom(0, 9, 1_700_000_000, 2 ** 32 - 1), fc.nat(2 ** 32 - 1))
const nanoseconds = fc.oneof(
  fc.constantFrom(0, 1, 120_000_000, 999_999_999, 1_000_000_000, 2 ** 32 - 1),
  fc.nat(999_999_999),
)
const log = message(
  once(seconds.map(time => Buffer.concat([varint(8), varint(time)]))),
  rarely(nanoseconds.map(ns => Buffer.concat([varint(4 * 8 + FIXED32), fixed32(ns)]))),
  fc.array(bytesField(2, pair), { maxLength: 8 }),
)
const topic = fc.oneof(texts('dropped', '', 'app'), nastyBytes)
const tag = fc.oneof(
  pair,
  fc
    .tuple(texts('x', 'y', ''), nastyBytes)
    .map(([name, text]) => Buffer.concat([framed(1, name), framed(2, text)])),
)

const group = fc
  .array(log, { maxLength: 5 })
  .chain(logs =>
    message(
      fc.constant(logs.map(bytes => framed(1, bytes))),
      mostlyOnce(bytesField(3, topic)),
      mostlyOnce(bytesField(4, nastyBytes)),
      rarely(bytesField(5, nastyBytes)),
      fc.array(bytesField(6, tag), { maxLength: 3 }),
    ).map(bytes => ({ bytes, logBytes: logs.map(({ length }) => length) })),
  )

export const randomPage: fc.Arbitrary<RandomPage> = fc.array(group, { maxLength: 6 }).map(groups => ({
  bytes: Buffer.concat(groups.map(({ bytes }) => framed(1, bytes))),
  logBytes: groups.map(({ logBytes }) => logBytes),
}))

/** From one event a body to all in one. */
export const bufferBytes = fc.oneof(fc.nat(400), fc.integer({ min: 400, max: 4_000 }), fc.constant(60_000))

/** A field of bytes. */
export function framed(number: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([varint(number * 8 + BYTES), varint(bytes.length), bytes])
}

export function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80)
  return Buffer.from([...bytes, rest])
}

function fixed32(number: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(number)
  return bytes
}

export interface Encoded {
  readonly bodies: readonly Body[]
  /** Each event's own bytes as text. */
  readonly events: readonly string[]
  readonly droppedEvents: number
  readonly droppedBytes: number
}

/** All bodies of a page, each made in the same buffer, which holds rubbish before. */
export function encodeAll(encode: Encode, page: Uint8Array, bytesOfBuffer: number): Encoded {
  const encoder = encode(page)
  const buffer = new Uint8Array(bytesOfBuffer)
  const bodies: Body[] = []
  for (;;) {
    const body = encoder.next(buffer.fill(0xaa))
    if (body === undefined) break
    bodies.push({ ...body, bytes: body.bytes.slice() })
    if (bodies.length > page.length) throw new Error('more bodies than bytes: this never ends')
  }
  return {
    bodies,
    events: bodies.flatMap(eventTexts),
    droppedEvents: encoder.droppedEvents(),
    droppedBytes: encoder.droppedBytes(),
  }
}

/** Strict: a replacement character would hide bytes that are not UTF-8. */
const strictly = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function eventTexts({ bytes, offsets }: Body): string[] {
  return offsets.map((from, i) => strictly.decode(bytes.subarray(from, offsets[i + 1] ?? bytes.length)))
}
