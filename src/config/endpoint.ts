/** Addresses in the configuration: the Log Service endpoint, HEC URLs, proxies, the address to listen on. */

import { isIP } from 'node:net'
import { ok, type Parsed, wrong } from '../base/parsed.ts'
import { parseProxyUrl, proxyForm } from '../base/proxy.ts'

const ENDPOINT_FORM =
  'must be a host name as cn-hangzhou.log.aliyuncs.com, with https:// or http:// in front if you like'
const HEC_FORM = 'must be a URL as https://splunk.example.com:8088'
const LISTEN_FORM = 'must be ADDRESS:PORT, as 127.0.0.1:9464 or [::1]:9464'

/** Paths of HEC that people paste with its address; requests carry their own. */
const HEC_PATHS = new Set(['', '/services/collector', '/services/collector/event'])

/** `[http|https://]host[:port]` as `https://host[:port]`: https unless http is written. */
export function parseEndpoint(text: string): Parsed<string> {
  const url = parseUrl(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`)
  if (url === undefined || !isHttp(url)) return wrong(ENDPOINT_FORM)
  const extra = extraPart(url)
  if (extra !== undefined) return wrong(`must not hold ${extra}; write the host name alone`)
  if (url.pathname !== '/') return wrong('must not hold a path; write the host name alone')
  if (namesProject(url.hostname))
    return wrong('must not begin with the project; that stands in sources, as project')
  return ok(url.origin)
}

/** The region in a public, internal, VPC or sharing name of Log Service; undefined for any other host. */
export function regionOf(endpoint: string): string | undefined {
  const host = new URL(endpoint).hostname
  return /^([a-z0-9-]+?)(?:-share|-intranet|-vpc)?\.(?:log|sls)\.aliyuncs\.com$/.exec(host)?.[1]
}

/** A HEC address as scheme, host and port; the collector's own path is taken off. */
export function parseHecUrl(text: string): Parsed<string> {
  const url = parseUrl(text)
  if (url === undefined || !isHttp(url)) return wrong(HEC_FORM)
  const extra = extraPart(url)
  if (extra !== undefined) return wrong(`must not hold ${extra}; write scheme, host and port alone`)
  if (!HEC_PATHS.has(url.pathname.replace(/\/+$/, '')))
    return wrong('must not hold a path other than /services/collector; write scheme, host and port alone')
  return ok(url.origin)
}

/** A proxy's address, with a user name and password in it where the proxy wants them. */
export function parseProxy(text: string): Parsed<string> {
  const parsed = parseProxyUrl(text)
  if (parsed.kind === 'wrong') return parsed
  const url = parseUrl(text)
  if (url === undefined || !isHttp(url)) return wrong(proxyForm(text))
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') return wrong(proxyForm(text))
  return ok(url.href.replace(/\/$/, ''))
}

/** `ADDRESS:PORT`; port 0 takes any that is free. */
export function parseListen(text: string): Parsed<{ host: string; port: number }> {
  const match = /^(?:\[([^\]]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(text)
  const host = match?.[1] ?? match?.[2] ?? ''
  const port = Number(match?.[3])
  const isHost = match?.[1] === undefined ? /^[a-z0-9._-]+$/i.test(host) : isIP(host) === 6
  return match && isHost && port <= 65_535 ? ok({ host, port }) : wrong(LISTEN_FORM)
}

function parseUrl(text: string): URL | undefined {
  return /^[\x21-\x7e]+$/.test(text) && !text.includes('\\') ? (URL.parse(text) ?? undefined) : undefined
}

function isHttp(url: URL): boolean {
  const isName = /^[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?$/.test(url.hostname)
  return /^https?:$/.test(url.protocol) && (isName || isIP(url.hostname.replace(/^\[|\]$/g, '')) === 6)
}

function extraPart(url: URL): string | undefined {
  if (url.username !== '' || url.password !== '') return 'a user name or password'
  return url.search !== '' || url.hash !== '' ? 'a query' : undefined
}

function namesProject(hostname: string): boolean {
  return /^[^.]+\.[^.]+\.(log|sls)\.aliyuncs\.com$/.test(hostname)
}
