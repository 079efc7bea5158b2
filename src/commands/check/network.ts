/** The way to a far end, layer by layer: name, connection, certificate. */

import { lookup } from 'node:dns/promises'
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { toFailure } from '../../base/failure.ts'
import { isCertificateProblem, type TlsConfig } from '../../base/tls.ts'
import { judgeCertificate, KEYS } from './certificate.ts'
import { type Finding, failed, ok, type Step, skipped } from './step.ts'

export interface Way {
  /** Scheme, host and port of the far end. */
  readonly url: string
  /** The name that the certificate must be for when it is not the URL's host; `''` for an IP address. */
  readonly serverName?: string
  readonly tls: TlsConfig
  /** `host:port` of the proxy that requests go through. */
  readonly proxy: string | undefined
  readonly section: 'sls' | 'splunk'
}

export const DNS = 'DNS'
export const TCP = 'TCP'
export const TLS = 'TLS'

/** Returns the steps from name to certificate. All are skipped for a proxy, which looks up and connects by itself. */
export function networkSteps(way: Way): Step<unknown>[] {
  const { proxy } = way
  const direct = (run: (way: Way, signal: AbortSignal) => Finding | Promise<Finding>) => {
    return (_: unknown, signal: AbortSignal) =>
      proxy === undefined ? run(way, signal) : skipped(`through the proxy ${proxy}`)
  }
  const late = lateRemedy(way)
  return [
    { name: DNS, run: direct(resolveName), late: networkRemedy('EAI_AGAIN', way) },
    { name: TCP, needs: DNS, run: direct(connect), late },
    { name: TLS, needs: TCP, run: direct(shakeHands), late },
  ]
}

/** Returns what to do when nothing comes at all. */
export const lateRemedy = (way: Way) => networkRemedy('ETIMEDOUT', way)

/** Returns what to do about a request without an answer, by Node's code. */
export function networkRemedy(code: string, way: Way): string {
  const { section, proxy } = way
  if (isCertificateProblem(code))
    return `set ${section}.tls.ca_file to the certificate of its authority (PEM)${proxy ? '; if the proxy opens TLS, of the proxy' : ''}`
  if (proxy !== undefined)
    return `check the proxy ${proxy} (${section}.proxy, or HTTPS_PROXY), and that it lets this host through`
  const remedy = code.startsWith('ERR_SSL_') ? NO_TLS : REMEDIES[code]
  return remedy?.(way) ?? `check the network between this host and ${KEYS[section]}`
}

const NO_TLS = ({ section }: Way) =>
  `check whether ${KEYS[section]} has to begin with http:// or https://; if a client certificate is asked for, set ${section}.tls.cert_file and key_file`

/** Names that only machines in Alibaba Cloud reach. */
const INTERNAL = /-(intranet|vpc)\./

function unreachable({ section, url }: Way): string {
  const internal = INTERNAL.test(url) ? ', which is reached from within Alibaba Cloud alone' : ''
  return `check ${KEYS[section]}${internal}, and the firewall between; where a proxy is needed, set ${section}.proxy`
}

const REMEDIES: Readonly<Record<string, (way: Way) => string>> = {
  ENOTFOUND: ({ section }) => `check the host name in ${KEYS[section]}, and the DNS of this host`,
  EAI_AGAIN: () => 'check the DNS of this host: its name server does not answer',
  ECONNREFUSED: ({ section }) =>
    `nothing listens there: check host and port in ${KEYS[section]}, and that the far end is up`,
  ETIMEDOUT: unreachable,
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
  EPROTO: NO_TLS,
  ECONNRESET: NO_TLS,
}

async function resolveName(way: Way): Promise<Finding> {
  const { host } = addressOf(way)
  if (isIP(host)) return skipped(`${host} is an address already`)
  try {
    const addresses = await lookup(host, { all: true })
    return ok(`${host} is ${addresses.map(({ address }) => address).join(', ')}`)
  } catch (error) {
    return troubleOf(error, way, `${host} has no address`)
  }
}

async function connect(way: Way, signal: AbortSignal): Promise<Finding> {
  const { host, port } = addressOf(way)
  const place = `${host}:${port}`
  const socket = connectTcp({ host, port })
  try {
    await until(socket, 'connect', signal)
    return ok(`connected to ${place}`)
  } catch (error) {
    return troubleOf(error, way, `no connection to ${place}`)
  } finally {
    socket.destroy()
  }
}

async function shakeHands(way: Way, signal: AbortSignal): Promise<Finding> {
  const { host, port, isTls } = addressOf(way)
  if (!isTls) return skipped('http://: no TLS')
  const socket = connectTls({ host, port, ...secureOptions(way, host) })
  try {
    await until(socket, 'secureConnect', signal)
    return judge(socket, way)
  } catch (error) {
    return troubleOf(error, way, 'the handshake fails')
  } finally {
    socket.destroy()
  }
}

/** Returns options that accept any certificate, so that check can describe it; nothing is sent. */
function secureOptions({ tls: { ca, cert, key }, serverName }: Way, host: string) {
  const named = serverName ?? (isIP(host) ? '' : host)
  return {
    rejectUnauthorized: false,
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(named && { servername: named }),
  }
}

function judge(socket: TLSSocket, { url, serverName, tls, section }: Way): Finding {
  // Node's types call it an Error; it is the code.
  const trouble = socket.authorized ? undefined : String(socket.authorizationError)
  const certificate = socket.getPeerCertificate()
  const name = serverName || hostOf(url)
  return judgeCertificate({ certificate, trouble, name, isVerified: tls.verify, section }, Date.now())
}

function until(socket: Socket, event: string, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  socket.once(event, () => resolve())
  socket.once('error', reject)
  signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  return promise
}

function troubleOf(error: unknown, way: Way, what: string): Finding {
  const { code } = toFailure(error)
  return failed(`${what} (${code})`, networkRemedy(code, way))
}

function addressOf({ url }: Way) {
  const { protocol, port } = new URL(url)
  const isTls = protocol === 'https:'
  return { host: hostOf(url), port: Number(port) || (isTls ? 443 : 80), isTls }
}

/** Returns the host of a URL, an IPv6 address without its brackets. */
const hostOf = (url: string) => new URL(url).hostname.replace(/^\[|\]$/g, '')
