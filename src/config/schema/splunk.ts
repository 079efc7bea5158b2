/** The section `splunk`: where events go. */

import type { z } from 'zod'
import { parseHecUrl } from '../endpoint.ts'
import type { Files } from '../files.ts'
import { present } from '../present.ts'
import { type Rule, section, twinRule } from '../section.ts'
import type { SplunkConfig } from '../types.ts'
import { choice, duration, flag, oneOrMore, parsed, size } from '../values.ts'
import { mutualTls, proxy } from './connection.ts'
import { metadataKeys, toMetadata } from './metadata.ts'
import { secret, secretFile } from './secret.ts'

export function splunkSchema(files: Files) {
  return section(keysOf(files), toSplunkConfig, [twinRule('token', 'required'), distinctUrls()])
}

/** Two addresses of one endpoint would rest and probe it as if they were two. */
function distinctUrls(): Rule<{ readonly url: string | readonly string[] }> {
  return {
    reads: ['url'],
    check: ({ url }) =>
      new Set([url].flat()).size === [url].flat().length
        ? []
        : [{ key: 'url', message: 'names an address twice' }],
  }
}

function keysOf(files: Files) {
  return {
    url: oneOrMore(parsed('a URL as https://splunk.example.com:8088', parseHecUrl)).describe(
      'Address of the HTTP Event Collector, as https://splunk.example.com:8088, or a list of them: the load is spread over them, a sick one is rested',
    ),
    token: secret().describe('HEC token').optional(),
    token_file: secretFile(files).describe('File that holds the HEC token').optional(),
    tls: mutualTls(files).describe('TLS to Splunk'),
    proxy: proxy(),
    timeout: duration({ min: '1s', max: '10m', fallback: '120s' }).describe('Longest time for one request'),
    compression: choice(['gzip', 'none']).prefault('gzip').describe('Compression of request bodies'),
    acknowledgement: flag()
      .prefault(false)
      .describe("Wait for the indexer's acknowledgement before a checkpoint moves; the token must offer it"),
    acknowledgement_timeout: duration({ min: '1s', max: '1h', fallback: '5m' }).describe(
      'Events that are not acknowledged by then are sent again',
    ),
    batch_bytes: size({ min: '1KiB', max: '100MiB', fallback: '1MiB' }).describe(
      "Upper bound of one request's body, uncompressed; a larger event travels alone",
    ),
    ...metadataKeys(),
  }
}

function toSplunkConfig(keys: z.output<z.ZodObject<ReturnType<typeof keysOf>>>): SplunkConfig {
  return present({
    urls: [keys.url].flat(),
    acknowledgementMs: keys.acknowledgement ? keys.acknowledgement_timeout : undefined,
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
