/** `npm run images`: pictures of the status page for the documentation, into docs/images/. */

import { fileURLToPath } from 'node:url'
import type { BrowserContextOptions } from 'playwright-core'
import type { StatusDocument } from '../../src/status/document.ts'
import { createEnds } from '../support/at-end.ts'
import { healthy, large, shardBehind, splunkDown } from '../support/status-documents.ts'
import { look } from './browser.ts'

const FOLDER = fileURLToPath(new URL('../../docs/images/', import.meta.url))

/** The time of day in the pictures is the same everywhere. */
const FIXED = { timezoneId: 'UTC' } satisfies BrowserContextOptions
const PHONE = { viewport: { width: 375, height: 1_000 }, isMobile: true } satisfies BrowserContextOptions
const DARK = { colorScheme: 'dark' } satisfies BrowserContextOptions
const WIDE = { viewport: { width: 1_280, height: 1_000 } } satisfies BrowserContextOptions

interface Picture {
  readonly name: string
  readonly document: StatusDocument
  readonly context: BrowserContextOptions
  /** What is at the top of the window; without it the page's own top. */
  readonly from?: string
}

const PICTURES: readonly Picture[] = [
  { name: 'status-light', document: healthy(), context: WIDE },
  { name: 'status-dark', document: healthy(), context: { ...WIDE, ...DARK } },
  { name: 'status-degraded', document: shardBehind(), context: WIDE },
  { name: 'status-down', document: splunkDown(), context: { ...WIDE, ...DARK } },
  { name: 'status-64-shards', document: large(), context: { viewport: { width: 1_280, height: 1_600 } } },
  { name: 'status-phone', document: splunkDown(), context: PHONE },
  {
    name: 'status-phone-shards',
    document: shardBehind(),
    context: { ...PHONE, ...DARK },
    from: '#shards',
  },
]

for (const { name, document, context, from } of PICTURES) {
  const { atEnd, undo } = createEnds()
  const { page } = await look({ document, context: { ...FIXED, ...context } }, atEnd)
  if (from) await page.locator(from).evaluate(section => section.scrollIntoView({ behavior: 'instant' }))
  await page.screenshot({ path: `${FOLDER}${name}.png` })
  await undo()
}
