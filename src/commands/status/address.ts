/** Where the running service is to be asked, and what it must be shown. */

import { X509Certificate } from 'node:crypto'
import { getCACertificates } from 'node:tls'
import type { HttpConfig } from '../../config/types.ts'
import { openConfig } from '../terminal/open-config.ts'

export interface Address {
  /** `http://host:port`, without a path. */
  readonly url: string
  readonly token?: string
  /** This machine itself: no proxy of the environment is meant for it. */
  readonly isLocal: boolean
  /** PEM; without it what Node trusts. */
  readonly ca?: string
  /** That the certificate must carry, when it is not the URL's. */
  readonly serverName?: string
}

/**
 * With a URL alone no configuration is read, and no token sent; with both, the token is the configuration's. Undefined
 * when the configuration is needed and invalid; its problems are then printed.
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

/** A service that listens on every address is asked on the loopback. */
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

/** Its own certificate is trusted too, with the name that it carries: it says so itself, in our own configuration. */
function trustIn(cert: string): Pick<Address, 'ca' | 'serverName'> {
  const [, name] = /DNS:([^\s,]+)/.exec(new X509Certificate(cert).subjectAltName ?? '') ?? []
  const ca = [...getCACertificates('default'), cert].join('\n')
  return { ca, ...(name !== undefined && { serverName: name.replace('*', 'status') }) }
}

const withoutPath = (url: string) => new URL(url).origin
