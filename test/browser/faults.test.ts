/** The page of a real service while things go wrong: the sentence at the top says so within five seconds. */

import { describe, expect, it, onTestFinished } from 'vitest'
import { startHttp } from '../../src/supervisor/http/server.ts'
import { type FarEnds, type FarEndsOptions, startFarEnds } from '../support/far-ends.ts'
import type { RunningService } from '../support/service.ts'
import { hasChromium, openPage, WITHOUT } from './browser.ts'

const SAID_WITHIN_MS = 5_000
/** Joining, and coming back after a pause that grows. */
const PATIENCE_MS = 30_000
const SMALL = { shards: 4, logsPerGroup: 3, bytesPerLog: 200 }

async function watch(world: Partial<FarEndsOptions> = {}) {
  const far = await startFarEnds({ ...SMALL, ...world }, onTestFinished)
  far.stream()
  // One is spare: it has nothing to deliver, and knows of Splunk's troubles last.
  const running = far.start({ consumers: SMALL.shards + 1 })
  const { url, close } = await startHttp({ host: '127.0.0.1', port: 0 }, running.service)
  onTestFinished(close)
  const { page, complaints } = await openPage(url, onTestFinished)
  const sentence = page.locator('#sentence')
  const says = async (words: RegExp, within = SAID_WITHIN_MS) => {
    await expect.poll(() => sentence.textContent(), { timeout: within, interval: 50 }).toMatch(words)
  }
  return { far, running, page, complaints, says }
}

const flows = /^Logs are flowing: /

describe.skipIf(!hasChromium)(`the page while things go wrong ${hasChromium ? '' : WITHOUT}`, () => {
  it('says that Splunk is down, and that it is back', async () => {
    const { far, says, page } = await watch()
    await says(flows, PATIENCE_MS)
    await far.hec.down()
    await says(/^Nothing is delivered: Splunk cannot be reached/)
    expect(await page.locator('#reasons-list').textContent()).toContain('check splunk.url, the firewall')
    await far.hec.up()
    await says(flows, PATIENCE_MS)
  })

  it('says that the token is refused', async () => {
    const { far, says } = await watch()
    await says(flows, PATIENCE_MS)
    const refused = JSON.stringify({ text: 'Invalid token', code: 4 })
    far.hec.faults.add({ fault: { kind: 'reply', status: 403, body: refused } })
    await says(/^Nothing is delivered: .*Splunk refuses the HEC token/)
  })

  it('says that a worker has ended, and names it', async () => {
    const { far, running, says, page } = await watch()
    await says(flows, PATIENCE_MS)
    const [consumer = ''] = holders(far)
    kill(running, consumer)
    await says(new RegExp(`${consumer} (is not running|was restarted|has not joined)`))
    expect(await page.locator('#events').first().textContent()).toContain('worker ended')
  })

  it('says which shard is behind, and by how much', async () => {
    const clock = { nowMs: () => Date.now() - 300_000 }
    const { far, says } = await watch({ sls: { clock, wallClock: { nowMs: Date.now } } })
    far.hec.faults.add({ fault: { kind: 'slow-reply', delayMs: 2_000 } })
    await says(/shard \d of logs is 5m \d+s behind/, PATIENCE_MS)
  })
})

const holders = (far: FarEnds) =>
  [...far.holdings()].filter(([, shards]) => shards.length > 0).map(([name]) => name)

function kill({ service }: RunningService, consumer: string): void {
  service.supervisor.killWorker(consumer)
}
