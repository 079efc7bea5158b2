/** `dead-letters show` and `dead-letters replay`, as processes, against the HEC receiver. */

import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { htmlReply } from '../../src/simulator/hec/answers.ts'
import { bodyHas } from '../../src/simulator/hec/faults.ts'
import { type HecReceiverOptions, startHecReceiver } from '../../src/simulator/hec/receiver.ts'
import type { AtEnd } from '../support/at-end.ts'
import { configOf, createBox, letterOf, runCommand } from '../support/dead-letters.ts'
import { eventually } from '../support/eventually.ts'

const TOKEN = 'token-of-the-dead-letters'
const GENEROUS_MS = 40_000

async function setUp(
  onTestFinished: AtEnd,
  hecOptions: Partial<HecReceiverOptions> = {},
  splunk: Readonly<Record<string, unknown>> = {},
) {
  const box = createBox(onTestFinished)
  const bodies: string[] = []
  const hec = await startHecReceiver({
    tokens: [{ token: TOKEN, indexes: ['main'] }],
    onBody: (body, events) => void (events > 0 && bodies.push(body.toString())),
    ...hecOptions,
  })
  onTestFinished(() => hec.close())
  const config = configOf(box.directory, { url: hec.url, token: TOKEN, ...splunk })
  const run = (...args: string[]) => runCommand(args, { directory: box.directory, config }, onTestFinished)
  return { box, hec, run, bodies }
}

const eventsIn = (bodies: readonly string[]) => bodies.flatMap(body => body.trimEnd().split('\n'))
const numbersOf = (bodies: readonly string[]) =>
  eventsIn(bodies).map(event => Number(JSON.parse(event).event.n))
const rowOf = (output: string, reason: string) =>
  output
    .split('\n')
    .find(line => line.startsWith(reason))
    ?.split(/ +/)
    .slice(1)
    .map(Number)

