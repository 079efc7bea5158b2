/** Connections of both HTTP clients: who may be trusted, which proxy is asked, how long an idle one is kept. */

import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { environmentProxies } from '../base/proxy.ts'
import type { TlsConfig } from '../base/tls.ts'
import type { HttpClientOptions } from './client.ts'

export interface Agents {
  readonly http: HttpAgent
  readonly https: HttpsAgent
}

/** Splunk closes idle connections after 12 s when busy; the side that closes first does not lose a request. */
const IDLE_SOCKET_MS = 8_000
const CONNECT_TIMEOUT_MS = 10_000

/** Returns how long making a connection may take in a request of `timeoutMs`. */
export function connectTimeoutMs(timeoutMs: number): number {
  return Math.min(CONNECT_TIMEOUT_MS, timeoutMs)
}

export function createAgents({ tls, proxy, maxSockets, serverName }: HttpClientOptions): Agents {
  const common = { keepAlive: true, maxSockets, timeout: IDLE_SOCKET_MS, proxyEnv: proxyEnvOf(proxy) }
  const secure = {
    ...common,
    ...tlsOptions(tls),
    ...(serverName !== undefined && { servername: serverName }),
  }
  return { http: new HttpAgent(common), https: new HttpsAgent(secure) }
}

function proxyEnvOf(proxy: string | undefined): NodeJS.ProcessEnv {
  return proxy === undefined
    ? { ...process.env, ...environmentProxies(process.env).urls }
    : { HTTP_PROXY: proxy, HTTPS_PROXY: proxy }
}

function tlsOptions({ ca, cert, key, verify }: TlsConfig) {
  return { rejectUnauthorized: verify, ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) }
}
