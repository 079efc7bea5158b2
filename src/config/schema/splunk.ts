/** The section `splunk`: where events go. */

import type { z } from 'zod'
import { parseHecUrl } from '../endpoint.ts'
import type { Files } from '../files.ts'
import { present } from '../present.ts'
import { pairRule, section, twinRule } from '../section.ts'
import type { SplunkConfig } from '../types.ts'
import { choice, duration, oneOrMore, parsed, size } from '../values.ts'
import { caFile, certFile, keyFile, proxy, verify } from './connection.ts'
import { metadataKeys, toMetadata } from './metadata.ts'
import { secret, secretFile } from './secret.ts'

export function splunkSchema(files: Files) {
  return section(keysOf(files), [twinRule('token', 'required')]).transform(toSplunkConfig)
}

function keysOf(files: Files) {
  return {
    url: oneOrMore(parsed('a URL as https://splunk.example.com:8088', parseHecUrl)).describe(
      'Address of the HTTP Event Collector, as https://splunk.example.com:8088',
    ),
    token: secret().describe('HEC token').optional(),
    token_file: secretFile(files).describe('File that holds the HEC token').optional(),
    tls: tls(files).prefault({}).describe('TLS to Splunk'),
    proxy: proxy().optional(),
    timeout: duration('1s', '10m').prefault('120s').describe('Longest time for one request'),
    compression: choice(['gzip', 'none']).prefault('gzip').describe('Compression of request bodies'),
    batch_bytes: size('1KiB', '100MiB')
      .prefault('1MiB')
      .describe("Upper bound of one request's body, uncompressed; a larger event travels alone"),
    ...metadataKeys(),
  }
}

function tls(files: Files) {
  const keys = {
    ca_file: caFile(files).optional(),
    cert_file: certFile(files).optional(),
    key_file: keyFile(files).optional(),
    verify: verify(),
  }
  return section(keys, [pairRule('cert_file', 'key_file')])
}

function toSplunkConfig(keys: z.output<z.ZodObject<ReturnType<typeof keysOf>>>): SplunkConfig {
  return present({
    urls: [keys.url].flat(),
    token: keys.token ?? keys.token_file?.text ?? '',
    tokenFile: keys.token_file?.path,
    tls: present({
      ca: keys.tls.ca_file,
      cert: keys.tls.cert_file,
      key: keys.tls.key_file,
      verify: keys.tls.verify,
    }),
    proxy: keys.proxy,
    timeoutMs: keys.timeout,
    compression: keys.compression,
    batchBytes: keys.batch_bytes,
    metadata: toMetadata(keys),
  })
}
