/** What both far ends have: TLS, a proxy, a time limit. */

import type { Files } from '../files.ts'
import { parseProxy } from '../endpoint.ts'
import { flag, parsed } from '../values.ts'

const CA = 'PEM file of certificate authorities to trust besides the built-in ones'

export function proxy() {
  return parsed('a URL as http://proxy.example.com:3128', parseProxy).describe(
    'Outbound HTTP(S) proxy; HTTPS_PROXY and NO_PROXY are honoured without it',
  )
}

export const caFile = (files: Files) => parsed('the path of a PEM file', files.certificates).describe(CA)

export const certFile = (files: Files) =>
  parsed('the path of a PEM file', files.certificates).describe('PEM file of the certificate, with its chain')

export const keyFile = (files: Files) =>
  parsed('the path of a PEM file', files.privateKey).describe(
    'PEM file of the private key, without a passphrase',
  )

export const verify = () =>
  flag()
    .prefault(true)
    .describe('Whether the certificate of the far end is checked. false: only for trying things out')
