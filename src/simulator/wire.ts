/**
 * The protobuf messages of Log Service: LogGroupList, LogGroup, Log, Content and LogTag. This is the readable
 * reference, used by the simulator, the previews and the tests. Strings stay bytes, because a value may be anything.
 * Source: `log_logs.proto` of the official Python SDK, which the Go and Java SDKs share.
 */

export type Bytes = string | Uint8Array

export interface KeyValue<T = Bytes> {
  readonly key: T
  readonly value: T
}

export interface Log<T = Bytes> {
  /** Unix seconds, set by the producer. */
  readonly timeSeconds: number
  /** 0 to 999,999,999, the part of a second. */
  readonly timeNs?: number
  /** In order; a key may occur twice. */
  readonly contents: readonly KeyValue<T>[]
}

export interface LogGroup<T = Bytes> {
  readonly topic?: T
  readonly source?: T
  readonly machineUuid?: T
  readonly tags: readonly KeyValue<T>[]
  readonly logs: readonly Log<T>[]
}

/** The input is no protobuf, or ends too early. */
export class WireError extends Error {
  override readonly name = 'WireError'
}

const VARINT = 0
const FIXED64 = 1
const LENGTH = 2
const GROUP_START = 3
const GROUP_END = 4
const FIXED32 = 5

const tag = (field: number, wireType: number) => field * 8 + wireType

const LIST_GROUP = tag(1, LENGTH)
const GROUP_LOG = tag(1, LENGTH)
const GROUP_TOPIC = tag(3, LENGTH)
const GROUP_SOURCE = tag(4, LENGTH)
const GROUP_MACHINE = tag(5, LENGTH)
const GROUP_TAG = tag(6, LENGTH)
const LOG_TIME = tag(1, VARINT)
const LOG_CONTENT = tag(2, LENGTH)
const LOG_TIME_NS = tag(4, FIXED32)
const PAIR_KEY = tag(1, LENGTH)
const PAIR_VALUE = tag(2, LENGTH)

export function encodeLogGroup(group: LogGroup): Buffer {
  return Buffer.concat([
    ...group.logs.flatMap(log => bytesField(GROUP_LOG, encodeLog(log))),
    ...optionalField(GROUP_TOPIC, group.topic),
    ...optionalField(GROUP_SOURCE, group.source),
    ...optionalField(GROUP_MACHINE, group.machineUuid),
    ...group.tags.flatMap(pair => bytesField(GROUP_TAG, encodePair(pair))),
  ])
}

export function encodeLogGroupList(groups: readonly LogGroup[]): Buffer {
  return joinLogGroups(groups.map(encodeLogGroup))
}

/** The LogGroupList of groups that are encoded already; copies, never parses. */
export function joinLogGroups(encoded: readonly Uint8Array[]): Buffer {
  return Buffer.concat(encoded.flatMap(group => bytesField(LIST_GROUP, group)))
}

/** The encoded groups of a LogGroupList, as views into it. Throws WireError. */
export function splitLogGroups(list: Uint8Array): Buffer[] {
  const groups: Buffer[] = []
  eachField(list, (field, bytes) => {
    if (field === LIST_GROUP) groups.push(bytes)
  })
  return groups
}

/** Strings are views into the input. Throws WireError. */
export function decodeLogGroupList(list: Uint8Array): LogGroup<Buffer>[] {
  return splitLogGroups(list).map(decodeLogGroup)
}

/** Strings are views into the input; a field given twice: the last one counts. Throws WireError. */
export function decodeLogGroup(encoded: Uint8Array): LogGroup<Buffer> {
  const tags: KeyValue<Buffer>[] = []
  const logs: Log<Buffer>[] = []
  const texts: { topic?: Buffer; source?: Buffer; machineUuid?: Buffer } = {}
  eachField(encoded, (field, bytes) => {
    if (field === GROUP_LOG) logs.push(decodeLog(bytes))
    else if (field === GROUP_TAG) tags.push(decodePair(bytes))
    else if (field === GROUP_TOPIC) texts.topic = bytes
    else if (field === GROUP_SOURCE) texts.source = bytes
    else if (field === GROUP_MACHINE) texts.machineUuid = bytes
  })
  return { ...texts, tags, logs }
}

