/** The status page, in a real browser. */

import { describe, expect, it, onTestFinished } from 'vitest'
import type { StatusDocument } from '../../src/status/document.ts'
import * as documents from '../support/status-documents.ts'
import { hasChromium, type LookOptions, look as lookUntil, WITHOUT } from './browser.ts'

const look = (options: LookOptions) => lookUntil(options, onTestFinished)
const SENTENCE = '#sentence'
const PHONE = { viewport: { width: 375, height: 812 }, hasTouch: true, isMobile: true }

describe.skipIf(!hasChromium)(`the page ${hasChromium ? '' : WITHOUT}`, () => {
  it.each(Object.entries(documents))('shows "%s" without a complaint of the browser', async (_, document) => {
    const { page, complaints } = await look({ document: document() })
    expect(await page.locator(SENTENCE).textContent()).toBe(document().summary)
    expect(await page.locator('#shards-table tbody tr:not(.group)').count()).toBe(
      document().sources.flatMap(({ shards }) => shards).length,
    )
    expect(await page.locator('#consumers-table tbody tr:not(.group)').count()).toBe(
      document().sources.flatMap(({ consumers }) => consumers).length,
    )
    expect(await page.locator('#reasons-list > li').count()).toBe(document().reasons.length)
    expect(complaints).toEqual([])
  })

  it('says within 5 s what has changed, and why, and that it is over', async () => {
    const { page, server, complaints } = await look({ document: documents.healthy() })
    server.show(documents.splunkDown())
    await page.getByText(documents.splunkDown().summary).first().waitFor({ timeout: 5_000 })
    expect(await page.locator('#badge').textContent()).toBe('down')
    expect(await page.locator('#reasons-list').textContent()).toContain('check splunk.url')
    expect(await page.title()).toBe('down · sls2splunk soc-box-1')
    server.show(documents.healthy())
    await page.getByText(documents.healthy().summary).first().waitFor({ timeout: 5_000 })
    expect(await page.locator('#reasons').isVisible()).toBe(false)
    expect(complaints).toEqual([])
  })

  it('reads the sentence out when it says something else, not when a figure in it changes', async () => {
    const { page, server } = await look({ document: documents.healthy() })
    const announced = () => page.locator('#announcement').textContent()
    expect(await announced()).toBe(documents.healthy().summary)
    server.show({ ...documents.healthy(), summary: 'Logs are flowing: 7.7 MB/s.' })
    await page.getByText('Logs are flowing: 7.7 MB/s.').waitFor({ timeout: 5_000 })
    expect(await announced()).toBe(documents.healthy().summary)
    server.show(documents.splunkDown())
    await expect.poll(announced, { timeout: 5_000 }).toBe(documents.splunkDown().summary)
  })

  it('changes what is there and makes nothing anew', async () => {
    const { page, server } = await look({ document: documents.large() })
    await page.evaluate(() => {
      for (const row of document.querySelectorAll('tr')) row.setAttribute('data-old', '')
    })
    server.show(withLag(documents.large(), 84))
    await page.locator('#shards-table').getByText('84 s').first().waitFor({ timeout: 5_000 })
    expect(await page.locator('tr:not([data-old])').count()).toBe(0)
  })

  it('follows shards and consumers that come and go, in their order', async () => {
    const small = documents.healthy({ shards: 3, consumers: 1 })
    const { page, server } = await look({ document: small })
    const shards = () => page.locator('#shards-table tbody th[scope=row]').allTextContents()
    expect(await shards()).toEqual(['0', '1', '2'])
    server.show(documents.healthy({ shards: 5, consumers: 2 }))
    await page.locator('#shards-table').getByText('soc-box-1-actiontrail-2').first().waitFor()
    expect(await shards()).toEqual(['0', '1', '2', '3', '4'])
    const [source] = small.sources
    const later = { ...small, sources: source ? [{ ...source, shards: source.shards.slice(1) }] : [] }
    server.show(later)
    await expect.poll(shards).toEqual(['1', '2'])
  })

  it('says in words that nobody answers any more and how old it is, and comes back by itself', async () => {
    const { page, server } = await look({ document: documents.healthy() })
    expect(await page.locator('#connection').textContent()).toBe('Live')
    await server.close()
    await page.getByText(/Connection lost/).waitFor({ timeout: 10_000 })
    expect(await page.locator('#age').textContent()).toMatch(/^What you see is \d/)
    const port = Number(new URL(server.url).port)
    const { serveStatus } = await import('../support/status-server.ts')
    await serveStatus(documents.splunkDown(), onTestFinished, { port })
    await page.getByText(documents.splunkDown().summary).first().waitFor({ timeout: 15_000 })
    await expect.poll(() => page.locator('#connection').textContent()).toBe('Live')
  })

  it('shows what others said as text', async () => {
    const { page, complaints } = await look({ document: documents.hostile() })
    expect(await page.locator('main img').count()).toBe(0)
    expect(await page.locator('a[href^=javascript]').count()).toBe(0)
    expect(complaints).toEqual([])
  })

  it('opens the runbook’s entry where it is needed', async () => {
    const { page, complaints } = await look({ document: documents.splunkDown() })
    await page.getByText(/^Runbook:/).click()
    await page.getByRole('link', { name: 'the whole document' }).waitFor()
    expect(complaints).toEqual([])
  })

  it('is opened with the token as password', async () => {
    const { page, complaints } = await look({
      document: documents.healthy(),
      http: { bearerToken: 'secret' },
      context: { httpCredentials: { username: 'soc', password: 'secret' } },
    })
    await expect.poll(() => page.locator('#connection').textContent()).toBe('Live')
    expect(complaints.filter(each => !each.startsWith('401'))).toEqual([])
  })

  it.each([
    ['a phone', PHONE],
    ['a phone, dark', { ...PHONE, colorScheme: 'dark' as const }],
    ['a tablet', { viewport: { width: 768, height: 1024 } }],
    ['200 % of 1280 px', { viewport: { width: 640, height: 450 } }],
  ])('fits %s', async (_, context) => {
    for (const status of [documents.large(), documents.splunkDown(), documents.shardBehind()]) {
      const { page } = await look({ document: status, context })
      const { scroll, width } = await page.evaluate(() => ({
        scroll: document.documentElement.scrollWidth,
        width: document.documentElement.clientWidth,
      }))
      expect(scroll).toBeLessThanOrEqual(width)
    }
  })

  it.each(['light', 'dark'] as const)('has enough contrast everywhere (%s)', async colorScheme => {
    for (const document of [documents.shardBehind(), documents.splunkDown(), documents.starting()]) {
      const { page } = await look({ document, context: { colorScheme } })
      expect(await page.evaluate(faintTexts)).toEqual([])
    }
  })

  it('can be used with the keyboard: everything in the order in which it stands, with a mark', async () => {
    const { page } = await look({ document: documents.splunkDown() })
    const reached: string[] = []
    for (let i = 0; i < 9; i++) {
      await page.keyboard.press('Tab')
      reached.push(
        await page.evaluate(() => {
          const focused = document.activeElement
          const { outlineStyle, outlineWidth } = getComputedStyle(focused ?? document.body)
          return `${focused?.textContent} ${outlineStyle} ${outlineWidth}`
        }),
      )
    }
    expect(reached).toEqual(
      [
        'Splunk',
        'Events',
        'Consumers',
        'Shards',
        'Runbook: splunk-unreachable',
        '/api/status',
        '/metrics',
        '/readyz',
      ]
        .map(text => `${text} solid 2px`)
        .concat(expect.any(String)),
    )
  })

  it('has landmarks, headings, named tables and named drawings', async () => {
    const { page } = await look({ document: documents.shardBehind() })
    const found = await page.evaluate(() => {
      const all = (selector: string) => [...document.querySelectorAll(selector)]
      const isHidden = (each: Element) => each.closest('[aria-hidden=true]') !== null
      return {
        landmarks: ['header', 'nav', 'main', 'footer'].filter(
          name => all(`body > ${name}, header > ${name}`).length === 1,
        ),
        firsts: all('h1').length,
        tablesWithoutCaption: all('table').filter(each => !each.querySelector('caption')?.textContent).length,
        columnsWithoutScope: all('thead th').filter(each => each.getAttribute('scope') !== 'col').length,
        rowsWithoutHeading: all('tbody tr').filter(
          each => !each.querySelector('th[scope=row], th[scope=rowgroup]'),
        ).length,
        drawings: all('svg[role=img]').length,
        nameless: all('svg').filter(each => !isHidden(each) && !each.getAttribute('aria-label')).length,
        sectionsWithoutName: all('main section:not(.figure)').filter(
          each => !each.hasAttribute('aria-labelledby'),
        ).length,
        live: document.querySelector('#announcement')?.getAttribute('aria-live'),
        language: document.documentElement.lang,
      }
    })
    expect(found).toEqual({
      landmarks: ['header', 'nav', 'main', 'footer'],
      firsts: 1,
      tablesWithoutCaption: 0,
      columnsWithoutScope: 0,
      rowsWithoutHeading: 0,
      drawings: 4 + 8 + 4,
      nameless: 0,
      sectionsWithoutName: 0,
      live: 'polite',
      language: 'en',
    })
  })

  it('is still a table on a phone, for who listens', async () => {
    const { page } = await look({ document: documents.healthy(), context: PHONE })
    expect(await page.getByRole('table').count()).toBe(3)
    expect(await page.getByRole('columnheader', { name: 'Lag' }).count()).toBe(1)
    expect(await page.getByRole('rowheader', { name: 'Shard 7', exact: true }).count()).toBe(1)
  })
})

