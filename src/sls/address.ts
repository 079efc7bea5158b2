/** Where a project is: the URL to connect to and the Host header to send and sign. */

import { isIP } from 'node:net'

export interface ProjectAddress {
  /** Scheme, host and port, without a path. */
  readonly baseUrl: string
  /** The Host header; it names the project even where the URL can't. */
  readonly host: string
  /** The name the certificate must carry; `''` for an IP address, which TLS checks without a name. */
  readonly serverName: string
}

/**
 * The project goes in front of the endpoint as a DNS label. An IP address or `localhost` has no labels in front, so
 * it is connected to as it stands and the Host header alone names the project.
 */
export function projectAddress(endpoint: string, project: string): ProjectAddress {
  const url = new URL(endpoint)
  const host = `${project}.${url.host}`
  if (!isBareHost(url.hostname))
    return { baseUrl: `${url.protocol}//${host}`, host, serverName: `${project}.${url.hostname}` }
  return { baseUrl: url.origin, host, serverName: url.hostname === 'localhost' ? 'localhost' : '' }
}

/** An IP address (an IPv6 one in brackets, as in URLs) or localhost. */
export function isBareHost(hostname: string): boolean {
  return hostname === 'localhost' || isIP(hostname.replace(/^\[|\]$/g, '')) !== 0
}
