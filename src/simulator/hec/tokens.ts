/** The tokens a receiver knows, and which of them a request speaks for. */

import type { HecCode } from './answers.ts'

export interface HecToken {
  readonly token: string
  /** Where events without an index go. Default `main`. */
  readonly defaultIndex?: string
  /** Indexes the token may write to; absent or empty: any. */
  readonly indexes?: readonly string[]
  readonly useAck?: boolean
  readonly disabled?: boolean
  readonly allowQueryStringAuth?: boolean
}

export type Authorization =
  | { readonly kind: 'accepted'; readonly token: HecToken }
  | { readonly kind: 'refused'; readonly code: HecCode }

export interface Credentials {
  readonly header: string | undefined
  readonly query: string | null
}

export type Tokens = ReadonlyMap<string, HecToken>

/** A token in the query overrides the header, and is refused first of all unless its setting allows it. */
export function authorize(tokens: Tokens, credentials: Credentials): Authorization {
  if (credentials.query === null) return authorizeHeader(tokens, credentials.header ?? '')
  const known = tokens.get(credentials.query)
  return known?.allowQueryStringAuth ? accept(known) : refuse(16)
}

function authorizeHeader(tokens: Tokens, header: string): Authorization {
  if (header.trim() === '') return refuse(2)
  const text = tokenOf(header)
  if (text === undefined) return refuse(3)
  return accept(tokens.get(text))
}

function accept(token: HecToken | undefined): Authorization {
  if (token === undefined) return refuse(4)
  return token.disabled ? refuse(1) : { kind: 'accepted', token }
}

function refuse(code: HecCode): Authorization {
  return { kind: 'refused', code }
}

/** `Splunk TOKEN`, or HTTP Basic with the token as the password. */
function tokenOf(header: string): string | undefined {
  const [, scheme, value = ''] = /^(\S+)\s+(.*)$/.exec(header.trim()) ?? []
  if (scheme === 'Splunk') return value
  if (scheme === 'Basic') return Buffer.from(value, 'base64').toString().split(':').slice(1).join(':')
  return undefined
}
