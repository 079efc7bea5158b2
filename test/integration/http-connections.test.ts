/** Connections to the HTTP endpoint that say nothing, or not enough: closed, and in nobody's way. */

import dns from 'node:dns'
import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { MAX_CONNECTIONS } from '../../src/supervisor/http/connections.ts'
import type { AtEnd } from '../support/at-end.ts'
import { createAuthority } from '../support/certificates.ts'
import { eventually } from '../support/eventually.ts'
import { keepSilent } from '../support/silent-connections.ts'
import { healthy } from '../support/status-documents.ts'
import { type StatusServer, serveStatus } from '../support/status-server.ts'
import { watchStatus } from '../support/status-watcher.ts'

const WITHIN = { withinMs: 5_000 }

/** A connection to the endpoint, and what it says of itself. */
async function connectTo({ url }: StatusServer, atEnd: AtEnd, says = '') {
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(url).port) })
  atEnd(() => void socket.destroy())
  let ended = false
  socket
    .on('error', () => {})
    .once('close', () => {
      ended = true
    })
  await once(socket.resume(), 'connect')
  if (says !== '') socket.write(says)
  return { socket, ended: () => ended }
}

const CERTIFICATE = createAuthority().issue('IP:127.0.0.1')
const CLOSED = { withinMs: 20_000, what: 'it is closed' }

describe.concurrent('a connection', () => {
  it.for([
    ['that says nothing', ''],
    ['that begins a request and leaves it at that', 'GET /metrics HTTP/1.1\r\nhost: a\r\n'],
    ['that says nothing after its request', 'GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n'],
  ])('%s is closed', async ([, says], { onTestFinished }) => {
    const server = await serveStatus(healthy(), onTestFinished)
    const { ended } = await connectTo(server, onTestFinished, says)
    await eventually(ended, CLOSED)
  })

  it('that begins no handshake is closed', async ({ onTestFinished }) => {
    const server = await serveStatus(healthy(), onTestFinished, { tls: CERTIFICATE })
    const { ended } = await connectTo(server, onTestFinished)
    await eventually(ended, CLOSED)
  })

  it('that talks slowly is closed, however often a byte comes', async ({ onTestFinished }) => {
    const server = await serveStatus(healthy(), onTestFinished)
    const { socket, ended } = await connectTo(server, onTestFinished, 'GET / HTTP/1.1\r\n')
    const talking = setInterval(() => socket.write('a: b\r\n'), 200)
    onTestFinished(() => clearInterval(talking))
    await eventually(ended, CLOSED)
  })

  it('of a live page stays, longer than any other may be silent', async ({ onTestFinished }) => {
    const watcher = await watchStatus(await serveStatus(healthy(), onTestFinished), onTestFinished)
    await eventually(() => watcher.messages().length > 8, { withinMs: 30_000 })
    expect(watcher.ended()).toBe(false)
  })
})

describe('a crowd of silent connections', () => {
  it('keeps nobody out who asks, and ends nothing that is in progress', async () => {
    const server = await serveStatus(healthy(), onTestFinished)
    const watcher = await watchStatus(server, onTestFinished)
    const silent = keepSilent(Number(new URL(server.url).port), 200, onTestFinished)
    await eventually(() => silent.opened() >= 200, WITHIN)
    for (let n = 0; n < 10; n++) {
      const answer = await fetch(`${server.url}/metrics`, { headers: { connection: 'close' } })
      expect([answer.status, (await answer.text()).length > 0]).toEqual([200, true])
    }
    const before = watcher.messages().length
    await eventually(() => watcher.messages().length > before + 1, WITHIN)
    expect(server.warnings).toEqual([
      expect.stringMatching(/^more than 64 connections to http\.listen: .* from 127\.0\.0\.1; .* Fix: /),
    ])
  })

  it('gives way from its front, and no more of it than there is too much', async () => {
    const server = await serveStatus(healthy(), onTestFinished)
    const crowd: Awaited<ReturnType<typeof connectTo>>[] = []
    for (let n = 0; n < MAX_CONNECTIONS + 10; n++) crowd.push(await connectTo(server, onTestFinished))
    const ended = () => crowd.flatMap((each, n) => (each.ended() ? [n] : []))
    await eventually(() => ended().length >= 10, WITHIN)
    expect(ended()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  it('has one server to come to also by the name localhost, whose addresses are not asked for', async () => {
    const lookup = vi.spyOn(dns, 'lookup')
    onTestFinished(() => lookup.mockRestore())
    const { url } = await serveStatus(healthy(), onTestFinished, { host: 'localhost' })
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:/)
    expect(lookup.mock.calls.map(([host]) => host)).not.toContain('localhost')
  })
})
