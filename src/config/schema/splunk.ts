/** The section `splunk`: where events go. */

import type { z } from 'zod'
import { parseHecUrl } from '../endpoint.ts'
import type { Files } from '../files.ts'
import { present } from '../present.ts'
import { section, twinRule } from '../section.ts'
import type { SplunkConfig } from '../types.ts'
import { choice, duration, oneOrMore, parsed, size } from '../values.ts'
import { mutualTls, proxy } from './connection.ts'
import { metadataKeys, toMetadata } from './metadata.ts'
import { secret, secretFile } from './secret.ts'

export function splunkSchema(files: Files) {
  return section(keysOf(files), toSplunkConfig, [twinRule('token', 'required')])
}

function keysOf(files: Files) {
  return {
    url: oneOrMore(parsed('a URL as https://splunk.example.com:8088', parseHecUrl)).describe(
      'Address of the HTTP Event Collector, as https://splunk.example.com:8088',
    ),
    token: secret().describe('HEC token').optional(),
    token_file: secretFile(files).describe('File that holds the HEC token').optional(),
    tls: mutualTls(files).describe('TLS to Splunk'),
    proxy: proxy(),
    timeout: duration({ min: '1s', max: '10m', fallback: '120s' }).describe('Longest time for one request'),
    compression: choice(['gzip', 'none']).prefault('gzip').describe('Compression of request bodies'),
    batch_bytes: size({ min: '1KiB', max: '100MiB', fallback: '1MiB' }).describe(
      "Upper bound of one request's body, uncompressed; a larger event travels alone",
    ),
    ...metadataKeys(),
  }
}

function toSplunkConfig(keys: z.output<z.ZodObject<ReturnType<typeof keysOf>>>): SplunkConfig {
  return present({
    urls: [keys.url].flat(),
    token: keys.token ?? keys.token_file?.text ?? '',
    tokenFile: keys.token_file?.path,
    tls: keys.tls,
    proxy: keys.proxy,
    timeoutMs: keys.timeout,
    compression: keys.compression,
    batchBytes: keys.batch_bytes,
    metadata: toMetadata(keys),
  })
}
