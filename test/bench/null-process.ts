/**
 * The null pipeline, a process of its own: with the service's own clients it pulls, decompresses and posts as many bytes
 * as the service would, without encoding any. Prints what it did in the time given, and what CPU that took.
 */

import type { SlsConfig, SplunkConfig } from '../../src/config/types.ts'
import { createNodeClient } from '../../src/http/node-client.ts'
import { createSlsClient } from '../../src/sls/client.ts'
import { createHecClient } from '../../src/splunk/client.ts'
import { createToken } from '../../src/splunk/token.ts'
import { createPageMemory, regionBytes } from '../../src/worker/read/page-memory.ts'
import { encoderModule } from '../support/encoder-module.ts'
import { ACCESS_KEY, GROUP, LOGSTORE, PROJECT, TOKEN } from './names.ts'
import { BATCH_BYTES, encodeAll, encoder, makePage } from './pages.ts'

const [slsUrl = '', hecUrl = '', work = '', seconds = '4'] = process.argv.slice(2)
const WARM_UP_MS = 2_000
const SHARD = 0
/** As the service has it with the usual `in_flight_bytes`. */
const PAGES_BYTES = 60 * 1024 * 1024
const forever = new AbortController().signal

const sls: SlsConfig = {
  endpoint: slsUrl,
  region: 'cn-hangzhou',
  signature: 'v4',
  credentials: { kind: 'keys', accessKeyId: ACCESS_KEY.id, accessKeySecret: ACCESS_KEY.secret },
  tls: { verify: true },
  timeoutMs: 30_000,
}
const splunk: SplunkConfig = {
  urls: [hecUrl],
  token: TOKEN,
  tls: { verify: true },
  timeoutMs: 30_000,
  compression: 'none',
  batchBytes: BATCH_BYTES,
  metadata: {},
}

const { unpack } = createPageMemory(encoderModule({ pagesBytes: regionBytes(PAGES_BYTES) }))
const source = createSlsClient({
  sls,
  project: PROJECT,
  logstore: LOGSTORE,
  consumerGroup: GROUP,
  consumer: 'null',
  createHttp: createNodeClient,
  maxSockets: 4,
  heartbeatIntervalMs: 10_000,
  unpack,
})
const sink = createHecClient({
  splunk,
  url: hecUrl,
  token: createToken(TOKEN, undefined),
  createHttp: createNodeClient,
  maxSockets: 4,
})

/** The bodies of one page, encoded once. */
function makeBodies() {
  const page = makePage()
  const bodies: Buffer[] = []
  encodeAll(encoder(), page, new Uint8Array(BATCH_BYTES), bytes => bodies.push(Buffer.from(bytes)))
  return { rawBytesEach: page.length / bodies.length, bodies }
}

const { rawBytesEach, bodies } = makeBodies()
const begin = await beginning()
let cursor = begin

async function beginning(): Promise<string> {
  const found = await source.cursorAt(SHARD, { kind: 'begin' }, forever)
  if (found.kind !== 'ok') throw new Error(found.failure.message)
  return found.value
}

/** Answers the page's bytes. What there is is read again and again. */
async function pull(): Promise<number> {
  const pulled = await source.pull(SHARD, cursor, forever)
  if (pulled.kind !== 'ok') throw new Error(pulled.failure.message)
  const { data, next, atEnd, release } = pulled.value
  const { length } = data
  cursor = atEnd ? begin : next
  release()
  return length
}

async function post(rawBytes: number): Promise<void> {
  for (let sent = 0; sent < rawBytes; sent += rawBytesEach) {
    const bytes = bodies[Math.floor(sent / rawBytesEach) % bodies.length] ?? Buffer.alloc(0)
    const { verdict } = await sink.post(
      { bytes, gzip: false, events: 1, rawBytes: bytes.length },
      'null',
      forever,
    )
    if (verdict.kind !== 'delivered') throw new Error(`Splunk's verdict is ${verdict.kind}`)
  }
}

/** One page; the next one is pulled meanwhile. */
function createStep() {
  if (work === 'pull') return pull
  if (work === 'post')
    return async () => {
      const rawBytes = rawBytesEach * bodies.length
      await post(rawBytes)
      return rawBytes
    }
  let ahead = pull()
  return async () => {
    const rawBytes = await ahead
    ahead = pull()
    await post(rawBytes)
    return rawBytes
  }
}

const step = createStep()

async function workFor(ms: number): Promise<number> {
  const startedAtMs = performance.now()
  let rawBytes = 0
  while (performance.now() - startedAtMs < ms) rawBytes += await step()
  return rawBytes
}

await workFor(WARM_UP_MS)
const before = process.cpuUsage()
const rawBytes = await workFor(Number(seconds) * 1_000)
const { user, system } = process.cpuUsage(before)
process.stdout.write(`${JSON.stringify({ rawBytes, cpuSeconds: (user + system) / 1e6 })}\n`)
process.exit()
