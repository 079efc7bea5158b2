import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { configJsonSchema } from '../../../src/config/json-schema.ts'
import { loadConfig } from '../../../src/config/load.ts'
import { CERTIFICATE, PRIVATE_KEY } from './certificates.ts'
import { loaded } from './fixture.ts'

const shippedFile = fileURLToPath(new URL('../../../config.yaml', import.meta.url))
const shippedSchema = new URL('../../../config.schema.json', import.meta.url)
const shippedText = readFileSync(shippedFile, 'utf8')

const env = {
  SLS_ENDPOINT: 'cn-hangzhou.log.aliyuncs.com',
  SLS_AK_ID: 'key-id',
  SLS_AK_KEY: 'hush-key',
  SLS_PROJECT: 'my-project',
  SLS_LOGSTORE: 'actiontrail',
  SLS_CG: 'my-group',
  SPLUNK_HEC_URL: 'https://splunk.example.com:8088/services/collector',
  SPLUNK_HEC_TOKEN: 'hush-token',
}

describe('the shipped config.yaml', () => {
  test('needs nothing but its eight variables', () => {
    const result = loadConfig({ file: shippedFile, env })
    expect(result).toMatchObject({
      kind: 'ok',
      warnings: [],
      config: {
        sls: { endpoint: 'https://cn-hangzhou.log.aliyuncs.com', region: 'cn-hangzhou' },
        splunk: { urls: ['https://splunk.example.com:8088'], token: 'hush-token' },
        sources: [{ name: 'my-project/actiontrail', consumerGroup: 'my-group' }],
      },
    })
  })

  test('names each of the others when none is set', () => {
    const result = loadConfig({ file: shippedFile, env: {} })
    const said = result.kind === 'invalid' ? result.problems.map(({ message }) => message).join('\n') : ''
    const named = Object.keys(env).filter(name =>
      said.includes(`the environment variable ${name} is not set`),
    )
    expect(named).toEqual(Object.keys(env).filter(name => name !== 'SLS_CG'))
  })

  test('shows in its comments nothing that is not taken', () => {
    const all = uncommented(shippedText).replace(/ *(credentials|bearer_token_file): .*\n/g, '')
    const files = { 'ca.pem': CERTIFICATE, 'client.pem': CERTIFICATE, 'server.pem': CERTIFICATE }
    const keys = { 'client.key': PRIVATE_KEY, 'server.key': PRIVATE_KEY }
    const { config } = loaded(all, {
      env: { ...env, SLS_STS_TOKEN: 'hush-sts' },
      files: { ...files, ...keys },
    })
    expect(config.sources[0]?.routes).toHaveLength(2)
  })

  test('shows in its comments the defaults', () => {
    const defaults = JSON.parse(configJsonSchema()).properties
    const shown = parse(uncommented(shippedText))
    expect(shown.worker).toEqual(defaultsOf(defaults.worker))
    expect(shown.log).toEqual(defaultsOf(defaults.log))
    expect(shown.splunk).toMatchObject({ timeout: '120s', compression: 'gzip', batch_bytes: '1MiB' })
    expect(shown.sources[0]).toMatchObject(
      withoutKeys(defaultsOf(defaults.sources.items), ['routes', 'consumers', 'consumer_group']),
    )
  })
})

describe('config.schema.json', () => {
  test('is what the program checks with; `node scripts/config-schema.ts` writes it anew', () => {
    expect(readFileSync(shippedSchema, 'utf8')).toBe(configJsonSchema())
  })

  test('takes the shipped config.yaml, as it is and with all of its comments', () => {
    const schema = z.fromJSONSchema(JSON.parse(configJsonSchema()))
    expect(schema.safeParse(parse(shippedText)).error).toBeUndefined()
    expect(schema.safeParse(parse(uncommented(shippedText))).error).toBeUndefined()
    expect(schema.safeParse({ ...parse(shippedText), logs: {} }).success).toBe(false)
  })

  test('describes every key', () => {
    expect(undescribed(JSON.parse(configJsonSchema()), [])).toEqual([])
  })
})

/** Every commented-out key in force: lines `# key: …`, `#   - …`, but not prose. */
function uncommented(text: string): string {
  return text.replaceAll(/^( *)# ( *(?:- )?[a-z_]+:(?: .*)?)$/gm, '$1$2')
}

interface Schema {
  readonly description?: string
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
}

function defaultsOf({ properties = {} }: Schema): Record<string, unknown> {
  const entries = Object.entries(properties).flatMap(([key, schema]) => {
    const value = schema.properties ? defaultsOf(schema) : schema.default
    return value === undefined ? [] : [[key, value] as const]
  })
  return Object.fromEntries(entries)
}

function withoutKeys(object: Record<string, unknown>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)))
}

function undescribed(schema: Schema, path: readonly string[]): string[] {
  const properties = Object.entries({ ...schema.properties, ...schema.items?.properties })
  return properties.flatMap(([key, inner]) => [
    ...(inner.description === undefined ? [[...path, key].join('.')] : []),
    ...undescribed(inner, [...path, key]),
  ])
}
