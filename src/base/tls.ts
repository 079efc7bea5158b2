/** TLS: how a far end proves who it is, how we do, and what can be wrong with a certificate. */

/** Certificates and keys are PEM texts. */
export interface TlsConfig {
  /** The authority that must have signed the far end's certificate; without it those that Node knows. */
  readonly ca?: string
  /** Our own certificate and its key, for a far end that asks for one. */
  readonly cert?: string
  readonly key?: string
  /** False takes any certificate. */
  readonly verify: boolean
}

/** OpenSSL's results of verification that Node passes on as error codes (nodejs.org/api/tls.html, X509 error codes). */
const VERIFICATION_CODES: ReadonlySet<string> = new Set([
  'CERT_CHAIN_TOO_LONG',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REJECTED',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'CRL_HAS_EXPIRED',
  'CRL_NOT_YET_VALID',
  'CRL_SIGNATURE_FAILURE',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERROR_IN_CERT_NOT_AFTER_FIELD',
  'ERROR_IN_CERT_NOT_BEFORE_FIELD',
  'ERROR_IN_CRL_LAST_UPDATE_FIELD',
  'ERROR_IN_CRL_NEXT_UPDATE_FIELD',
  'HOSTNAME_MISMATCH',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY',
  'UNABLE_TO_DECRYPT_CERT_SIGNATURE',
  'UNABLE_TO_DECRYPT_CRL_SIGNATURE',
  'UNABLE_TO_GET_CRL',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

/** Says whether a request failed for the far end's certificate, by Node's error code. */
export function isCertificateProblem(code: string): boolean {
  // Node's own codes, such as ERR_TLS_CERT_ALTNAME_INVALID for another host's certificate.
  return VERIFICATION_CODES.has(code) || code.startsWith('ERR_TLS_')
}
