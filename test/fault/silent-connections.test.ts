/**
 * More connections than the process may have descriptors, none of which says anything, to an HTTP endpoint that others
 * can reach; each that is closed is opened again. Forwarding needs descriptors, too.
 */

import { once } from 'node:events'
import { readdirSync, writeFileSync } from 'node:fs'
import { get as getHttp, type IncomingMessage } from 'node:http'
import { get as getHttps } from 'node:https'
import { join } from 'node:path'
import { expect } from 'vitest'
import { createAuthority } from '../support/certificates.ts'
import { eventually } from '../support/eventually.ts'
import { createWorkplace, drained, type ServiceProcess, yamlOf } from '../support/process.ts'
import { keepSilent } from '../support/silent-connections.ts'
import { sentLater } from './support/bounds.ts'
import { untilDelivered, untilHeld } from './support/holdings.ts'
import { type Scenario, scenarios } from './support/scenario.ts'
import { createOutage } from './support/splunk.ts'
import { delivered } from './support/waits.ts'

const CONNECTIONS = 300
const DESCRIPTORS = 256
const LIMITED = ['sh', '-c', `ulimit -n ${DESCRIPTORS} && exec "$@"`, 'sh']
const BEARER = 'token-of-the-endpoint'
const AUTHORITY = createAuthority()

scenarios('Network', () => [struckBy('without TLS'), struckBy('with TLS', AUTHORITY.issue('IP:127.0.0.1'))])

function struckBy(name: string, tls?: { readonly cert: string; readonly key: string }): Scenario {
  const outage = createOutage()
  let service: ServiceProcess | undefined
  return {
    fault: `${CONNECTIONS} connections that say nothing, kept up, to a process that may have ${DESCRIPTORS} files open`,
    case: name,
    services: [],
    strikesWhen: 'starting',
    async strike({ far, onEnd, onStop }) {
      const { directory, run } = createWorkplace(onEnd)
      const files = tls && { cert_file: join(directory, 'cert.pem'), key_file: join(directory, 'key.pem') }
      if (files) writeFileSync(files.cert_file, tls.cert)
      if (files) writeFileSync(files.key_file, tls.key, { mode: 0o600 })
      const http = { listen: '0.0.0.0:0', bearer_token: BEARER, ...(files && { tls: files }) }
      const running = run(yamlOf(far, { source: { heartbeat_interval: '5s' }, top: { http } }), LIMITED)
      service = running
      onStop(() => drained(running))
      await untilHeld(far, { 'test-logs-1': 1, 'test-logs-2': 1 }, running.output)
      const url = await urlOf(running)
      const silent = keepSilent(Number(new URL(url).port), CONNECTIONS, onEnd)
      await eventually(() => silent.opened() >= CONNECTIONS, { withinMs: 30_000, what: 'the crowd' })
      // From here on every connection to Splunk is a new one.
      await outage.begin(far)
      await far.hec.up()
      await untilDelivered(far, far.writable())
      await delivered(far, 1_000)
      expect(await scraped(url)).toContain('sls2splunk_build_info')
      expect(filesOpenIn(running), 'descriptors in use').toBeLessThan(DESCRIPTORS * 0.75)
      return silent.stop
    },
    duplicates: outage.bound,
    disorder: sentLater,
    after() {
      expect(service?.output()).not.toMatch(/worker ended|EMFILE/)
    },
  }
}

function urlOf(service: ServiceProcess): Promise<string> {
  return eventually(() => service.logs().find(({ metrics }) => metrics !== undefined)?.metrics, {
    withinMs: 30_000,
    what: 'it listens',
    state: service.output,
  })
}

const filesOpenIn = ({ pid }: ServiceProcess) => readdirSync(`/proc/${pid}/fd`).length

/** The metrics, asked for again when the connection was among those that had to go. */
function scraped(url: string): Promise<string> {
  const ask = url.startsWith('https:') ? getHttps : getHttp
  const headers = { authorization: `Bearer ${BEARER}` }
  return eventually(
    async () => {
      const asked = ask(url, { agent: false, headers, ca: AUTHORITY.ca, timeout: 5_000 })
      asked.once('timeout', () => asked.destroy())
      const [answer]: IncomingMessage[] = await once(asked, 'response')
      const chunks = (await answer?.setEncoding('utf8').toArray()) ?? []
      return answer?.statusCode === 200 && chunks.join('')
    },
    { withinMs: 30_000, what: 'a scrape' },
  )
}
