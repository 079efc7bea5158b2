/** Certificates made for the run of a test: an authority, and servers that it vouches for. */

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Certificate {
  readonly cert: string
  readonly key: string
}

export interface Authority {
  /** To be trusted: PEM. */
  readonly ca: string
  /** For `IP:127.0.0.1,DNS:localhost`, as OpenSSL writes subject alternative names; for a day unless told otherwise. */
  issue(names: string, days?: number): Certificate
}

const CURVE = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

/** Signed by itself, trusted by nobody. */
export function selfSigned(names: string): Certificate {
  return inFolder(folder => request(folder, ['-addext', `subjectAltName=${names}`]))
}

export function createAuthority(): Authority {
  const authority = inFolder(folder => request(folder, ['-addext', 'keyUsage=keyCertSign']))
  return {
    ca: authority.cert,
    issue: (names, days) =>
      inFolder(folder => {
        const ca = join(folder, 'ca.pem')
        writeFileSync(ca, authority.cert + authority.key)
        const extensions = [
          '-addext',
          `subjectAltName=${names}`,
          '-addext',
          'basicConstraints=critical,CA:false',
        ]
        return request(folder, [...extensions, '-CA', ca, '-CAkey', ca], days)
      }),
  }
}

function request(folder: string, extra: readonly string[], days = 1): Certificate {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const files = ['-subj', '/CN=test', '-days', String(days), '-keyout', key, '-out', cert]
  execFileSync('openssl', ['req', '-x509', ...CURVE, ...files, ...extra], { stdio: 'pipe' })
  return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') }
}

function inFolder<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'sls2splunk-tls-'))
  try {
    return use(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
