import { describe, expect, it } from 'vitest'
import { loadSdk } from '../../../src/sls/sdk.ts'
import {
  CHECKPOINTS,
  CURSOR_TIME,
  GROUPS,
  LOGSTORE,
  LOGSTORE_NAMES,
  NEW_CURSOR,
  SHARD_IDS,
  SHARDS,
  type Shape,
} from '../../../src/sls/shapes.ts'

const SHARD = {
  shardID: 0,
  status: 'readwrite',
  inclusiveBeginKey: '00000000000000000000000000000000',
  exclusiveEndKey: 'ffffffffffffffffffffffffffffffff',
  createTime: 1_700_000_000,
}
const GROUP = { name: 'group', timeout: 60, order: false }
const ROW = { shard: 0, checkpoint: 'MTIz', updateTime: 1.7e15, consumer: 'c1' }
const STORE = {
  logstoreName: 'logs',
  ttl: 30,
  shardCount: 2,
  enable_tracking: false,
  autoSplit: true,
  maxSplitShard: 64,
  createTime: 1_700_000_000,
  lastModifyTime: 1_700_000_000,
  appendMeta: true,
  hot_ttl: -1,
  infrequentAccessTTL: -1,
  mode: 'standard',
  productType: '',
  processorId: '',
  telemetryType: 'None',
  encrypt_conf: {
    enable: true,
    encrypt_type: 'default',
    user_cmk_info: { arn: 'a', cmk_key_id: 'k', region_id: 'r' },
  },
}
const STORES = { count: 1, total: 1, logstores: ['logs'] }
const LONGER_THAN_A_CURSOR = 'M'.repeat(121)

const FITTING: readonly [string, Shape<unknown>, unknown][] = [
  ['shards of a heartbeat', SHARD_IDS, [0, 7]],
  ['no shards', SHARD_IDS, []],
  ['checkpoints', CHECKPOINTS, [ROW, { shard: 1, checkpoint: '', updateTime: 0, consumer: '' }]],
  ['a checkpoint of which nothing more is said', CHECKPOINTS, [{ shard: 1, checkpoint: 'MTIz' }]],
  ['a checkpoint with nulls', CHECKPOINTS, [{ ...ROW, updateTime: null, consumer: null }]],
  ['a cursor', NEW_CURSOR, { cursor: 'MTIz' }],
  ['a cursor with white space', NEW_CURSOR, { cursor: 'MTIz 4\n' }],
  ['a time', CURSOR_TIME, { cursor_time: 1_700_000_000 }],
  ['shards', SHARDS, [SHARD]],
  ['a shard without what is not read', SHARDS, [{ ...SHARD, createTime: undefined }]],
  ['a number written as a text, as the SDK takes it', SHARDS, [{ ...SHARD, createTime: '1700000000' }]],
  ['groups', GROUPS, [GROUP, { name: 'other' }]],
  ['a logstore', LOGSTORE, STORE],
  ['a logstore of which nothing is said', LOGSTORE, {}],
  ['names of logstores', LOGSTORE_NAMES, { count: 1, logstores: ['logs'] }],
]

