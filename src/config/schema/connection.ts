/** What both far ends have: a proxy and TLS. */

import type { TlsConfig } from '../../base/tls.ts'
import { parseProxy } from '../endpoint.ts'
import { type Files, isKeyOf } from '../files.ts'
import { present } from '../present.ts'
import { type Complaint, type Presence, pairRule, type Rule, section } from '../section.ts'
import { flag, parsed } from '../values.ts'

const A_PEM_FILE = 'the path of a PEM file'

export function proxy() {
  return parsed('a URL as http://proxy.example.com:3128', parseProxy)
    .describe(
      'Outbound HTTP(S) proxy; user name and password percent-encoded (% is %25). Without it HTTPS_PROXY and NO_PROXY count',
    )
    .optional()
}

/** TLS to a server that asks for no certificate of ours. */
export function serverTls(files: Files) {
  return section(trustKeys(files), toTlsConfig).prefault({})
}

/** TLS to a server that may ask for a certificate of ours. */
export function mutualTls(files: Files) {
  const { cert_file, key_file } = identityKeys(files)
  const keys = { ...trustKeys(files), cert_file: cert_file.optional(), key_file: key_file.optional() }
  return section(keys, toTlsConfig, [pairRule('cert_file', 'key_file'), matchingRule()]).prefault({})
}

/** A certificate and its private key. */
export function identityKeys(files: Files) {
  return {
    cert_file: parsed(A_PEM_FILE, files.certificates).describe('PEM file of the certificate, with its chain'),
    key_file: parsed(A_PEM_FILE, files.privateKey).describe(
      'PEM file of the private key, without a passphrase',
    ),
  }
}

/** Says that a certificate and a key that are both good must also belong together. */
export function matchingRule(): Rule<Presence> {
  return { reads: ['cert_file', 'key_file'], check: matchComplaints }
}

function matchComplaints({ cert_file: cert, key_file: key }: Presence): Complaint[] {
  if (typeof cert !== 'string' || typeof key !== 'string' || isKeyOf(key, cert)) return []
  return [{ key: 'key_file', message: 'holds another key than that of the certificate in cert_file' }]
}

function trustKeys(files: Files) {
  return {
    ca_file: parsed(A_PEM_FILE, files.certificates)
      .describe('PEM file of certificate authorities to trust instead of the built-in ones')
      .optional(),
    verify: flag()
      .prefault(true)
      .describe('Whether the certificate of the far end is checked; false only for trying things out'),
  }
}

interface TlsKeys {
  readonly ca_file?: string | undefined
  readonly cert_file?: string | undefined
  readonly key_file?: string | undefined
  readonly verify: boolean
}

function toTlsConfig({ ca_file: ca, cert_file: cert, key_file: key, verify }: TlsKeys): TlsConfig {
  return present({ ca, cert, key, verify })
}
