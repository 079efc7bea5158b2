/** What the HTTP endpoint gives to browsers and to `sls2splunk status`. */

import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { healthy, splunkDown } from '../support/status-documents.ts'
import { serveStatus } from '../support/status-server.ts'
import { type StatusWatcher, watchStatus } from '../support/status-watcher.ts'

const WITHIN = { withinMs: 5_000 }

/** Of a path as it stands: `fetch` would mend it. */
async function statusOf(url: string, path: string): Promise<number | undefined> {
  const asked = get({ host: '127.0.0.1', port: new URL(url).port, path, agent: false })
  const [answer]: IncomingMessage[] = await once(asked, 'response')
  return answer?.resume().statusCode
}

describe('the page', () => {
  it('is served with all its files, their types, and nothing that lets others in', async () => {
    const { url } = await serveStatus(healthy(), onTestFinished)
    const page = await fetch(url)
    const files = [...(await page.text()).matchAll(/(?:src|href)="(\/page\/[^"]+)"/g)].map(([, path]) => path)
    expect(files).toEqual(expect.arrayContaining(['/page/style.css', '/page/main.js', '/page/icon.svg']))
    const types = []
    for (const path of ['/', ...files, '/docs/operation.md']) {
      const { status, headers } = await fetch(url + path)
      types.push(headers.get('content-type'))
      expect(status).toBe(200)
      expect(headers.get('content-security-policy')).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      )
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('access-control-allow-origin')).toBeNull()
    }
    expect(new Set(types)).toEqual(
      new Set([
        'text/html; charset=utf-8',
        'image/svg+xml',
        'text/css; charset=utf-8',
        'text/javascript; charset=utf-8',
        'text/plain; charset=utf-8',
      ]),
    )
  })

  it('has no script, style or address of elsewhere in it', async () => {
    const { url } = await serveStatus(healthy(), onTestFinished)
    const page = await (await fetch(url)).text()
    expect(page).not.toMatch(
      / style=| on[a-z]+=|<style|<script(?! type="module" src="\/page\/)|(src|href)="(https?:)?\/\//,
    )
  })

  it('is not sent again while it is the same', async () => {
    const { url } = await serveStatus(healthy(), onTestFinished)
    const first = await fetch(`${url}/page/main.js`)
    const etag = first.headers.get('etag') ?? ''
    const again = await fetch(`${url}/page/main.js`, { headers: { 'if-none-match': etag } })
    expect([again.status, await again.text(), again.headers.get('cache-control')]).toEqual([
      304,
      '',
      'no-cache',
    ])
  })

  it.each([
    '/page/',
    '/page/../cli.ts',
    '/page/%2e%2e/cli.ts',
    '/docs/../package.json',
    '/page/tsconfig.json',
  ])('does not give %s', async path => {
    const { url } = await serveStatus(healthy(), onTestFinished)
    expect(await statusOf(url, path)).toBe(404)
  })

  it.each(['/%', '/page/%E9', '/api/status%', '*%'])('refuses %s and goes on', async path => {
    const { url } = await serveStatus(healthy(), onTestFinished)
    expect(await statusOf(url, path)).toBeOneOf([400, 404])
    expect(await statusOf(url, '/api/status?%')).toBe(200)
  })
})

it('/api/status is the document, which nobody keeps', async () => {
  const { url } = await serveStatus(healthy(), onTestFinished)
  const answer = await fetch(`${url}/api/status`)
  expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(await answer.json()).toEqual(JSON.parse(JSON.stringify(healthy())))
})

describe('/api/events', () => {
  it('gives the document at once, then every second, as it then is', async () => {
    const server = await serveStatus(healthy(), onTestFinished)
    const watcher = await watchStatus(server, onTestFinished)
    expect([watcher.status, watcher.type]).toEqual([200, 'text/event-stream; charset=utf-8'])
    await eventually(() => watcher.messages().length > 0, WITHIN)
    server.show(splunkDown())
    await eventually(() => watcher.messages().length > 1, WITHIN)
    const [first = '', second = ''] = watcher.messages()
    expect([JSON.parse(first).state, JSON.parse(second).state]).toEqual(['ok', 'down'])
    expect(watcher.text()).toMatch(/^: .*\nretry: 1000\n\ndata: /)
  })

  it('asks for the document once for all who watch, and not at all when nobody does', async () => {
    const server = await serveStatus(healthy(), onTestFinished)
    const watchers: StatusWatcher[] = []
    for (let i = 0; i < 10; i++) watchers.push(await watchStatus(server, onTestFinished))
    await eventually(() => watchers.every(each => each.messages().length >= 4), { withinMs: 10_000 })
    // One for each that came, and one for each second.
    expect(server.asked()).toBeLessThan(20)
    for (const each of watchers) each.leave()
    // Between two looks at the clock a message may still have gone out; for good it stands still.
    let before = -1
    let since = performance.now()
    await eventually(
      () => {
        if (server.asked() !== before) since = performance.now()
        before = server.asked()
        return performance.now() - since > 1_500
      },
      { withinMs: 10_000, what: 'nobody asks' },
    )
  })

  it('has room for 32, and for another when one has left', async () => {
    const server = await serveStatus(healthy(), onTestFinished)
    const watchers = []
    for (let i = 0; i < 32; i++) watchers.push(await watchStatus(server, onTestFinished))
    const refused = await fetch(`${server.url}/api/events`)
    expect([refused.status, await refused.text()]).toEqual([503, expect.stringContaining('too many')])
    watchers[0]?.leave()
    await eventually(async () => (await watchStatus(server, onTestFinished)).status === 200, WITHIN)
  })

  it('ends when the service does', async () => {
    const server = await serveStatus(healthy(), onTestFinished)
    const watcher = await watchStatus(server, onTestFinished)
    await server.close()
    await eventually(watcher.ended, WITHIN)
  })

  it('goes on for the others when one does not read', async () => {
    const server = await serveStatus({ ...healthy(), summary: 'x'.repeat(4_000_000) }, onTestFinished)
    const { promise, resolve } = Promise.withResolvers<IncomingMessage>()
    const lazy = get(`${server.url}/api/events`, { agent: false }, resolve)
    onTestFinished(() => void lazy.destroy())
    const answer = await promise
    answer.pause()
    const watcher = await watchStatus(server, onTestFinished)
    await eventually(() => watcher.messages().length >= 4, { withinMs: 15_000 })
  })
})

describe('with a token', () => {
  const TOKEN = 'secret-of-the-page'
  const authorization = `Basic ${Buffer.from(`anybody:${TOKEN}`).toString('base64')}`

  it('a browser is asked for it, and comes in with it as its password', async () => {
    const { url } = await serveStatus(healthy(), onTestFinished, { bearerToken: TOKEN })
    for (const path of ['/', '/page/main.js', '/api/status', '/docs/operation.md']) {
      const refused = await fetch(url + path, { headers: { accept: 'text/html,*/*' } })
      expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
        401,
        'Basic realm="sls2splunk", charset="UTF-8"',
      ])
      expect(await refused.text()).not.toContain(TOKEN)
      expect((await fetch(url + path, { headers: { authorization } })).status).toBe(200)
    }
  })

  it('the events are not for anybody', async () => {
    const { url } = await serveStatus(healthy(), onTestFinished, { bearerToken: TOKEN })
    const refused = await fetch(`${url}/api/events`)
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
  })
})
