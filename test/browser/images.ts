/** `npm run images`: pictures of the status page for the documentation, into docs/images/. */

import { fileURLToPath } from 'node:url'
import type { BrowserContextOptions } from 'playwright-core'
import type { StatusDocument } from '../../src/status.ts'
import { createEnds } from '../support/at-end.ts'
import { healthy, large, shardBehind, splunkDown } from '../support/status-documents.ts'
import { look } from './browser.ts'

const FOLDER = fileURLToPath(new URL('../../docs/images/', import.meta.url))

/** The time of day in the pictures is the same everywhere. */
const FIXED = { timezoneId: 'UTC' } satisfies BrowserContextOptions
const PHONE = { viewport: { width: 375, height: 812 }, isMobile: true } satisfies BrowserContextOptions
const DARK = { colorScheme: 'dark' } satisfies BrowserContextOptions

interface Picture {
  readonly name: string
  readonly document: StatusDocument
  readonly context?: BrowserContextOptions
  /** All of the page, not what fits the window alone. */
  readonly isWhole?: boolean
}

const PICTURES: readonly Picture[] = [
  { name: 'status-light', document: healthy(), isWhole: true },
  { name: 'status-dark', document: healthy(), context: DARK, isWhole: true },
  { name: 'status-phone', document: splunkDown(), context: PHONE },
  {
    name: 'status-phone-dark',
    document: healthy({ shards: 4, consumers: 2 }),
    context: { ...PHONE, ...DARK },
    isWhole: true,
  },
  { name: 'status-64-shards', document: large(), isWhole: true },
  { name: 'status-degraded', document: shardBehind(), isWhole: true },
  { name: 'status-down', document: splunkDown() },
  { name: 'status-down-dark', document: splunkDown(), context: DARK },
]

for (const { name, document, context, isWhole = false } of PICTURES) {
  const { atEnd, undo } = createEnds()
  const { page } = await look({ document, context: { ...FIXED, ...context } }, atEnd)
  await page.screenshot({ path: `${FOLDER}${name}.png`, fullPage: isWhole })
  await undo()
}
