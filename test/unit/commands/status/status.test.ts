import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { localAddress } from '../../../../src/commands/status/address.ts'
import { type Answer, readAnswer } from '../../../../src/commands/status/answer.ts'
import { rowsOf } from '../../../../src/commands/status/rows.ts'
import type { StatusDocument } from '../../../../src/status/document.ts'
import * as documents from '../../../support/status-documents.ts'

/** As it is after its way over HTTP. */
function read(document: StatusDocument): Answer {
  const answer = readAnswer(JSON.parse(JSON.stringify(document)))
  if (!answer) throw new Error('not read')
  return answer
}
const rows = (document: StatusDocument) => rowsOf(read(document))
const rowWith = (document: StatusDocument, text: string) => rows(document).find(row => row.includes(text))

describe('the rows', () => {
  it.each(Object.entries(documents))('say the sentence of "%s" first', (_, document) => {
    const [first = ''] = rows(document())
    expect(first).toContain(document().summary.slice(0, 20))
    expect(first).toMatch(/^[✓!✗ ] (OK|DEGRADED|DOWN|STARTING) {2}\S/)
  })

  it('say what is wrong, what to do, where and since when', () => {
    const said = rows(documents.splunkDown()).slice(2, 7)
    expect(said).toEqual([
      '',
      '✗ Splunk cannot be reached (ECONNREFUSED)',
      '  what to do: check splunk.url, the firewall, and that the HTTP Event Collector is enabled',
      '  actiontrail, shards 0–7, splunk-1.example.com:8088 · since 6m 12s, 37 failed tries · goes on by itself once the cause is gone',
      '  docs/runbook.md#splunk-unreachable',
    ])
  })

  it('have a row for every consumer and every shard', () => {
    const large = rows(documents.large())
    expect(large.filter(row => /^ {4}soc-box-1-actiontrail-\d+ /.test(row))).toHaveLength(16)
    expect(large.filter(row => /^[ !] {3} *\d+ {2}(reading|caught up) /.test(row))).toHaveLength(64)
  })

  it('mark a shard that is held, one that falls behind, and one with dead letters', () => {
    const behind = documents.shardBehind()
    expect(rowWith(behind, ' held ')).toMatch(/^✗ {7}5 {2}held/)
    expect(rowWith(behind, 'expire in')).toMatch(/^✗ {7}3 .* 3h 56m {2}logs expire in 1h 30m/)
    expect(rows(behind).filter(row => row.startsWith('!   '))).toHaveLength(1)
  })

  it('have columns that stand under their heads', () => {
    const table = rows(documents.healthy()).filter(row => /shard {2}state|^[ !] {7}\d {2}/.test(row))
    const [head = ''] = table
    for (const row of table.slice(1)) expect(row.slice(head.indexOf('owner'))).toMatch(/^soc-box-1-/)
  })

  it('break sentences between words where a terminal is narrow, and lose none of them', () => {
    const wide = rows(documents.shardBehind())
    const narrow = rowsOf(read(documents.shardBehind()), 60)
    const sentences = narrow.slice(
      0,
      narrow.indexOf('  4 consumers; target for each: 2 MB/s at 20.0 % of a core') - 1,
    )
    for (const row of sentences) expect(row.length).toBeLessThanOrEqual(60)
    const words = (all: readonly string[]) => all.join(' ').split(/\s+/).join(' ')
    expect(words(narrow)).toBe(words(wide))
    expect(narrow.length).toBeGreaterThan(wide.length)
  })

  it('are not broken inside a word that is longer than the terminal', () => {
    const answer = { ...read(documents.empty()), summary: 'x'.repeat(90) }
    expect(rowsOf(answer, 20).join('')).toContain('x'.repeat(90))
  })

  it('show what others said without what steers a terminal', () => {
    const all = rows(documents.hostile()).join('\n')
    expect(stripVTControlCharacters(all)).toBe(all)
    expect(all).not.toContain('\u202e')
  })
})

describe('an answer', () => {
  it.each([
    ['nothing', undefined],
    ['a list', []],
    ['another document', { status: 'ok' }],
    ['a state that nobody knows', { ...documents.healthy(), state: 'splendid' }],
    ['no sources', { ...documents.healthy(), sources: undefined }],
  ])('is not read when it is %s', (_, body) => expect(readAnswer(body)).toBeUndefined())
})

describe('the address', () => {
  it.each([
    ['127.0.0.1', 'http://127.0.0.1:9464'],
    ['0.0.0.0', 'http://127.0.0.1:9464'],
    ['::', 'http://[::1]:9464'],
    ['fd00::1', 'http://[fd00::1]:9464'],
    ['soc-box.example.com', 'http://soc-box.example.com:9464'],
  ])('of a service that listens on %s is %s', (host, url) =>
    expect(localAddress({ host, port: 9464 }).url).toBe(url),
  )

  it('has the token, and is of this machine', () =>
    expect(localAddress({ host: '::1', port: 1, bearerToken: 'secret' })).toEqual({
      url: 'http://[::1]:1',
      isLocal: true,
      token: 'secret',
    }))
})
