import { describe, expect, it } from 'vitest'
import { isCertificateProblem } from '../../../src/base/tls.ts'

describe('a code of Node', () => {
  it.each([
    'CERT_HAS_EXPIRED',
    'CERT_NOT_YET_VALID',
    'CERT_REVOKED',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'UNABLE_TO_DECRYPT_CERT_SIGNATURE',
    'ERROR_IN_CERT_NOT_AFTER_FIELD',
    'HOSTNAME_MISMATCH',
    'INVALID_CA',
    'INVALID_PURPOSE',
    'PATH_LENGTH_EXCEEDED',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'ERR_TLS_CERT_ALTNAME_FORMAT',
  ])('%s is about the certificate', code => {
    expect(isCertificateProblem(code)).toBe(true)
  })

  it.each([
    'ECONNREFUSED',
    'ETIMEDOUT',
    'EPROTO',
    'OUT_OF_MEM',
    // Our own certificate is missing, and the far end's is not looked at.
    'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
    'ERR_SSL_WRONG_VERSION_NUMBER',
    '',
  ])('%j is not', code => {
    expect(isCertificateProblem(code)).toBe(false)
  })
})
