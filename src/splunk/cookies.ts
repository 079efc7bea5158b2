/**
 * Cookies of a load balancer, sent back so that requests reach the same indexer: acknowledgements lie in the memory of the
 * one that took the events. There is one endpoint, so names and values are all that is kept.
 */

import type { HttpHeaders } from '../http/client.ts'

/** For a request: empty, or `{ cookie: 'AWSALB=…' }`. */
export type CookieHeader = Readonly<Record<string, string>>

export interface Cookies {
  header(): CookieHeader
  /** Takes cookies from an answer; says whether it sets any. */
  take(headers: HttpHeaders): boolean
  /** Number of times that a cookie changed its value or was removed. */
  changes(): number
}

/** More than any balancer sets: an endpoint that keeps sending new names cannot fill the memory. */
const MAX_COOKIES = 20

export function createCookies(): Cookies {
  const values = new Map<string, string>()
  let changes = 0

  function takeOne(line: string): void {
    const [, name = '', value = '', attributes = ''] = /^\s*([^=;\s]+)=([^;]*)(.*)$/s.exec(line) ?? []
    if (name === '') return
    const known = values.get(name)
    if (isExpired(attributes)) values.delete(name)
    else if (known !== undefined || values.size < MAX_COOKIES) values.set(name, value.trim())
    if (known !== undefined && known !== values.get(name)) changes++
  }

  return {
    header() {
      const pairs = [...values].map(([name, value]) => `${name}=${value}`)
      return pairs.length === 0 ? {} : { cookie: pairs.join('; ') }
    },
    take(headers) {
      const lines = [headers['set-cookie'] ?? []].flat()
      for (const line of lines) takeOne(line)
      return lines.length > 0
    },
    changes: () => changes,
  }
}

/** Says whether the cookie is removed: by `Max-Age=0` or less, or by a date that is over. */
function isExpired(attributes: string): boolean {
  const maxAge = /;\s*max-age\s*=\s*(-?\d+)/i.exec(attributes)?.[1]
  if (maxAge !== undefined) return Number(maxAge) <= 0
  const expires = /;\s*expires\s*=\s*([^;]+)/i.exec(attributes)?.[1]
  return expires !== undefined && Date.parse(expires) <= Date.now()
}
