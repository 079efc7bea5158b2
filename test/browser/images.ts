/**
 * `npm run images`: pictures of the status page for the documentation, into docs/images/. All are of services that run:
 * the demonstration, and one whose Splunk goes down or slows down.
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { BrowserContextOptions } from 'playwright-core'
import { startHttp } from '../../src/supervisor/http/server.ts'
import { type AtEnd, createEnds } from '../support/at-end.ts'
import { type FarEnds, type FarEndsOptions, startFarEnds } from '../support/far-ends.ts'
import { openPage } from './browser.ts'

const FOLDER = fileURLToPath(new URL('../../docs/images/', import.meta.url))
const BIN = fileURLToPath(new URL('../../bin/sls2splunk.js', import.meta.url))

/** The time of day in the pictures is the same everywhere. */
const FIXED = { timezoneId: 'UTC' } satisfies BrowserContextOptions
const PHONE = { viewport: { width: 375, height: 1_000 }, isMobile: true } satisfies BrowserContextOptions
const DARK = { colorScheme: 'dark' } satisfies BrowserContextOptions
const WIDE = { viewport: { width: 1_280, height: 1_000 } } satisfies BrowserContextOptions
const TALL = { viewport: { width: 1_280, height: 1_600 } } satisfies BrowserContextOptions

interface Picture {
  readonly name: string
  readonly context: BrowserContextOptions
  /** What is at the top of the window; without it the page's own top. */
  readonly from?: string
}

/** A service that runs, and what is taken of it once it has run for so long. */
interface Scene {
  readonly start: (atEnd: AtEnd) => Promise<string>
  readonly afterSeconds: number
  readonly pictures: readonly Picture[]
}

const SCENES: readonly Scene[] = [
  {
    start: atEnd => demonstrate(['--rate', '10'], atEnd),
    afterSeconds: 150,
    pictures: [
      { name: 'status-light', context: WIDE },
      { name: 'status-dark', context: { ...WIDE, ...DARK } },
    ],
  },
  {
    start: atEnd => demonstrate(['--rate', '20', '--shards', '64', '--consumers', '16'], atEnd),
    afterSeconds: 60,
    pictures: [{ name: 'status-64-shards', context: TALL }],
  },
  {
    start: atEnd => serve({}, ({ hec }) => pause(60_000).then(() => hec.down()), atEnd),
    afterSeconds: 20,
    pictures: [
      { name: 'status-down', context: { ...WIDE, ...DARK } },
      { name: 'status-phone', context: PHONE },
    ],
  },
  {
    start: atEnd => serve(BEHIND, slowDown, atEnd),
    afterSeconds: 60,
    pictures: [
      { name: 'status-degraded', context: WIDE },
      { name: 'status-phone-shards', context: { ...PHONE, ...DARK }, from: '#shards' },
    ],
  },
]

for (const { start, afterSeconds, pictures } of SCENES) {
  const { atEnd, undo } = createEnds()
  const url = await start(atEnd)
  await pause(afterSeconds * 1_000)
  for (const picture of pictures) await take(url, picture)
  await undo()
}

async function take(url: string, { name, context, from }: Picture): Promise<void> {
  const { atEnd, undo } = createEnds()
  const { page } = await openPage(url, atEnd, { ...FIXED, ...context })
  // A shard's row, or a problem's: the page has its first document.
  await page.locator('tbody tr, #reasons-list li').first().waitFor()
  if (from) await page.locator(from).evaluate(section => section.scrollIntoView({ behavior: 'instant' }))
  await page.screenshot({ path: `${FOLDER}${name}.png` })
  console.log(`docs/images/${name}.png`)
  await undo()
}

/** Starts the demonstration as its users do; answers with the page's address, which it prints. */
async function demonstrate(options: readonly string[], atEnd: AtEnd): Promise<string> {
  const child = spawn(process.execPath, [BIN, 'demo', ...options], { stdio: ['ignore', 'pipe', 'inherit'] })
  atEnd(async () => {
    child.kill('SIGINT')
    await once(child, 'exit')
  })
  let output = ''
  for await (const chunk of child.stdout) {
    output += chunk
    const [, url] = /\bpage: (\S+)/.exec(output) ?? []
    // Nobody reads on: the demonstration goes on without a reader.
    if (url !== undefined) return url
  }
  throw new Error(`the demonstration ended without an address: ${output}`)
}

/** Groups in Log Service are five minutes old, so that a slow Splunk leaves its shards far behind. */
const BEHIND: Partial<FarEndsOptions> = {
  sls: { clock: { nowMs: () => Date.now() - 300_000 }, wallClock: { nowMs: Date.now } },
}

async function slowDown({ hec }: FarEnds): Promise<void> {
  hec.faults.add({ fault: { kind: 'slow-reply', delayMs: 2_000 } })
}

async function serve(
  world: Partial<FarEndsOptions>,
  strike: (far: FarEnds) => Promise<void>,
  atEnd: AtEnd,
): Promise<string> {
  const far = await startFarEnds({ shards: 4, logsPerGroup: 50, bytesPerLog: 800, ...world }, atEnd)
  far.stream(100)
  const running = far.start({ consumers: 4 })
  const { url, close } = await startHttp({ host: '127.0.0.1', port: 0 }, running.service)
  atEnd(close)
  await strike(far)
  return url
}
