/** Agents of both HTTP clients: certificates, proxies, and how long a connection may take or be idle. */

import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { environmentProxies } from '../base/proxy.ts'
import type { TlsConfig } from '../base/tls.ts'
import type { HttpClientOptions } from './client.ts'

export interface Agents {
  readonly http: HttpAgent
  readonly https: HttpsAgent
}

/** Time until we close an idle connection: before Splunk, which does so after 12 s when busy, so that no request is lost. */
const IDLE_SOCKET_MS = 8_000
const CONNECT_TIMEOUT_MS = 10_000

/** Returns how long a request of `timeoutMs` may take to connect. */
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
