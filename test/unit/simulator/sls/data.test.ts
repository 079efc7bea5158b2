import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseEncoding } from '../../../../src/simulator/sls/compression.ts'
import { decodeCursor, encodeCursor, isBase64 } from '../../../../src/simulator/sls/cursor.ts'
import { createGroupLog } from '../../../../src/simulator/sls/group-log.ts'
import { covers, divide, formatKey, wholeRange } from '../../../../src/simulator/sls/key-range.ts'
import { createLogstore, mergeShard, shardOf, splitShard } from '../../../../src/simulator/sls/logstore.ts'
import { parseQuery } from '../../../../src/simulator/sls/query.ts'
import { must } from '../../../../src/simulator/sls/refusal.ts'
import { projectOfHost } from '../../../../src/simulator/sls/request.ts'

describe('a cursor', () => {
  it('is Base64 of a decimal number, as in the protocol', () => {
    expect(encodeCursor(1447329401102130904n)).toBe('MTQ0NzMyOTQwMTEwMjEzMDkwNA==')
  })

  it('survives both ways, with padding and without', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }), position => {
        const cursor = encodeCursor(position)
        expect(isBase64(cursor)).toBe(true)
        expect(decodeCursor(cursor)).toBe(position)
        expect(decodeCursor(cursor.replaceAll('=', ''))).toBe(position)
      }),
    )
  })

  it.each(['', 'LTE=', 'MS41', 'YWJj', '!!!!'])('is not "%s"', text => {
    expect(decodeCursor(text)).toBeUndefined()
  })

  it('may end with a line break', () => {
    expect(decodeCursor(Buffer.from('123\n').toString('base64'))).toBe(123n)
  })
})

describe('the log of a shard', () => {
  const group = (receivedMs: number) => ({ framed: Buffer.from(String(receivedMs)), receivedMs })

  it('numbers its groups for good, whatever is dropped', () => {
    const steps = fc.array(fc.oneof(fc.constant('append' as const), fc.nat({ max: 3 })), { maxLength: 60 })
    fc.assert(
      fc.property(steps, actions => {
        const log = createGroupLog(100n)
        let [dropped, appended] = [0, 0]
        for (const action of actions) {
          if (action === 'append') log.append(group(appended++))
          else {
            dropped = Math.min(appended, dropped + action)
            log.dropBefore(log.begin() + BigInt(action))
          }
          expect([log.begin(), log.end()]).toEqual([100n + BigInt(dropped), 100n + BigInt(appended)])
        }
        for (let index = 0; index <= appended; index++) {
          const isThere = index >= dropped && index < appended
          expect(log.at(100n + BigInt(index))?.receivedMs).toBe(isThere ? index : undefined)
        }
      }),
    )
  })

  it('finds the first group of a second or later', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 9_999 })), fc.nat({ max: 11 }), (times, second) => {
        const sorted = times.sort((a, b) => a - b)
        const log = createGroupLog(0n)
        for (const time of sorted) log.append(group(time))
        const index = sorted.findIndex(time => Math.floor(time / 1_000) >= second)
        expect(log.findTime(second)).toBe(BigInt(index < 0 ? sorted.length : index))
      }),
    )
  })
})

it('a merged shard comes from its parents and from theirs', () => {
  const logstore = createLogstore('logs', { shards: 2 }, { nowMs: 0, firstCursor: () => 0n })
  const halve = (id: number) => splitShard(logstore, must(shardOf(logstore, id)), { nowMs: 1 })
  halve(0)
  halve(1)
  const [merged] = must(mergeShard(logstore, must(shardOf(logstore, 3)), 2))
  expect(merged?.ancestors).toEqual([3, 0, 4, 1])
})

describe('the key space', () => {
  it('is covered by the shards of a logstore, each key once', () => {
    const key = fc.bigInt({ min: 0n, max: 2n ** 128n - 1n })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 64 }), key, (shards, key) => {
        expect(divide(wholeRange, shards).filter(range => covers(range, key))).toHaveLength(1)
      }),
    )
  })

  it('ends with 32 digits', () => {
    expect([wholeRange.begin, wholeRange.end].map(formatKey)).toEqual(['0'.repeat(32), 'f'.repeat(32)])
  })
})

describe('Accept-Encoding', () => {
  it.each([
    [undefined, 'identity', 'identity'],
    [undefined, 'lz4', 'lz4'],
    ['', 'lz4', 'identity'],
    ['lz4', 'identity', 'lz4'],
    ['gzip, deflate, br', 'lz4', 'identity'],
    ['gzip;q=1.0, ZSTD;q=0.5, lz4', 'identity', 'zstd'],
  ] as const)('%s, by default %s: %s', (accepted, missing, encoding) => {
    expect(chooseEncoding(accepted, missing)).toBe(encoding)
  })
})

describe('a query', () => {
  const log = {
    timeSeconds: 0,
    contents: [
      { key: Buffer.from('level'), value: Buffer.from('ERROR') },
      { key: Buffer.from('msg'), value: Buffer.from("it's a*b~c (1.5)") },
    ],
  }
  it.each([
    ['*', true],
    ["* | where level = 'ERROR'", true],
    ["* | where level = 'error'", false],
    ["* | where level != 'INFO'", true],
    ["* | where other != 'INFO'", false],
    ["* | where msg like '%a*b~c%'", true],
    ["* | where msg like '%1_5)'", true],
    ["* | where msg like 'a*b%'", false],
    ["* | where level = 'ERROR' and msg like 'it''s%'", true],
    ["* | where level = 'ERROR' and msg = ''", false],
  ])('%s lets the log through: %s', (statement, expected) => {
    expect(parseQuery(statement)?.(log)).toBe(expected)
  })

  it.each(['', 'level: ERROR', '* | select *', '* | where level > 5'])('is not "%s"', statement => {
    expect(parseQuery(statement)).toBeUndefined()
  })
})

describe('the project of a Host', () => {
  it.each([
    ['my-project', 'my-project'],
    ['my-project:8080', 'my-project'],
    ['my-project.127.0.0.1:8080', 'my-project'],
    ['my-project.cn-hangzhou.log.aliyuncs.com', 'my-project'],
    ['', ''],
  ])('%s is %s', (host, project) => {
    expect(projectOfHost(host)).toBe(project)
  })
})
