import { once } from 'node:events'
import https from 'node:https'
import net from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, it, onTestFinished } from 'vitest'
import { type HecReceiver, startHecReceiver } from '../../src/simulator/hec/receiver.ts'
import { createAuthority } from '../support/certificates.ts'
import { eventually } from '../support/eventually.ts'

const NAMES = 'IP:127.0.0.1,DNS:localhost'
const before = createAuthority()
const after = createAuthority()
const tokens = [{ token: 'secret' }]

async function start(): Promise<HecReceiver> {
  const hec = await startHecReceiver({ tokens, tls: before.issue(NAMES) })
  onTestFinished(hec.close)
  return hec
}

/** A client that trusts this authority, keeps its connection and resumes its TLS sessions: `200`, or the error's code. */
function createClient({ url }: HecReceiver, ca: string) {
  const agent = new https.Agent({ keepAlive: true, ca })
  onTestFinished(() => agent.destroy())
  return async (): Promise<string> => {
    const { promise, resolve } = Promise.withResolvers<string>()
    const headers = { authorization: 'Splunk secret' }
    const request = https.request(`${url}/services/collector`, { method: 'POST', headers, agent })
    request.on('response', response => text(response).then(() => resolve(`${response.statusCode}`)))
    request.on('error', error => resolve('code' in error ? String(error.code) : error.message))
    request.end('{"event":"a"}')
    return promise
  }
}

it('speaks TLS, faults included', async () => {
  const hec = await start()
  const post = createClient(hec, before.ca)
  expect(await post()).toBe('200')
  hec.faults.add({ fault: { kind: 'reset-before-reply' }, times: 1 })
  expect(await post()).toBe('ECONNRESET')
  expect(hec.events).toHaveLength(2)
})

it('shows another certificate from the moment it is given one, also on sessions that are resumed', async () => {
  const hec = await start()
  const [trusting, waiting] = [createClient(hec, before.ca), createClient(hec, after.ca)]
  expect(await trusting()).toBe('200')
  expect(await waiting()).not.toBe('200')
  hec.setCertificate(after.issue(NAMES))
  // The connection that it kept may not know yet that it is broken.
  await eventually(async () => (await trusting()) !== 'ECONNRESET', { withinMs: 20_000 })
  expect(await trusting()).not.toBe('200')
  expect(await waiting()).toBe('200')
  expect(hec.events).toHaveLength(2)
})

it('breaks a request under way when its certificate changes', async () => {
  const hec = await start()
  const { strikes } = hec.faults.add({ fault: { kind: 'hang' } })
  const posted = createClient(hec, before.ca)()
  await eventually(() => strikes() === 1, { withinMs: 20_000 })
  hec.setCertificate(before.issue(NAMES))
  expect(await posted).toBe('ECONNRESET')
})

it('asks clients for certificates as before when its own changes', async () => {
  const tls = { ...before.issue(NAMES), ca: before.ca, requestCert: true, rejectUnauthorized: true }
  const hec = await startHecReceiver({ tokens, tls })
  onTestFinished(hec.close)
  hec.setCertificate(after.issue(NAMES))
  const agent = new https.Agent({ ca: after.ca, ...before.issue('DNS:client') })
  const request = https.request(`${hec.url}/services/collector/health`, { agent }).end()
  const [response] = await once(request, 'response')
  expect(response.resume().statusCode).toBe(200)
})

it('has no certificate to change without TLS', async () => {
  const plain = await startHecReceiver({ tokens })
  onTestFinished(plain.close)
  expect(() => plain.setCertificate(after.issue(NAMES))).toThrow('without TLS')
})

it.each(['restart', 'down'] as const)('breaks handshakes under way on %s', async how => {
  const hec = await start()
  const silent = net.connect(Number(new URL(hec.url).port), '127.0.0.1')
  silent.on('error', () => {})
  onTestFinished(() => void silent.destroy())
  await eventually(() => hec.counters.connections === 1, { withinMs: 20_000 })
  const closed = once(silent, 'close')
  silent.resume()
  await hec[how]()
  await closed
})