const ODD: readonly [string, Shape<unknown>, unknown][] = [
  ['it is an object, not a list', SHARD_IDS, {}],
  ['[1] is "0", not the number of a shard', SHARD_IDS, [0, '0']],
  ['[0] is -1, not the number of a shard', SHARD_IDS, [-1]],
  ['[0] is 0.5, not the number of a shard', SHARD_IDS, [0.5]],
  ['[0] is 1e+308, not the number of a shard', SHARD_IDS, [1e308]],
  ['[0] is 2147483647, not the number of a shard', SHARD_IDS, [2 ** 31 - 1]],
  ['it has 10001 rows, more than 10000', SHARD_IDS, Array.from({ length: 10_001 }, (_, i) => i)],
  ['[0] is null, not an object', CHECKPOINTS, [null]],
  ['[0].shard is missing', CHECKPOINTS, [{ checkpoint: '' }]],
  ['[0].checkpoint is null, not a cursor', CHECKPOINTS, [{ ...ROW, checkpoint: null }]],
  // No request could carry it back: it cannot be percent-encoded.
  ['[0].checkpoint is "\\ud800", not a cursor', CHECKPOINTS, [{ ...ROW, checkpoint: '\ud800' }]],
  ['[0].updateTime is 1e+308, not a time', CHECKPOINTS, [{ ...ROW, updateTime: 1e308 }]],
  ['[0].updateTime is Infinity, not a time', CHECKPOINTS, [{ ...ROW, updateTime: Number.POSITIVE_INFINITY }]],
  ['[0].updateTime is "yesterday", not a time', CHECKPOINTS, [{ ...ROW, updateTime: 'yesterday' }]],
  ['[0].consumer is a list, not a text', CHECKPOINTS, [{ ...ROW, consumer: [] }]],
  ['cursor is "", not a cursor', NEW_CURSOR, { cursor: '' }],
  ['cursor is "é", not a cursor', NEW_CURSOR, { cursor: 'é' }],
  [`cursor is "${'M'.repeat(40)}", not a cursor`, NEW_CURSOR, { cursor: LONGER_THAN_A_CURSOR }],
  ['cursor_time is 1e+308, not unix seconds', CURSOR_TIME, { cursor_time: 1e308 }],
  ['cursor_time is 253402300800, not unix seconds', CURSOR_TIME, { cursor_time: 253_402_300_800 }],
  ['cursor_time is "1700000000", not unix seconds', CURSOR_TIME, { cursor_time: '1700000000' }],
  ['[0].createTime is "yesterday", not a number', SHARDS, [{ ...SHARD, createTime: 'yesterday' }]],
  ['[1].createTime is an object, not a number', SHARDS, [SHARD, { ...SHARD, createTime: {} }]],
  ['[0].exclusiveEndKey is missing', SHARDS, [{ ...SHARD, exclusiveEndKey: undefined }]],
  ['[0].timeout is 1e+308, not a whole number', GROUPS, [{ ...GROUP, timeout: 1e308 }]],
  ['[0].timeout is "1e308", not a whole number', GROUPS, [{ ...GROUP, timeout: '1e308' }]],
  ['[0].order is "no", not true or false', GROUPS, [{ ...GROUP, order: 'no' }]],
  ['ttl is "30 days", not a whole number', LOGSTORE, { ttl: '30 days' }],
  ['lastModifyTime is true, not a number', LOGSTORE, { ...STORE, lastModifyTime: true }],
  ['autoSplit is 2, not true or false', LOGSTORE, { ...STORE, autoSplit: 2 }],
  ['mode is a list, not a text', LOGSTORE, { ...STORE, mode: [] }],
  ['encrypt_conf is "none", not an object', LOGSTORE, { ...STORE, encrypt_conf: 'none' }],
  [
    'encrypt_conf.user_cmk_info.arn is an object, not a text',
    LOGSTORE,
    { encrypt_conf: { user_cmk_info: { arn: {} } } },
  ],
  ['logstores[0] is 7, not a text', LOGSTORE_NAMES, { logstores: [7] }],
  ['total is "many", not a number', LOGSTORE_NAMES, { ...STORES, total: 'many' }],
]

describe('an answer', () => {
  it.each(FITTING)('fits: %s', (_, shape, value) => {
    expect(shape.oddity(value)).toBeUndefined()
    expect(shape.fits(value)).toBe(true)
  })

  it.each(ODD)('does not fit: %s', (what, shape, value) => {
    expect(shape.oddity(value)).toBe(what)
    expect(shape.fits(value)).toBe(false)
  })

  it('is not written out where it is deep', () => {
    const deep: unknown = JSON.parse(`${'['.repeat(200_000)}${']'.repeat(200_000)}`)
    expect(CURSOR_TIME.oddity({ cursor_time: deep })).toBe('cursor_time is a list, not unix seconds')
  })
})

