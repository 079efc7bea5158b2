import { generateKeyPairSync } from 'node:crypto'
import { chmodSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import { CERTIFICATE, PRIVATE_KEY } from './certificates.ts'
import { configText, loaded, problemLines } from './fixture.ts'

const FROM_FILES = configText({
  sls: 'access_key_secret_file: key\nsecurity_token_file: sts',
  splunk: 'token_file: token',
  top: 'http: { bearer_token_file: bearer }',
}).replace(/ {2}(access_key_secret|token):.*\n/g, '')

describe('a secret from a file', () => {
  const files = { key: 'hush-key\n', sts: 'hush-sts\r\n', token: 'hush-token', bearer: 'hush-bearer\n' }

  test('is what the file holds without its last line break', () => {
    const { config, secrets, warnings } = loaded(FROM_FILES, { files })
    expect(config.sls.credentials).toMatchObject({ accessKeySecret: 'hush-key', securityToken: 'hush-sts' })
    expect(config.splunk.token).toBe('hush-token')
    expect(config.splunk.tokenFile).toBe(join(dirname(config.file), 'token'))
    expect(config.http.bearerToken).toBe('hush-bearer')
    expect(secrets).toEqual(['hush-key', 'hush-sts', 'hush-token', 'hush-bearer'])
    expect(warnings).toEqual([])
  })

  test('is found by a path from the environment', () => {
    const text = configText({ splunk: `token_file: \${CREDENTIALS_DIRECTORY}/token` }).replace(
      / {2}token:.*\n/,
      '',
    )
    const setting = { files, env: { CREDENTIALS_DIRECTORY: '.' } }
    expect(loaded(text, setting).config.splunk.token).toBe('hush-token')
  })

  test.each([
    ['', 'names a file that is empty'],
    ['\n', 'names a file that is empty'],
    ['hush token', 'names a file that holds white space, a line break or a letter beyond ASCII'],
    ['hush\ntoken\n', 'names a file that holds white space, a line break or a letter beyond ASCII'],
    ['hush\n\n', 'names a file that holds white space, a line break or a letter beyond ASCII'],
    ['hush\r', 'names a file that holds white space, a line break or a letter beyond ASCII'],
  ])('is refused when it is %j', (token, message) => {
    const problems = problemLines(FROM_FILES, { files: { ...files, token } })
    expect(problems).toEqual([expect.stringContaining(`config.yaml:8:15: splunk.token_file: ${message}`)])
  })

  test('is refused when it is a large file', () => {
    const problems = problemLines(FROM_FILES, { files: { ...files, token: 'x'.repeat(1_048_577) } })
    expect(problems).toEqual(['config.yaml:8:15: splunk.token_file: names a file that is larger than 1 MiB'])
  })

  test.each([
    ['nothing', 'no such file or directory'],
    ['token/x', 'not a directory'],
    ['"a\\0b"', 'its path is not one'],
  ])('is refused when %s cannot be read', (path, reason) => {
    const text = FROM_FILES.replace('token_file: token', `token_file: ${path}`)
    expect(problemLines(text, { files })).toEqual([
      `config.yaml:8:15: splunk.token_file: names a file that cannot be read: ${reason}`,
    ])
  })

  test.each([
    ['access_key_secret', configText({ sls: 'access_key_secret_file: key' }), '5:27: sls'],
    ['token', configText({ splunk: 'token_file: token' }), '8:15: splunk'],
    [
      'bearer_token',
      configText({ top: 'http: { bearer_token: x, bearer_token_file: bearer }' }),
      '11:45: http',
    ],
  ])('cannot stand beside %s', (key, text, at) => {
    expect(problemLines(text, { files })).toEqual([
      `config.yaml:${at}.${key}_file: cannot stand beside ${key}; keep one of the two`,
    ])
  })

  test.each([0o640, 0o604, 0o644])('gives a warning when its mode is %o', mode => {
    const { config } = loaded(FROM_FILES, { files })
    chmodSync(join(dirname(config.file), 'token'), mode)
    const result = loadConfig({ file: config.file, env: {} })
    expect(result.kind === 'ok' && result.warnings).toEqual([
      expect.stringMatching(/token holds a secret and can be read by others than its owner; chmod 600 it$/),
    ])
  })
})

describe('TLS files', () => {
  const files = {
    'ca.pem': CERTIFICATE,
    'cert.pem': CERTIFICATE,
    'key.pem': PRIVATE_KEY,
    'token.txt': 'hush',
  }
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey

  test('become PEM text', () => {
    const tls = 'tls: { ca_file: ca.pem, cert_file: cert.pem, key_file: key.pem }'
    const text = configText({
      sls: 'tls: { ca_file: ca.pem }',
      splunk: tls,
      top: 'http: { tls: { cert_file: cert.pem, key_file: key.pem } }',
    })
    const { config } = loaded(text, { files })
    expect(config.sls.tls).toEqual({ ca: CERTIFICATE, verify: true })
    expect(config.splunk.tls).toEqual({ ca: CERTIFICATE, cert: CERTIFICATE, key: PRIVATE_KEY, verify: true })
    expect(config.http.tls).toEqual({ cert: CERTIFICATE, key: PRIVATE_KEY })
  })

  test.each([
    [
      'ca_file: none.pem',
      '8:19: splunk.tls.ca_file: names a file that cannot be read: no such file or directory',
    ],
    ['ca_file: token.txt', '8:19: splunk.tls.ca_file: names a file that is not a PEM certificate'],
    ['cert_file: cert.pem', '8:3: splunk.tls.key_file: is missing; cert_file needs it'],
    ['key_file: key.pem', '8:3: splunk.tls.cert_file: is missing; key_file needs it'],
    [
      'cert_file: cert.pem, key_file: cert.pem',
      '8:41: splunk.tls.key_file: names a file that is not a PEM private key without a passphrase',
    ],
    [
      'cert_file: cert.pem, key_file: other.pem',
      '8:41: splunk.tls.key_file: holds another key than that of the certificate in cert_file',
    ],
  ])('%s is refused', (tls, expected) => {
    const pem = String(other.export({ type: 'pkcs8', format: 'pem' }))
    const problems = problemLines(configText({ splunk: `tls: { ${tls} }` }), {
      files: { ...files, 'other.pem': pem },
    })
    expect(problems).toEqual([`config.yaml:${expected}`])
  })

  test('to serve with must be two', () => {
    expect(problemLines(configText({ top: 'http: { tls: { cert_file: cert.pem } }' }), { files })).toEqual([
      'config.yaml:11:9: http.tls.key_file: is missing; it must be the path of a PEM file',
    ])
  })
})
