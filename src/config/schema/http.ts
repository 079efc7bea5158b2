/** The section `http`: metrics and health. */

import type { z } from 'zod'
import { parseListen } from '../endpoint.ts'
import type { Files } from '../files.ts'
import { present } from '../present.ts'
import { section, twinRule } from '../section.ts'
import type { HttpConfig } from '../types.ts'
import { parsed } from '../values.ts'
import { identityKeys, matchingRule } from './connection.ts'
import { secret, secretFile } from './secret.ts'

export function httpSchema(files: Files) {
  return section(keysOf(files), toHttpConfig, [twinRule('bearer_token', 'optional')])
}

function keysOf(files: Files) {
  return {
    listen: parsed('ADDRESS:PORT, as 127.0.0.1:9464', parseListen)
      .prefault('127.0.0.1:9464')
      .describe('Address and port of the status page, /api/status, /metrics, /healthz and /readyz'),
    bearer_token: secret().describe('Every path but /healthz asks for it').optional(),
    bearer_token_file: secretFile(files).describe('File that holds the bearer token').optional(),
    tls: section(identityKeys(files), toServerTls, [matchingRule()])
      .describe('Serves HTTPS with this certificate')
      .optional(),
  }
}

function toServerTls({ cert_file, key_file }: { cert_file: string; key_file: string }) {
  return { cert: cert_file, key: key_file }
}

function toHttpConfig(keys: z.output<z.ZodObject<ReturnType<typeof keysOf>>>): HttpConfig {
  return present({
    ...keys.listen,
    bearerToken: keys.bearer_token ?? keys.bearer_token_file?.text,
    tls: keys.tls,
  })
}
