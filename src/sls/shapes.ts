/**
 * Shapes of the answers to Log Service's JSON calls. An answer of another shape is rejected with the odd value named, and
 * never taken for "nothing". The tables of the management calls have every field that the official SDK casts: its cast
 * throws for any other type.
 */

import { isRecord, isText } from '../base/json.ts'
import { isCursor } from './cursor.ts'
import { isUnixMicroseconds, isUnixSeconds } from './times.ts'

export interface Shape<T> {
  readonly fits: (value: unknown) => value is T
  /** Names what does not fit (`[2].timeout is "soon", not a number`); `at` is where the value stands. */
  readonly oddity: (value: unknown, at?: string) => string | undefined
}

type Fields = Readonly<Record<string, Shape<unknown>>>
type RecordOf<F extends Fields> = { readonly [K in keyof F]: F[K] extends Shape<infer T> ? T : never }

function kind<T>(name: string, fits: (value: unknown) => value is T): Shape<T> {
  return { fits, oddity: (value, at) => (fits(value) ? undefined : misfit(value, name, at)) }
}

function optional<T>({ fits, oddity }: Shape<T>): Shape<T | null | undefined> {
  const isAbsent = (value: unknown) => value === undefined || value === null
  return {
    fits: (value): value is T | null | undefined => isAbsent(value) || fits(value),
    oddity: (value, at) => (isAbsent(value) ? undefined : oddity(value, at)),
  }
}

function record<F extends Fields>(fields: F): Shape<RecordOf<F>> {
  const oddity = (value: unknown, at = '') =>
    isRecord(value)
      ? firstOf(Object.entries(fields), ([name, field]) => field.oddity(value[name], `${at}.${name}`))
      : misfit(value, 'an object', at)
  return { oddity, fits: (value): value is RecordOf<F> => oddity(value) === undefined }
}

/** Limits a list: there is work to do for each row. A logstore has some hundred shards at most. */
const MAX_ROWS = 10_000

function listOf<T>(item: Shape<T>): Shape<readonly T[]> {
  const oddity = (value: unknown, at = '') => {
    if (!Array.isArray(value)) return misfit(value, 'a list', at)
    if (value.length > MAX_ROWS) return `${at || 'it'} has ${value.length} rows, more than ${MAX_ROWS}`
    return firstOf(value, (each, index) => item.oddity(each, `${at}[${index}]`))
  }
  return { oddity, fits: (value): value is readonly T[] => oddity(value) === undefined }
}

function firstOf<T>(all: readonly T[], oddity: (each: T, index: number) => string | undefined) {
  for (const [index, each] of all.entries()) {
    const odd = oddity(each, index)
    if (odd !== undefined) return odd
  }
  return undefined
}

function misfit(value: unknown, name: string, at = ''): string {
  const where = at.replace(/^\./, '') || 'it'
  return value === undefined ? `${where} is missing` : `${where} is ${shown(value)}, not ${name}`
}

const SHOWN_CHARACTERS = 40

/** Returns a value for a message. Lists and objects are not written out: they may be deep. */
function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, SHOWN_CHARACTERS))
  if (Array.isArray(value)) return 'a list'
  return isRecord(value) ? 'an object' : String(value)
}

/** The largest shard id. Log Service counts from 0; all that holds an id has 31 bits for it. */
const MAX_SHARD_ID = 2 ** 31 - 2

const TEXT = kind('a text', isText)
const ANY_TEXT = kind('a text', value => typeof value === 'string')
const FLAG = kind('true or false', value => typeof value === 'boolean')
const INTEGER = kind('a whole number', (value): value is number => Number.isSafeInteger(value))
const SECONDS = kind('unix seconds', isUnixSeconds)
const MICROSECONDS = kind('a time', isUnixMicroseconds)
const CURSOR = kind('a cursor', isCursor)
const CURSOR_OR_EMPTY = kind('a cursor', (value): value is string => value === '' || isCursor(value))
const SHARD_ID = kind(
  'the number of a shard',
  (value): value is number => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= MAX_SHARD_ID,
)

/** Returns the shape of a field that only the SDK reads: what its `cast` (@darabonba/typescript) accepts. */
function unread(name: string, fits: (value: unknown) => boolean): Shape<unknown> {
  return optional(kind(name, (value): value is unknown => fits(value)))
}

const SDK_TEXT = unread('a text', value => ['string', 'number', 'boolean'].includes(typeof value))
const SDK_NUMBER = unread('a number', value => typeof value === 'number' || isNumeral(value))
const SDK_FLAG = unread('true or false', value => FLAGS.has(value))
const FLAGS: ReadonlySet<unknown> = new Set([true, false, 1, 0, 'true', 'false'])

function isNumeral(value: unknown): boolean {
  return typeof value === 'string' && /^[\d.]*$/.test(value)
}

export const SHARD_IDS = listOf(SHARD_ID)

export const CHECKPOINTS = listOf(
  record({
    shard: SHARD_ID,
    /** Empty when none is stored. */
    checkpoint: CURSOR_OR_EMPTY,
    updateTime: optional(MICROSECONDS),
    consumer: optional(ANY_TEXT),
  }),
)

export const NEW_CURSOR = record({ cursor: CURSOR })

export const CURSOR_TIME = record({ cursor_time: SECONDS })

export const SHARDS = listOf(
  record({
    shardID: SHARD_ID,
    status: TEXT,
    inclusiveBeginKey: TEXT,
    exclusiveEndKey: TEXT,
    createTime: SDK_NUMBER,
  }),
)

export const GROUPS = listOf(record({ name: TEXT, timeout: optional(INTEGER), order: optional(FLAG) }))

export const LOGSTORE_NAMES = record({ logstores: listOf(TEXT), count: SDK_NUMBER, total: SDK_NUMBER })

export const LOGSTORE = record({
  ttl: optional(INTEGER),
  appendMeta: SDK_FLAG,
  autoSplit: SDK_FLAG,
  createTime: SDK_NUMBER,
  enable_tracking: SDK_FLAG,
  encrypt_conf: optional(
    record({
      enable: SDK_FLAG,
      encrypt_type: SDK_TEXT,
      user_cmk_info: optional(record({ arn: SDK_TEXT, cmk_key_id: SDK_TEXT, region_id: SDK_TEXT })),
    }),
  ),
  hot_ttl: SDK_NUMBER,
  infrequentAccessTTL: SDK_NUMBER,
  lastModifyTime: SDK_NUMBER,
  logstoreName: SDK_TEXT,
  maxSplitShard: SDK_NUMBER,
  mode: SDK_TEXT,
  processorId: SDK_TEXT,
  productType: SDK_TEXT,
  shardCount: SDK_NUMBER,
  telemetryType: SDK_TEXT,
})
