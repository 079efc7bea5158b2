/** A real Chromium that looks at the status page of a service, and keeps what it complains about. */

import { existsSync } from 'node:fs'
import { type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import type { HttpConfig } from '../../src/config/types.ts'
import type { StatusDocument } from '../../src/status/document.ts'
import type { AtEnd } from '../support/at-end.ts'
import { type StatusServer, serveStatus } from '../support/status-server.ts'

const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium'

export const hasChromium = existsSync(EXECUTABLE)

/** What a skipped test says. */
export const WITHOUT = `(skipped: no ${EXECUTABLE}; it is in Debian's package chromium, or where CHROMIUM says)`

export interface Look {
  readonly page: Page
  readonly server: StatusServer
  /** Errors of the console, of scripts and of the Content-Security-Policy, and answers of 400 and more. */
  readonly complaints: readonly string[]
}

export interface LookOptions {
  readonly document: StatusDocument
  readonly http?: Partial<HttpConfig>
  readonly context?: BrowserContextOptions
}

/** Opens the page and waits for its first document. */
export async function look({ document, http, context }: LookOptions, atEnd: AtEnd): Promise<Look> {
  const server = await serveStatus(document, atEnd, http)
  const opened = await openPage(server.url, atEnd, context)
  await opened.page.getByText(document.summary).first().waitFor()
  return { ...opened, server }
}

/** Opens the page of whatever service is there. */
export async function openPage(
  url: string,
  atEnd: AtEnd,
  context?: BrowserContextOptions,
): Promise<Omit<Look, 'server'>> {
  // As root, in containers, Chromium's own sandbox cannot be had; the page is ours.
  const browser = await chromium.launch({ executablePath: EXECUTABLE, args: ['--no-sandbox'] })
  atEnd(() => browser.close())
  const opened = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...context })
  const page = await opened.newPage()
  const complaints: string[] = []
  page.on('console', message => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', error => complaints.push(String(error)))
  page.on('response', answer => {
    if (answer.status() >= 400) complaints.push(`${answer.status()} ${answer.url()}`)
  })
  await page.goto(url)
  return { page, complaints }
}
