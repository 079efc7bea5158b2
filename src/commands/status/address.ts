/** The address of the running service, and what a request to it needs. */

import { X509Certificate } from 'node:crypto'
import { getCACertificates } from 'node:tls'
import type { HttpConfig } from '../../config/types.ts'
import { openConfig } from '../terminal/open-config.ts'

export interface Address {
  /** `http://host:port`, without a path. */
  readonly url: string
  readonly token?: string
  /** True for this machine: no proxy of the environment is meant for it. */
  readonly isLocal: boolean
  /** Trusted certificates, PEM; without it those that Node trusts. */
  readonly ca?: string
  /** The name that the certificate must be for, when it is not the URL's host. */
  readonly serverName?: string
}

/**
 * Returns the address from the URL, the configuration, or both: then the token is the configuration's. A URL alone reads
 * no configuration and sends no token. Undefined when the configuration is needed and invalid; its problems are printed.
 */
export function addressOf(config: string | undefined, url: string | undefined): Address | undefined {
  if (url !== undefined && config === undefined) return { url: withoutPath(url), isLocal: false }
  const opened = openConfig(config)
  if (opened.kind === 'invalid') {
    if (url === undefined) process.stderr.write('or name the service with --url, as http://127.0.0.1:9464\n')
    return undefined
  }
  return url === undefined ? localAddress(opened.config.http) : remoteAddress(url, opened.config.http)
}

function remoteAddress(url: string, { bearerToken }: HttpConfig): Address {
  return { url: withoutPath(url), isLocal: false, ...(bearerToken !== undefined && { token: bearerToken }) }
}

/** Returns the address of the service on this machine: the loopback when it listens on every address. */
export function localAddress({ host, port, tls, bearerToken }: HttpConfig): Address {
  const reached = { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host
  const authority = `${reached.includes(':') ? `[${reached}]` : reached}:${port}`
  return {
    url: `${tls ? 'https' : 'http'}://${authority}`,
    isLocal: true,
    ...(bearerToken !== undefined && { token: bearerToken }),
    ...(tls && trustIn(tls.cert)),
  }
}

/** Trusts the service's own certificate, under its own name: it stands in our configuration. */
function trustIn(cert: string): Pick<Address, 'ca' | 'serverName'> {
  const [, name] = /DNS:([^\s,]+)/.exec(new X509Certificate(cert).subjectAltName ?? '') ?? []
  const ca = [...getCACertificates('default'), cert].join('\n')
  return { ca, ...(name !== undefined && { serverName: name.replace('*', 'status') }) }
}

const withoutPath = (url: string) => new URL(url).origin
