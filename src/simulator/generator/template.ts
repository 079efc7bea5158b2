/** A log group encoded once, whose ids and times are overwritten in copies of it. */

import { encodeLogGroup, type KeyValue, type Log, type LogGroup } from '../wire.ts'
import type { Fields } from './fields.ts'
import { KINDS, type Kind, type KindOfLog } from './kinds.ts'
import { formatLogId, LOG_ID_KEY, LOG_ID_LENGTH, type LogId, writeLogId } from './log-id.ts'
import { createRandom, type Random } from './random.ts'

export interface Template {
  readonly bytes: Buffer
  readonly idOffsets: readonly number[]
  readonly timeOffsets: readonly number[]
  readonly receiveTimeOffsets: readonly number[]
}

export interface TemplateOptions {
  readonly kind: Kind
  readonly seed: number
  readonly logs: number
  /** Fields are left out or one is added to reach it. */
  readonly bytesPerLog: number | undefined
}

/** Any time of today has ten digits, and five bytes as a varint, like this one. */
const TIME_SECONDS = 1_700_000_000
const TIME_BYTES = Buffer.of(0x80, 0xe2, 0xcf, 0xaa, 0x06)
const TIME_MARKER = Buffer.concat([Buffer.of(0x08), TIME_BYTES])
const ID_MARKER = valueMarker(LOG_ID_KEY, LOG_ID_LENGTH)
const RECEIVE_TIME_MARKER = valueMarker('__receive_time__', String(TIME_SECONDS).length)

/** A key of a pair, and the head of its value: tag and length. */
function valueMarker(key: string, valueLength: number): Buffer {
  return Buffer.concat([Buffer.of(0x0a, key.length), Buffer.from(key), Buffer.of(0x12, valueLength)])
}

export function createTemplate(options: TemplateOptions): Template {
  const bytes = encodeLogGroup(createGroup(options))
  return {
    bytes,
    idOffsets: offsetsBehind(bytes, ID_MARKER),
    timeOffsets: offsetsBehind(bytes, TIME_MARKER).map(offset => offset - TIME_BYTES.length),
    receiveTimeOffsets: offsetsBehind(bytes, RECEIVE_TIME_MARKER),
  }
}

function offsetsBehind(bytes: Buffer, marker: Buffer): number[] {
  const offsets: number[] = []
  for (let at = bytes.indexOf(marker); at !== -1; at = bytes.indexOf(marker, at + 1))
    offsets.push(at + marker.length)
  return offsets
}

function createGroup(options: TemplateOptions): LogGroup<string> {
  const random = createRandom(options.seed)
  const kind: KindOfLog = KINDS[options.kind]
  const host = random.hex(4)
  return {
    topic: kind.topic,
    source: random.ip(),
    tags: pairs({
      __hostname__: `audit-${host}`,
      __path__: kind.path,
      __pack_id__: `${random.hex(16).toUpperCase()}-${random.hex(3)}`,
      __receive_time__: String(TIME_SECONDS),
    }),
    logs: Array.from({ length: options.logs }, () => createLog(kind, random, options.bytesPerLog)),
  }
}

function createLog(kind: KindOfLog, random: Random, bytes: number | undefined): Log<string> {
  const id = { [LOG_ID_KEY]: formatLogId({ shard: 0, sequence: 0 }) }
  const fields = { ...id, ...kind.fields(random) }
  return {
    timeSeconds: TIME_SECONDS,
    ...(kind.nanoseconds && { timeNs: random.int(1e9) }),
    contents: pairs(bytes === undefined ? fields : resize(fields, bytes)),
  }
}

function pairs(fields: Fields): KeyValue<string>[] {
  return Object.entries(fields).map(([key, value]) => ({ key, value }))
}

/** What the wire adds to a pair: four tags and lengths, and the pair's own tag and length. */
const PAIR_OVERHEAD_BYTES = 7
const FILLER = '审计记录 detail of the request, kept for compliance; '
const FILLER_BYTES = Buffer.byteLength(FILLER)

/** Keeps the fields that fit, and fills the rest with one more. */
function resize(fields: Fields, bytes: number): Fields {
  let room = bytes
  const kept = Object.entries(fields).filter(([key, value], position) => {
    const size = key.length + Buffer.byteLength(value) + PAIR_OVERHEAD_BYTES
    const fits = position === 0 || size <= room
    if (fits) room -= size
    return fits
  })
  const detail = FILLER.repeat(Math.max(0, Math.round(room / FILLER_BYTES)))
  return { ...Object.fromEntries(kept), ...(detail && { detail }) }
}

/** A fresh copy with the ids from `first` on, and this time. */
export function stamp(template: Template, first: LogId, timeSeconds: number): Buffer {
  const bytes = Buffer.allocUnsafeSlow(template.bytes.length)
  bytes.set(template.bytes)
  let { sequence } = first
  for (const offset of template.idOffsets)
    writeLogId(bytes, offset, { shard: first.shard, sequence: sequence++ })
  for (const offset of template.timeOffsets) writeTime(bytes, offset, timeSeconds)
  for (const offset of template.receiveTimeOffsets) bytes.write(String(timeSeconds), offset, 'latin1')
  return bytes
}

function writeTime(bytes: Buffer, offset: number, timeSeconds: number): void {
  for (let at = 0; at < TIME_BYTES.length - 1; at++)
    bytes[offset + at] = ((timeSeconds >>> (7 * at)) & 0x7f) | 0x80
  bytes[offset + TIME_BYTES.length - 1] = timeSeconds >>> 28
}
