/** The certificate that a far end presents: its subject, its issuer, its dates. */

import type { PeerCertificate } from 'node:tls'
import { type Finding, failed, ok, warning } from './step.ts'

export interface Presented {
  readonly certificate: PeerCertificate
  /** Why it is not trusted: OpenSSL's code, or Node's for the wrong name; undefined when it is. */
  readonly trouble: string | undefined
  /** The host name that it must be for. */
  readonly name: string
  /** `tls.verify` */
  readonly isVerified: boolean
  /** `sls` or `splunk`, whose keys the remedies name. */
  readonly section: string
}

const DAY_MS = 86_400_000
const EXPIRES_SOON_DAYS = 30

export function judgeCertificate(presented: Presented, nowMs: number): Finding {
  const { certificate, trouble, isVerified, section } = presented
  const text = describe(certificate)
  if (trouble !== undefined && isVerified)
    return failed(
      `not trusted (${trouble}: ${reasonOf(presented, trouble)}); presented: ${text}`,
      remedyOf(presented, trouble),
    )
  if (trouble !== undefined)
    return warning(
      `taken unverified (${trouble}); presented: ${text}`,
      `set ${section}.tls.verify to true and ca_file to its authority`,
    )
  const days = Math.floor((Date.parse(certificate.valid_to) - nowMs) / DAY_MS)
  return days < EXPIRES_SOON_DAYS
    ? warning(`expires in ${days} days; ${text}`, 'have it renewed in time: from then on nothing is sent')
    : ok(text)
}

function describe({ subject, subjectaltname, issuer, valid_from, valid_to }: PeerCertificate): string {
  const names = subjectaltname ? ` (${subjectaltname})` : ''
  return `subject ${nameOf(subject)}${names}, issuer ${nameOf(issuer)}, valid ${dayOf(valid_from)} to ${dayOf(valid_to)}`
}

/** Returns a distinguished name as OpenSSL writes it (`CN=…, O=…`); `without a name` where there is none. */
function nameOf(name: PeerCertificate['subject'] | undefined): string {
  const parts = Object.entries(name ?? {}).map(([key, value]) => `${key}=${[value].flat().join('+')}`)
  return parts.length > 0 ? parts.join(', ') : 'without a name'
}

const dayOf = (date: string) => {
  const ms = Date.parse(date)
  return Number.isNaN(ms) ? date : new Date(ms).toISOString().slice(0, 10)
}

const UNKNOWN_AUTHORITY = 'its authority is not among those that are trusted'

const REASONS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
}

function reasonOf({ name }: Presented, trouble: string): string {
  if (trouble === 'ERR_TLS_CERT_ALTNAME_INVALID') return `it is not for ${name}`
  return REASONS[trouble] ?? 'the chain cannot be verified'
}

function remedyOf({ name, section }: Presented, trouble: string): string {
  if (trouble === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `name the host in ${KEYS[section]} as the certificate does, or have one issued for ${name}`
  if (trouble === 'CERT_HAS_EXPIRED' || trouble === 'CERT_NOT_YET_VALID')
    return 'renew the certificate there; if its dates are right, set the clock of this host'
  return `set ${section}.tls.ca_file to the certificate of its authority (PEM)`
}

/** The configuration key that holds the address, by section. */
export const KEYS: Readonly<Record<string, string>> = { sls: 'sls.endpoint', splunk: 'splunk.url' }