describe('dead-letters replay', () => {
  it('sends every letter again, byte by byte, and leaves nothing', async ({ onTestFinished }) => {
    const { box, run, bodies } = await setUp(onTestFinished)
    const letters = [0, 1, 2, 3, 4].map(n => letterOf(n))
    box.put('a.ndjson', letters.slice(0, 2))
    box.put('b.ndjson', letters.slice(2))
    const replay = run('replay', '--yes')
    expect(await replay.ended, replay.errors()).toBe(0)
    expect(eventsIn(bodies)).toEqual(letters.map(({ event }) => event))
    expect(box.names()).toEqual([])
    expect(rowOf(replay.output(), 'event-refused')).toEqual([5, 0, 0])
  })

  it('keeps what Splunk refuses as it was, with the new answer, sent once in a replay', async ({
    onTestFinished,
  }) => {
    const { box, hec, run, bodies } = await setUp(onTestFinished)
    const refused = letterOf(1, { event: '{"time":1795451657.581943529,"index":"secure","event":{"n":"1"}}' })
    box.put('a.ndjson', [letterOf(0), refused, letterOf(2)])
    for (const replays of [1, 2]) {
      const replay = run('replay', '--yes')
      expect(await replay.ended, replay.errors()).toBe(0)
      expect(box.letters()).toEqual([
        {
          ...refused,
          reason: 'index-refused',
          status: 400,
          code: 7,
          answer: 'Incorrect index',
          replays,
        },
      ])
      expect(replay.output()).toContain('Splunk refuses these indexes: secure (1 event). To do:')
    }
    expect(box.names()).toEqual(['a.ndjson'])
    expect(hec.counters.events).toBe(2)
    expect(hec.counters.requests).toBe(3)

    hec.setToken({ token: TOKEN, indexes: ['main', 'secure'] })
    const mended = run('replay', '--yes')
    expect(await mended.ended).toBe(0)
    expect(eventsIn(bodies).at(-1)).toBe(refused.event)
    expect(box.names()).toEqual([])
  })

  it.for([
    ['Splunk is not there', 'Splunk cannot be reached'],
    ['Splunk refuses the token', 'Splunk refuses the HEC token'],
    ['a portal answers', "the answer is not the HTTP Event Collector's"],
    ['a proxy refuses everything', "the answer is not the HTTP Event Collector's"],
  ])('ends with 1 and keeps everything when %s', async ([trouble = '', said], { onTestFinished }) => {
    const { box, hec, run } = await setUp(onTestFinished)
    const letters = [0, 1, 2].map(n => letterOf(n))
    box.put('a.ndjson', letters.slice(0, 1))
    box.put('b.ndjson', letters.slice(1))
    if (trouble.includes('not there')) await hec.down()
    if (trouble.includes('token')) hec.removeToken(TOKEN)
    if (trouble.includes('portal')) hec.faults.add({ fault: { kind: 'reply', status: 200, body: '<html>' } })
    if (trouble.includes('proxy')) hec.faults.add({ fault: { kind: 'reply', ...htmlReply(400) } })
    const replay = run('replay', '--yes')
    expect(await replay.ended).toBe(1)
    expect(replay.errors()).toContain(`stopped: ${said}`)
    expect(replay.errors()).toMatch(/stopped: .+: .+\. What was not accepted stays/)
    expect(rowOf(replay.output(), 'event-refused')).toEqual([0, 0, 3])
    expect(box.letters()).toEqual(letters)
    expect(box.names()).toEqual(['a.ndjson', 'b.ndjson'])
  })

  it('ends with 1 and keeps what Splunk takes and never acknowledges, sent once', async ({
    onTestFinished,
  }) => {
    const { box, run, bodies } = await setUp(
      onTestFinished,
      { tokens: [{ token: TOKEN, useAck: true }], ackDelayMs: Infinity },
      { acknowledgement: true, acknowledgement_timeout: '1s' },
    )
    box.put('a.ndjson', [letterOf(0)])
    const replay = run('replay', '--yes')
    expect(await replay.ended).toBe(1)
    expect(replay.errors()).toContain('stopped: Splunk has not acknowledged dead letters in time')
    expect(numbersOf(bodies)).toEqual([0])
    expect(box.letters()).toEqual([letterOf(0)])
  })

  it('goes on by one endpoint when another refuses the token', async ({ onTestFinished }) => {
    const { box, hec, bodies } = await setUp(onTestFinished)
    const refuses = await startHecReceiver({ tokens: [{ token: 'another' }] })
    onTestFinished(() => refuses.close())
    const config = configOf(box.directory, { url: [refuses.url, hec.url], token: TOKEN })
    // The second goes to the endpoint that was not asked for the first.
    for (const n of [0, 1]) box.put(`${n}.ndjson`, [letterOf(n)])
    const replay = runCommand(['replay', '--yes'], { directory: box.directory, config }, onTestFinished)
    expect(await replay.ended, replay.errors()).toBe(0)
    expect(refuses.counters.connections).toBe(1)
    expect(numbersOf(bodies)).toEqual([0, 1])
    expect(box.names()).toEqual([])
  })

  it('removes what was accepted also when it has to end in the middle', async ({ onTestFinished }) => {
    const { box, hec, run, bodies } = await setUp(onTestFinished)
    const letters = Array.from({ length: 1_300 }, (_, n) => letterOf(n))
    box.put('a.ndjson', letters)
    hec.faults.add({ fault: { kind: 'reply', status: 403, body: '' }, match: bodyHas('"n":"1200"') })
    const replay = run('replay', '--yes')
    expect(await replay.ended).toBe(1)
    expect(rowOf(replay.output(), 'event-refused')).toEqual([1_000, 0, 300])
    expect(numbersOf(bodies)).toHaveLength(1_000)
    expect(box.letters()).toEqual(letters.slice(1_000))
    expect(box.names()).toEqual(['a.ndjson'])
  })

  it('waits for a Splunk that is busy for a moment', async ({ onTestFinished }) => {
    const { box, hec, run, bodies } = await setUp(onTestFinished)
    box.put('a.ndjson', [letterOf(0)])
    hec.faults.add({ fault: { kind: 'reply', status: 503, body: '{"text":"busy","code":9}' }, times: 2 })
    expect(await run('replay', '--yes').ended).toBe(0)
    expect(numbersOf(bodies)).toEqual([0])
  })

  it('sends those of one source and one reason alone, and leaves the others as they are', async ({
    onTestFinished,
  }) => {
    const { box, run, bodies } = await setUp(onTestFinished)
    const others = [letterOf(0, { source: 'access' }), letterOf(1, { reason: 'too-large' })]
    box.put('a.ndjson', [...others, letterOf(2)])
    const replay = run('replay', '--yes', '--source', 'audit', '--reason', 'event-refused')
    expect(await replay.ended).toBe(0)
    expect(numbersOf(bodies)).toEqual([2])
    expect(box.letters()).toEqual(others)
    expect(replay.output()).not.toContain('too-large')
    const nothing = run('replay', '--yes', '--source', 'nobody')
    expect(await nothing.ended).toBe(0)
    expect(nothing.output()).toContain('no dead letters to send')
  })

  it('does not send log groups that killed a worker, and says so', async ({ onTestFinished }) => {
    const { box, hec, run } = await setUp(onTestFinished)
    const group = letterOf(0, { reason: 'kills-worker', event: '{"log_group_base64":"AAEC"}' })
    box.put('a.ndjson', [group, letterOf(1)])
    const replay = run('replay', '--yes')
    expect(await replay.ended).toBe(0)
    expect(replay.output()).toContain('1 letter of kills-worker not sent')
    expect(rowOf(replay.output(), 'kills-worker')).toEqual([0, 0, 1])
    expect(box.letters()).toEqual([group])
    expect(hec.counters.requests).toBe(1)
    const again = run('replay', '--yes')
    expect(await again.ended).toBe(0)
    expect(again.output()).toContain('kills-worker is not replayed')
  })

  it('keeps broken lines and names their file', async ({ onTestFinished }) => {
    const { box, run, bodies } = await setUp(onTestFinished)
    box.put('a.ndjson', [letterOf(0)], '{"time":"2026-01-31T08:00')
    const replay = run('replay', '--yes')
    expect(await replay.ended).toBe(0)
    expect(replay.output()).toContain('1 broken line in a.ndjson')
    expect(numbersOf(bodies)).toEqual([0])
    expect(box.names()).toEqual(['a.ndjson'])
  })

  it('asks first, and where nobody can be asked it sends nothing', async ({ onTestFinished }) => {
    const { box, hec, run } = await setUp(onTestFinished)
    box.put('a.ndjson', [letterOf(0)])
    const replay = run('replay')
    expect(await replay.ended).toBe(2)
    expect(replay.errors()).toContain('add --yes')
    expect(hec.counters.requests).toBe(0)
    expect(box.letters()).toEqual([letterOf(0)])
  })

  it('that was killed half-way is picked up by the next one, which repeats no more than one batch', async ({
    onTestFinished,
  }) => {
    const { box, hec, run, bodies } = await setUp(onTestFinished)
    const count = 1_300
    const letters = Array.from({ length: count }, (_, n) => letterOf(n))
    box.put('a.ndjson', letters)
    box.put('b.ndjson', [letterOf(count)])
    const hang = hec.faults.add({ fault: { kind: 'hang' }, match: bodyHas('"n":"1200"') })
    const first = run('replay', '--yes')
    await eventually(() => hang.strikes() > 0, {
      withinMs: GENEROUS_MS,
      what: 'the replay is in its second batch',
      state: () => [first.errors(), bodies.length],
    })
    first.signal('SIGKILL')
    expect(await first.ended).toBe('SIGKILL')
    hang.remove()
    expect(box.names()).toEqual(['a.ndjson.replaying', 'b.ndjson', 'replay.lock'])
    expect(box.letters()).toEqual([...letters.slice(1_000), letterOf(count)])

    const second = run('replay', '--yes')
    expect(await second.ended, second.errors()).toBe(0)
    expect(new Set(numbersOf(bodies)).size).toBe(count + 1)
    expect(numbersOf(bodies).length).toBeLessThanOrEqual(count + 1 + 300)
    expect(box.names()).toEqual([])
  })

  it('runs once at a time: a second one says who is at it, and sends nothing', async ({ onTestFinished }) => {
    const { box, hec, run, bodies } = await setUp(onTestFinished)
    box.put('a.ndjson', [letterOf(0), letterOf(1)])
    const hang = hec.faults.add({ fault: { kind: 'hang' }, match: bodyHas('"n":"1"') })
    const first = run('replay', '--yes')
    await eventually(() => hang.strikes() > 0, { withinMs: GENEROUS_MS, what: 'the first one is at it' })
    const second = run('replay', '--yes')
    expect(await second.ended).toBe(1)
    expect(second.errors()).toContain(`process ${first.pid} is replaying`)
    expect(bodies).toEqual([])

    first.signal('SIGTERM')
    expect(await first.ended).toBe(1)
    expect(first.errors()).toContain('stopped by a signal')
    expect(box.letters()).toEqual([letterOf(0), letterOf(1)])
    expect(box.names()).toEqual(['a.ndjson'])
  })
})