function withLag(status: StatusDocument, seconds: number): StatusDocument {
  const sources = status.sources.map(source => ({
    ...source,
    shards: source.shards.map(shard => ({ ...shard, lag_seconds: seconds })),
  }))
  return { ...status, sources, lag_seconds: seconds }
}

/** Texts whose contrast with what is behind them is less than WCAG's AA wants. Runs in the page. */
function faintTexts(): string[] {
  const colourOf = (css: string) => (css.match(/[\d.]+/g) ?? []).map(Number)
  const luminance = (css: string) => {
    const [r = 0, g = 0, b = 0] = colourOf(css).map(each => {
      const part = each / 255
      return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const isOpaque = (css: string) => (colourOf(css)[3] ?? 1) > 0
  const groundOf = (element: Element | null): string => {
    if (!element) return 'rgb(255, 255, 255)'
    const { backgroundColor } = getComputedStyle(element)
    return isOpaque(backgroundColor) ? backgroundColor : groundOf(element.parentElement)
  }
  const hasText = (element: Element) =>
    [...element.childNodes].some(node => node.nodeType === 3 && node.textContent?.trim() !== '')
  return [...document.querySelectorAll('body *')].filter(hasText).flatMap(element => {
    const { color } = getComputedStyle(element)
    const [light = 0, dark = 0] = [luminance(color), luminance(groundOf(element))].sort((a, b) => b - a)
    const contrast = (light + 0.05) / (dark + 0.05)
    return contrast < 4.5 ? [`${contrast.toFixed(2)}: ${element.textContent?.trim().slice(0, 40)}`] : []
  })
}
