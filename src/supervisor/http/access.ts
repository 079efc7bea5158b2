/** Who may ask: with `http.bearer_token`, whoever sends it, as a bearer token or as the password of a browser. */

import { timingSafeEqual } from 'node:crypto'

/** Of the header `Authorization`; any user name is taken. */
export function isAllowed(authorization: string | undefined, token: string): boolean {
  const [, scheme = '', given = ''] = /^(\S+) +(.+)$/.exec(authorization ?? '') ?? []
  if (scheme.toLowerCase() === 'bearer') return isSame(given, token)
  if (scheme.toLowerCase() === 'basic') return isSame(passwordIn(given) ?? '', token)
  return false
}

/** How to come in: a browser asks its user for a name and a password, a program is told that it needs a token. */
export function challengeFor(accept: string | undefined): string {
  return accept?.includes('text/html') ? 'Basic realm="sls2splunk", charset="UTF-8"' : 'Bearer'
}

/** Of `user:password` in Base64. */
function passwordIn(credentials: string): string | undefined {
  const pair = Buffer.from(credentials, 'base64').toString('utf8')
  const colon = pair.indexOf(':')
  return colon === -1 ? undefined : pair.slice(colon + 1)
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}
