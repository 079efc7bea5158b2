/** The proxy that a request goes through, as Node's agents choose it. */

import { environmentProxies } from '../../base/proxy.ts'

/** Returns `host:port` of the proxy, or undefined. `configured` is `sls.proxy` or `splunk.proxy`; `''` means none. */
export function proxyFor(
  url: string,
  configured: string | undefined,
  env: NodeJS.ProcessEnv,
): string | undefined {
  const { protocol, hostname, port } = new URL(url)
  if (configured !== undefined) return nameOf(configured)
  const scheme = protocol.slice(0, -1)
  const { urls } = environmentProxies(env)
  const proxy = urls[`${scheme}_proxy`] || urls[`${scheme.toUpperCase()}_PROXY`]
  const bypassed = (env.no_proxy || env.NO_PROXY || '').split(',').map(entry => entry.trim().toLowerCase())
  const host = hostname.toLowerCase()
  return proxy && !bypassed.some(entry => isMeant(entry, host, port)) ? nameOf(proxy) : undefined
}

function isMeant(entry: string, host: string, port: string): boolean {
  if (entry === '*' || entry === host || entry === `${host}:${port}`) return true
  const suffix = entry.replace(/^\*/, '')
  return suffix.startsWith('.') && host.endsWith(suffix)
}

/** Returns host and port alone, without the password that may be in front; undefined for `''`. */
function nameOf(proxy: string): string | undefined {
  return URL.parse(proxy)?.host
}