/** What an answer may bring in place of any value. */
const ANYTHING: readonly unknown[] = [
  ...[null, true, false, 0, 1, 2, -1, 0.5, 1e308, Number.POSITIVE_INFINITY],
  ...['', '0', '1.5', '1e308', '-1', 'true', 'yes', 'MTIz', '\ud800'],
  ...[[], ['a'], [[]], [null], {}, { enable: 7 }, { toString: 1 }],
]

describe('what fits, the official SDK can cast', async () => {
  const sdkOf = await loadSdk()
  type Client = ReturnType<typeof sdkOf>['client']
  const { models } = sdkOf(async () => undefined)
  const calls: readonly [
    string,
    Shape<unknown>,
    object,
    (row: object) => unknown,
    (client: Client) => unknown,
  ][] = [
    ['ListShards', SHARDS, SHARD, row => [row], client => client.listShards('p', 'l')],
    ['ListConsumerGroup', GROUPS, GROUP, row => [row], client => client.listConsumerGroup('p', 'l')],
    [
      'GetCheckPoint',
      CHECKPOINTS,
      ROW,
      row => [row],
      client => client.getCheckPoint('p', 'l', 'g', new models.GetCheckPointRequest({})),
    ],
    [
      'GetCursor',
      NEW_CURSOR,
      { cursor: 'MTIz' },
      row => row,
      client => client.getCursor('p', 'l', '0', new models.GetCursorRequest({ from: 'end' })),
    ],
    ['GetLogStore', LOGSTORE, STORE, row => row, client => client.getLogStore('p', 'l')],
    [
      'ListLogStores',
      LOGSTORE_NAMES,
      STORES,
      row => row,
      client => client.listLogStores('p', new models.ListLogStoresRequest({})),
    ],
  ]

  it.each(calls)('%s, each field with anything in it', async (_, shape, row, answerOf, call) => {
    const answers = [
      ...ANYTHING,
      ...placesIn(row).flatMap(place => ANYTHING.map(value => answerOf(withValue(row, place, value)))),
    ]
    const fitting = answers.filter(answer => shape.fits(answer))
    expect(fitting.length).toBeGreaterThan(0)
    for (const answer of fitting) {
      const { client } = sdkOf(async () => answer)
      await expect(Promise.resolve(call(client)), JSON.stringify(answer)).resolves.toBeDefined()
    }
  })

  it.each([
    ['ListShards', models.Shard, SHARD],
    ['ListConsumerGroup', models.ConsumerGroup, GROUP],
    ['GetCheckPoint', models.GetCheckPointResponseBody, ROW],
    ['GetLogStore', models.Logstore, STORE],
    ['GetLogStore', models.EncryptConf, STORE.encrypt_conf],
    ['GetLogStore', models.EncryptUserCmkConf, STORE.encrypt_conf.user_cmk_info],
    ['ListLogStores', models.ListLogStoresResponseBody, STORES],
  ])('%s: there is no field that it casts and this test leaves out', (_, model, row) => {
    expect(Object.values(model.names()).toSorted()).toEqual(Object.keys(row).toSorted())
  })
})

/** Key paths of all values in an object, those of objects inside included. */
function placesIn(row: object): string[][] {
  return Object.entries(row).flatMap(([key, value]) => [
    [key],
    ...(typeof value === 'object' && value !== null ? placesIn(value).map(rest => [key, ...rest]) : []),
  ])
}

function withValue(row: object, [key = '', ...rest]: readonly string[], value: unknown): object {
  const inner: unknown = Object.entries(row).find(([name]) => name === key)?.[1]
  const isPlace = rest.length === 0 || typeof inner !== 'object' || inner === null
  return { ...row, [key]: isPlace ? value : withValue(inner, rest, value) }
}