function encodeLog(log: Log): Buffer {
  return Buffer.concat([
    varint(LOG_TIME),
    varint(log.timeSeconds),
    ...log.contents.flatMap(pair => bytesField(LOG_CONTENT, encodePair(pair))),
    ...(log.timeNs === undefined ? [] : [varint(LOG_TIME_NS), fixed32(log.timeNs)]),
  ])
}

/** A log without its required time is taken as of 1970: it is still a log. */
function decodeLog(encoded: Buffer): Log<Buffer> {
  const contents: KeyValue<Buffer>[] = []
  const times: { timeSeconds: number; timeNs?: number } = { timeSeconds: 0 }
  eachField(encoded, (field, bytes, value) => {
    if (field === LOG_CONTENT) contents.push(decodePair(bytes))
    else if (field === LOG_TIME) times.timeSeconds = value >>> 0
    else if (field === LOG_TIME_NS) times.timeNs = value
  })
  return { ...times, contents }
}

function encodePair({ key, value }: KeyValue): Buffer {
  return Buffer.concat([...bytesField(PAIR_KEY, key), ...bytesField(PAIR_VALUE, value)])
}

function decodePair(encoded: Buffer): KeyValue<Buffer> {
  let key: Buffer = EMPTY
  let value: Buffer = EMPTY
  eachField(encoded, (field, bytes) => {
    if (field === PAIR_KEY) key = bytes
    else if (field === PAIR_VALUE) value = bytes
  })
  return { key, value }
}

const EMPTY = Buffer.alloc(0)

function optionalField(field: number, text: Bytes | undefined): Uint8Array[] {
  return text === undefined ? [] : bytesField(field, text)
}

function bytesField(field: number, text: Bytes): Uint8Array[] {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text
  return [varint(field), varint(bytes.length), bytes]
}

function fixed32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

/** Seven bits a byte, lowest first. Exact below 2^53. */
function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80)
  return Buffer.from([...bytes, rest])
}

/** `bytes` is the value of a length-delimited field, else empty; `value` that of a number, else 0. */
type FieldVisitor = (field: number, bytes: Buffer, value: number) => void

interface Reader {
  readonly bytes: Buffer
  offset: number
}

function eachField(encoded: Uint8Array, visit: FieldVisitor): void {
  const bytes = Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength)
  const reader = { bytes, offset: 0 }
  while (reader.offset < bytes.length) readField(reader, visit)
}

/** What no message knows is read over like the rest. */
function readField(reader: Reader, visit: FieldVisitor): void {
  const field = readVarint(reader)
  const wireType = field % 8
  if (field < 8) throw new WireError(`field number 0 before byte ${reader.offset}`)
  if (wireType === VARINT) visit(field, EMPTY, readVarint(reader))
  else if (wireType === LENGTH) visit(field, take(reader, readVarint(reader)), 0)
  else if (wireType === FIXED32) visit(field, EMPTY, take(reader, 4).readUInt32LE())
  else if (wireType === FIXED64) take(reader, 8)
  else if (wireType === GROUP_START) skipGroup(reader, field)
  else throw new WireError(`wire type ${wireType} before byte ${reader.offset}`)
}

/** Groups are protobuf's old way of nesting; ours are none of them. One inside another is refused. */
function skipGroup(reader: Reader, start: number): void {
  const end = start - GROUP_START + GROUP_END
  for (;;) {
    const before = reader.offset
    const field = readVarint(reader)
    if (field === end) return
    if (field % 8 === GROUP_START) throw new WireError(`group inside a group at byte ${before}`)
    reader.offset = before
    readField(reader, () => {})
  }
}

function readVarint(reader: Reader): number {
  let value = 0
  for (let scale = 1; scale < 2 ** 70; scale *= 0x80) {
    const byte = reader.bytes[reader.offset++]
    if (byte === undefined) throw new WireError(`number cut off at byte ${reader.bytes.length}`)
    value += (byte % 0x80) * scale
    if (byte < 0x80) return value
  }
  throw new WireError(`number of more than 10 bytes before byte ${reader.offset}`)
}

function take(reader: Reader, length: number): Buffer {
  const end = reader.offset + length
  if (end > reader.bytes.length)
    throw new WireError(`${length} bytes announced at byte ${reader.offset} of ${reader.bytes.length}`)
  const taken = reader.bytes.subarray(reader.offset, end)
  reader.offset = end
  return taken
}
