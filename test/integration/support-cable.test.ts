import { once } from 'node:events'
import net, { type Socket } from 'node:net'
import { afterAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { startHecReceiver } from '../../src/simulator/hec/receiver.ts'
import { type Cable, type CableMode, startCable } from '../support/cable.ts'
import { eventually } from '../support/eventually.ts'
import { expectNothingOpen } from '../support/invariants.ts'

const HOST = '127.0.0.1'
const SOON = { withinMs: 20_000 }

/** One side of a connection, and what it has seen so far. */
interface End {
  readonly socket: Socket
  /** Text that arrived, then `<end>` or `<error code>`. */
  readonly seen: () => string
}

let cable: Cable
/** What goes by it is not cut: it has arrived, so could have what was sent before on the other. */
let witness: Cable
/** The server's ends, in the order accepted. */
let accepted: End[]

beforeEach(async () => {
  accepted = []
  const port = await startServer(end => accepted.push(end))
  cable = await startCable({ port })
  witness = await startCable({ port })
  onTestFinished(async () => {
    await cable.close()
    await witness.close()
  })
})

afterAll(expectNothingOpen)

async function startServer(accept: (end: End) => void): Promise<number> {
  const server = net.createServer({ allowHalfOpen: true }, socket => accept(endOf(socket)))
  server.listen(0, HOST)
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

function endOf(socket: Socket): End {
  let seen = ''
  socket.on('data', (text: Buffer) => {
    seen += text
  })
  socket.on('end', () => {
    seen += '<end>'
  })
  socket.on('error', error => {
    seen += `<${'code' in error ? error.code : error.message}>`
  })
  onTestFinished(() => void socket.destroy())
  return { socket, seen: () => seen }
}

function call({ port }: Cable): End {
  return endOf(net.connect({ port, host: HOST, allowHalfOpen: true }))
}

/** A client and the server's end of its connection, after a first word each way. */
async function talk(over = cable): Promise<{ client: End; server: End }> {
  const before = accepted.length
  const client = call(over)
  client.socket.write('hello')
  const server = await eventually(() => accepted[before], SOON)
  await sees(server, 'hello')
  server.socket.write('welcome')
  await sees(client, 'welcome')
  return { client, server }
}

async function sees(end: End, text: string): Promise<void> {
  await eventually(() => end.seen() === text, { ...SOON, what: text, state: end.seen })
}

/** Time enough for anything that is under way to arrive. */
async function afterWhile(): Promise<void> {
  for (let round = 0; round < 3; round++) (await talk(witness)).client.socket.destroy()
}

const pass: CableMode = { kind: 'pass' }

describe('a cable that passes', () => {
  it('carries bytes and ends, each way by itself', async () => {
    const { client, server } = await talk()
    client.socket.end(' and goodbye')
    await sees(server, 'hello and goodbye<end>')
    server.socket.write(' late')
    await sees(client, 'welcome late')
    server.socket.end()
    await sees(client, 'welcome late<end>')
    await eventually(() => cable.connections() === 0, SOON)
  })

  it('carries resets both ways', async () => {
    const first = await talk()
    first.client.socket.resetAndDestroy()
    await sees(first.server, 'hello<ECONNRESET>')
    const second = await talk()
    second.server.socket.resetAndDestroy()
    await sees(second.client, 'welcome<ECONNRESET>')
    await eventually(() => cable.connections() === 0, SOON)
  })

  it('carries more than it can hold, whoever reads late', async () => {
    const { client, server } = await talk()
    server.socket.pause()
    const much = 'x'.repeat(20_000_000)
    client.socket.end(much)
    await afterWhile()
    server.socket.resume()
    await eventually(() => server.seen().endsWith('<end>'), SOON)
    expect(server.seen() === `hello${much}<end>`).toBe(true)
  })

  it('tells a server that its client has left while it answers', async () => {
    const { client, server } = await talk()
    client.socket.destroy()
    const answering = setInterval(() => server.socket.write('answer'), 10)
    onTestFinished(() => clearInterval(answering))
    await eventually(() => /<(EPIPE|ECONNRESET)>$/.test(server.seen()), SOON)
  })

  it('shows a server that does not listen as a reset', async () => {
    const nowhere = await startCable({ port: await freePort() })
    onTestFinished(nowhere.close)
    await sees(call(nowhere), '<ECONNRESET>')
  })

  it('carries HTTP', async () => {
    const hec = await startHecReceiver({ tokens: [{ token: 'secret' }] })
    onTestFinished(hec.close)
    const over = await startCable({ port: Number(new URL(hec.url).port) })
    onTestFinished(over.close)
    const headers = { authorization: 'Splunk secret' }
    const url = `${over.url}/services/collector`
    const response = await fetch(url, { method: 'POST', headers, body: '{"event":"a"}' })
    expect(await response.json()).toEqual({ text: 'Success', code: 0 })
    expect(hec.events).toEqual([{ event: 'a' }])
  })
})

async function freePort(): Promise<number> {
  const { port, close } = await startCable({ port: 1 })
  await close()
  return port
}

describe('a cable that refuses', () => {
  it('resets what is there and lets nobody connect, until it passes again on the same port', async () => {
    const { client, server } = await talk()
    await cable.set({ kind: 'refuse' })
    await sees(client, 'welcome<ECONNRESET>')
    await sees(server, 'hello<ECONNRESET>')
    await sees(call(cable), '<ECONNREFUSED>')
    await cable.set(pass)
    await talk()
  })
})

describe('a cable that is reset', () => {
  it('resets what is there, held or not, and passes what comes', async () => {
    const { client, server } = await talk()
    await cable.set({ kind: 'black-hole' })
    const held = call(cable)
    await eventually(() => cable.connections() === 2, SOON)
    await cable.set({ kind: 'reset' })
    await sees(client, 'welcome<ECONNRESET>')
    await sees(server, 'hello<ECONNRESET>')
    await sees(held, '<ECONNRESET>')
    await talk()
  })
})

describe('a cable that is cut', () => {
  const directions: readonly [CableMode['kind'] & ('black-hole' | `${string}-only`), boolean, boolean][] = [
    ['black-hole', false, false],
    ['upstream-only', true, false],
    ['downstream-only', false, true],
  ]

  it.each(directions)(
    '%s: what is sent arrives upstream: %s, downstream: %s; the rest waits',
    async (kind, up, down) => {
      const { client, server } = await talk()
      await cable.set({ kind })
      client.socket.write(' question')
      server.socket.write(' answer')
      if (up) await sees(server, 'hello question')
      if (down) await sees(client, 'welcome answer')
      await afterWhile()
      expect([server.seen(), client.seen()]).toEqual([
        up ? 'hello question' : 'hello',
        down ? 'welcome answer' : 'welcome',
      ])
      await cable.set(pass)
      await sees(server, 'hello question')
      await sees(client, 'welcome answer')
    },
  )

  it.each(directions)('%s: how a side ends shows upstream: %s, downstream: %s', async (kind, up, down) => {
    const [ending, resetting, dying] = [await talk(), await talk(), await talk()]
    await cable.set({ kind })
    ending.client.socket.end()
    ending.server.socket.end()
    resetting.client.socket.resetAndDestroy()
    dying.server.socket.resetAndDestroy()
    const seen = () => [ending.server, resetting.server, ending.client, dying.client].map(end => end.seen())
    const upstream = ['hello<end>', 'hello<ECONNRESET>']
    const downstream = ['welcome<end>', 'welcome<ECONNRESET>']
    const expected = [
      ...(up ? upstream : ['hello', 'hello']),
      ...(down ? downstream : ['welcome', 'welcome']),
    ]
    await eventually(() => `${seen()}` === `${expected}`, { ...SOON, state: seen })
    await afterWhile()
    expect(seen()).toEqual(expected)
    await cable.set(pass)
    await eventually(() => `${seen()}` === `${[...upstream, ...downstream]}`, { ...SOON, state: seen })
  })

  it.each(directions)(
    '%s: who connects is accepted, and reaches the server only upstream: %s',
    async (kind, up) => {
      await cable.set({ kind })
      const client = call(cable)
      await once(client.socket, 'connect')
      client.socket.write('first')
      const arrived = () => accepted.map(end => end.seen()).filter(seen => !seen.startsWith('hello'))
      if (up) await eventually(() => `${arrived()}` === 'first', SOON)
      await afterWhile()
      expect(arrived()).toEqual(up ? ['first'] : [])
      await cable.set(pass)
      await eventually(() => `${arrived()}` === 'first', SOON)
    },
  )

  it('keeps a dead server from a client whose requests still arrive', async () => {
    const { client, server } = await talk()
    await cable.set({ kind: 'upstream-only' })
    server.socket.resetAndDestroy()
    for (const word of ['is', 'anybody', 'there']) {
      client.socket.write(word)
      await afterWhile()
    }
    expect(client.seen()).toBe('welcome')
    await cable.set(pass)
    await sees(client, 'welcome<ECONNRESET>')
  })

  it('changes from one cut to another without letting anything slip', async () => {
    const { client, server } = await talk()
    await cable.set({ kind: 'slow', bytesPerSecond: 0.001 })
    client.socket.write(' question')
    server.socket.write(' answer')
    await afterWhile()
    await cable.set({ kind: 'black-hole' })
    await afterWhile()
    expect([server.seen(), client.seen()]).toEqual(['hello', 'welcome'])
    await cable.set({ kind: 'upstream-only' })
    await sees(server, 'hello question')
    await afterWhile()
    expect(client.seen()).toBe('welcome')
    await cable.set({ kind: 'downstream-only' })
    await sees(client, 'welcome answer')
  })
})

describe('a slow cable', () => {
  it('lets a little through both ways at a time, and the rest as soon as it is fast again', async () => {
    const { client, server } = await talk()
    await cable.set({ kind: 'slow', bytesPerSecond: 20 })
    const much = 'x'.repeat(10_000)
    client.socket.write(much)
    server.socket.write(much)
    await eventually(() => server.seen() !== 'hello' && client.seen() !== 'welcome', SOON)
    expect(server.seen().length).toBeLessThan(10_000)
    expect(client.seen().length).toBeLessThan(10_000)
    await cable.set(pass)
    await sees(server, `hello${much}`)
    await sees(client, `welcome${much}`)
  })

  it('takes the time that the bytes of all its connections need', async () => {
    const talks = [await talk(), await talk()]
    await cable.set({ kind: 'slow', bytesPerSecond: 2_000 })
    const begin = performance.now()
    for (const { client } of talks) client.socket.end('x'.repeat(500))
    for (const { server } of talks) await sees(server, `hello${'x'.repeat(500)}<end>`)
    expect(performance.now() - begin).toBeGreaterThanOrEqual(490)
  })
})

describe('a cable that truncates', () => {
  it('ends the answer of each connection after so many bytes from now on, and resets the server', async () => {
    const talks = [await talk(), await talk()]
    await cable.set({ kind: 'truncate', afterBytes: 5 })
    for (const { client, server } of talks) {
      client.socket.write(' question')
      await sees(server, 'hello question')
      server.socket.write('123')
      server.socket.write('456')
      await sees(client, 'welcome12345<end>')
      await sees(server, 'hello question<ECONNRESET>')
    }
    await cable.set(pass)
    await talk()
  })
})