describe('dead-letters show', () => {
  const all = [
    letterOf(3),
    letterOf(1, { answer: 'the first' }),
    letterOf(5, { answer: 'the \u001b[31mlast' }),
    letterOf(4, { source: 'access' }),
    letterOf(2, { reason: 'too-large', status: 413, code: null, answer: '<html>\n' }),
  ]

  it('counts by reason, source and code, with times, room and an answer', async ({ onTestFinished }) => {
    const { box, run } = await setUp(onTestFinished)
    box.put('a.ndjson', all.slice(0, 2), '{"time":"2026')
    box.put('b.ndjson.replaying', all.slice(2))
    const show = run('show')
    expect(await show.ended, show.errors()).toBe(0)
    const [head, , heads, ...rows] = show.output().split('\n')
    expect(head).toMatch(/^5 dead letters in .*\/dead-letters, 1\.\d KiB of 1 GiB used \(0\.0 %\)$/)
    expect(heads?.split(/ {2,}/)).toEqual([
      'letters',
      'reason',
      'source',
      'code',
      'first',
      'last',
      'the last answer',
    ])
    expect(rows.slice(0, 3).map(row => row.trim().split(/ {2,}/))).toEqual([
      ['3', 'event-refused', 'audit', '6', timeOf(1), timeOf(5), '400 the [31mlast'],
      ['1', 'event-refused', 'access', '6', timeOf(4), timeOf(4), '400 Invalid data format'],
      ['1', 'too-large', 'audit', '-', timeOf(2), timeOf(2), '413 <html>'],
    ])
    expect(show.output()).toContain('1 broken line in a.ndjson')
  })

  it('gives the same as JSON', async ({ onTestFinished }) => {
    const { box, run } = await setUp(onTestFinished)
    box.put('a.ndjson', all, 'broken\n')
    const show = run('show', '--json')
    expect(await show.ended).toBe(0)
    expect(JSON.parse(show.output())).toMatchObject({
      directory: box.directory,
      exists: true,
      maxBytes: 1_073_741_824,
      letters: 5,
      groups: [
        { letters: 3, first: timeOf(1), last: timeOf(5), answer: 'the \u001b[31mlast' },
        { letters: 1, source: 'access' },
        { letters: 1, reason: 'too-large', code: null, status: 413 },
      ],
      broken: [{ file: 'a.ndjson', lines: 1 }],
    })
  })

  it('says when there are none, and when there is no directory', async ({ onTestFinished }) => {
    const { box, run } = await setUp(onTestFinished)
    const empty = run('show')
    expect(await empty.ended).toBe(0)
    expect(empty.output()).toBe(`no dead letters in ${box.directory}\n`)
    rmSync(box.directory, { recursive: true })
    const missing = run('show')
    expect(await missing.ended).toBe(0)
    expect(missing.output()).toContain(`there is no directory ${box.directory}`)
    const replay = run('replay', '--yes')
    expect(await replay.ended).toBe(0)
    expect(replay.output()).toContain('no dead letters to send')
    expect(existsSync(box.directory)).toBe(false)
  })

  it('ends with 78 when the configuration is invalid, and with 1 when it cannot read', async ({
    onTestFinished,
  }) => {
    const { box } = await setUp(onTestFinished)
    const place = { directory: box.directory, config: {} }
    for (const args of [['show'], ['replay', '--yes']])
      expect(await runCommand(args, place, onTestFinished).ended).toBe(78)
    const file = join(box.directory, 'file')
    box.put('file', [])
    const config = configOf(file, { url: 'http://127.0.0.1:1', token: TOKEN })
    const show = runCommand(['show'], { directory: box.directory, config }, onTestFinished)
    expect(await show.ended).toBe(1)
    expect(show.errors()).toContain(`cannot read the dead letters in ${file}: ENOTDIR`)
  })
})

function timeOf(n: number): string {
  return letterOf(n).time
}
