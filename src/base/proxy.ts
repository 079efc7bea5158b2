/** Addresses of proxies: what the HTTP client can take, and those that the environment names. */

import type { Parsed } from './parsed.ts'

const FORM = 'must be a URL as http://proxy.example.com:3128'
const ENCODING = 'in a user name or password write % as %25, @ as %40, : as %3A, / as %2F, # as %23'

/**
 * Reads a proxy's URL. The message never repeats the text, which may hold a password. User name and password must be
 * percent-encoded UTF-8: Node's client decodes them, and throws where that fails.
 */
export function parseProxyUrl(text: string): Parsed<URL> {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) return { kind: 'wrong', message: proxyForm(text) }
  const broken = undecodablePart(url)
  if (broken === undefined) return { kind: 'ok', value: url }
  return { kind: 'wrong', message: `has a ${broken} whose percent-encoding is broken; ${ENCODING}` }
}

/** Says how a proxy is written; with credentials in the text, also how these are: they may be what splits it wrongly. */
export function proxyForm(text: string): string {
  return text.includes('@') ? `${FORM}; ${ENCODING}` : FORM
}

function undecodablePart({ username, password }: URL): 'user name' | 'password' | undefined {
  if (decoded(username) === undefined) return 'user name'
  return decoded(password) === undefined ? 'password' : undefined
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** The password in a proxy's URL, decoded; undefined when there is none. */
export function passwordIn(proxy: string): string | undefined {
  return decoded(URL.parse(proxy)?.password ?? '') || undefined
}

/** The lower-case one counts before the upper-case one, as for Node and curl. */
const VARIABLES = ['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY']

export interface EnvironmentProxies {
  /** URLs by variable; `''` for a variable that names no proxy. */
  readonly urls: Readonly<Record<string, string>>
  /** Variables that do not count, with what is wrong: "must be …", "has …". */
  readonly leftOut: readonly { readonly name: string; readonly problem: string }[]
}

/** Reads the proxies that the environment names, as Node does, and `host:port` as well, as curl does. */
export function environmentProxies(env: Readonly<Record<string, string | undefined>>): EnvironmentProxies {
  const read = VARIABLES.map(name => ({ name, parsed: parseVariable(env[name] ?? '') }))
  const urls = read.map(({ name, parsed }) => [name, parsed.kind === 'ok' ? parsed.value : ''])
  const leftOut = read.flatMap(({ name, parsed }) =>
    parsed.kind === 'wrong' ? [{ name, problem: parsed.message }] : [],
  )
  return { urls: Object.fromEntries(urls), leftOut }
}

function parseVariable(value: string): Parsed<string> {
  if (value === '') return { kind: 'ok', value }
  const parsed = parseProxyUrl(value.includes('://') ? value : `http://${value}`)
  return parsed.kind === 'ok' ? { kind: 'ok', value: parsed.value.href } : parsed
}
