import { describe, expect, test } from 'vitest'
import { givenUpOf, nothingOf, summaryOf } from '../../../../src/commands/preview/account.ts'
import { previewShard, type ShardPreview } from '../../../../src/commands/preview/shard.ts'
import { encodeLogGroupList } from '../../../../src/simulator/wire.ts'
import type { Cursor } from '../../../../src/sls/cursor.ts'
import { moved } from '../../../../src/sls/cursor.ts'
import type { SlsResult } from '../../../../src/sls/errors.ts'
import type { Page } from '../../../../src/sls/page.ts'
import { createEncode } from '../../../../src/worker/encode/page-encoder.ts'
import { createPlanner } from '../../../../src/worker/encode/plan.ts'
import { ROUTED } from '../../worker/encode/pages.ts'

const FROM = Buffer.from('1000').toString('base64')

/** One log a group; those of the topic `dropped` are. */
const groupOf = (topic: string) => ({ topic, tags: [], logs: [{ timeSeconds: 1_795_000_000, contents: [] }] })

/** A shard that has pages without end, and the numbers of groups that it was asked for. */
function endlessShard(topicOf: (group: number) => string, damage = (data: Uint8Array) => data) {
  const asked: number[] = []
  let next = 0
  async function pull(_: number, from: Cursor, __: AbortSignal, groups = 1): Promise<SlsResult<Page>> {
    asked.push(groups)
    const topics = Array.from({ length: groups }, () => topicOf(next++))
    const data = damage(encodeLogGroupList(topics.map(groupOf)))
    return {
      kind: 'ok',
      value: { from, next: moved(from, groups) ?? from, data, groups, atEnd: false, release() {} },
    }
  }
  const never = async () => {
    throw new Error('is not asked for')
  }
  return { asked, client: { pull, cursorAt: never, timeOf: never } }
}

async function previewOf(shard: ReturnType<typeof endlessShard>, limit: number) {
  const events: string[] = []
  const encode = createEncode(createPlanner(ROUTED))
  const preview = await previewShard(
    shard,
    { shard: 7, from: FROM, encode },
    {
      limit,
      show: event => void events.push(Buffer.from(event).toString()),
      signal: new AbortController().signal,
    },
  )
  return { events, preview }
}

describe('a shard without end', () => {
  test('is read until enough is shown, and what lies behind is not counted', async () => {
    const shard = endlessShard(group => (group % 3 === 0 ? 'kept' : 'dropped'))
    const { events, preview } = await previewOf(shard, 2)
    expect(events).toHaveLength(2)
    expect(events.every(event => event.endsWith('}}\n') && event.includes('"__topic__":"kept"'))).toBe(true)
    expect(preview).toEqual({ shard: 7, from: FROM, shown: 2, dropped: 2, end: { kind: 'read' } })
  })

  test('of which routes drop all is given up, read in ever larger pages', async () => {
    const shard = endlessShard(() => 'dropped')
    const { preview } = await previewOf(shard, 1)
    expect(shard.asked.slice(0, 4)).toEqual([1, 2, 4, 8])
    expect(Math.max(...shard.asked)).toBe(1_000)
    const read = shard.asked.reduce((sum, groups) => sum + groups, 0)
    expect(preview).toMatchObject({ shown: 0, dropped: read, end: { kind: 'given-up', pulls: 30 } })
    expect(givenUpOf(preview)).toContain('shard 7: ended after 30 pages')
  })

  test('of which a page is corrupt shows nothing of it', async () => {
    const shard = endlessShard(
      () => 'kept',
      data => data.subarray(0, data.length - 1),
    )
    const { events, preview } = await previewOf(shard, 5)
    expect(events).toEqual([])
    expect(preview.end.kind).toBe('corrupt')
  })
})

const preview = (shard: number, shown: number, dropped: number): ShardPreview => ({
  shard,
  from: FROM,
  shown,
  dropped,
  end: { kind: 'read' },
})

test.for([
  [[], '0 logs read: 0 shown, 0 dropped by routes', 'no log lies behind'],
  [[preview(0, 0, 0)], '0 logs read: 0 shown, 0 dropped by routes; read from shard 0 at MTAwMA==', 'no log'],
  [
    [preview(3, 0, 1)],
    '1 log read: 0 shown, 1 dropped by routes; read from shard 3 at MTAwMA==',
    'routes drop',
  ],
  [
    [preview(0, 4, 1), preview(2, 3, 0)],
    '8 logs read: 7 shown, 1 dropped by routes; read from shard 0 at MTAwMA==, shard 2 at MTAwMA==',
    undefined,
  ],
] as const)('%j is told as: %s', ([previews, summary, nothing]) => {
  expect(summaryOf(previews)).toBe(summary)
  if (nothing === undefined) expect(nothingOf(previews)).toBeUndefined()
  else expect(nothingOf(previews)).toContain(nothing)
})
