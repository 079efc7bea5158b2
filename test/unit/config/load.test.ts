import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { findConfigFile, loadConfig } from '../../../src/config/load.ts'
import { configText, loaded } from './fixture.ts'

test('the smallest file gets every default', () => {
  const { config, warnings, secrets } = loaded(configText())
  expect(config).toEqual({
    file: expect.stringMatching(/config\.yaml$/),
    instance: 'host-example-com',
    stateDirectory: expect.stringMatching(/^\/.*\/state$/),
    sls: {
      endpoint: 'https://cn-hangzhou.log.aliyuncs.com',
      region: 'cn-hangzhou',
      signature: 'v4',
      credentials: { kind: 'keys', accessKeyId: 'key-id', accessKeySecret: 'hush-key' },
      tls: { verify: true },
      timeoutMs: 60_000,
    },
    splunk: {
      urls: ['https://splunk.example.com:8088'],
      token: 'hush-token',
      tls: { verify: true },
      timeoutMs: 120_000,
      compression: 'gzip',
      batchBytes: 1_048_576,
      metadata: {},
    },
    sources: [
      {
        name: 'my-project/audit',
        project: 'my-project',
        logstore: 'audit',
        consumerGroup: 'sls2splunk',
        consumers: 1,
        startFrom: { kind: 'end' },
        inOrder: false,
        heartbeatIntervalMs: 20_000,
        fetchIntervalMs: 1_000,
        checkpointIntervalMs: 5_000,
        routes: [],
        event: { metadata: true },
      },
    ],
    worker: {
      memoryLimitBytes: 536_870_912,
      inFlightBytes: 67_108_864,
      stalledAfterMs: 60_000,
      restartBackoff: { minMs: 1_000, maxMs: 60_000 },
      drainTimeoutMs: 30_000,
    },
    http: { host: '127.0.0.1', port: 9464 },
    deadLetters: {
      directory: expect.stringMatching(/^\/.*\/state\/dead-letters$/),
      maxBytes: 1_073_741_824,
    },
    log: { level: 'info', format: 'json' },
  })
  expect(warnings).toEqual([])
  expect(secrets).toEqual(['hush-key', 'hush-token'])
})

test('keys that are not set are not there, so that the configuration crosses threads as it is', () => {
  const { config } = loaded(configText())
  expect(structuredClone(config)).toStrictEqual(config)
  expect('proxy' in config.sls).toBe(false)
})

test('the configuration is frozen all through', () => {
  const { config } = loaded(configText({ source: 'routes: [{ match: { topic: a }, index: b }]' }))
  const parts = [config, config.sls.tls, config.sources, config.sources[0]?.routes[0]?.match[0]?.patterns]
  expect(parts.every(part => Object.isFrozen(part))).toBe(true)
})

test('routes become matchers, patterns and templates', () => {
  const source = [
    'routes:',
    '  - match: { topic: [audit, "op*"], source: /^10\\./, tag.a.b: c }',
    '    index: security',
    '    host: "{tag.__hostname__}-{{x}}"',
    '  - match: {}',
    '    drop: true',
  ].join('\n')
  const { config } = loaded(configText({ source }))
  expect(config.sources[0]?.routes).toEqual([
    {
      match: [
        {
          on: { kind: 'topic' },
          patterns: [
            { kind: 'exact', text: 'audit' },
            { kind: 'glob', glob: 'op*' },
          ],
        },
        { on: { kind: 'source' }, patterns: [{ kind: 'regex', source: '^10\\.', flags: '' }] },
        { on: { kind: 'tag', name: 'a.b' }, patterns: [{ kind: 'exact', text: 'c' }] },
      ],
      action: {
        kind: 'send',
        metadata: {
          index: [{ kind: 'text', text: 'security' }],
          host: [
            { kind: 'tag', name: '__hostname__' },
            { kind: 'text', text: '-{x}' },
          ],
        },
      },
    },
    { match: [], action: { kind: 'drop' } },
  ])
})

describe('a value from the environment', () => {
  test('has the type that its key wants', () => {
    const source = `consumers: \${N}\nin_order: \${ORDER}\nheartbeat_interval: "\${BEAT}"`
    const { config } = loaded(configText({ source }), { env: { N: '3', ORDER: 'true', BEAT: '30s' } })
    expect(config.sources[0]).toMatchObject({ consumers: 3, inOrder: true, heartbeatIntervalMs: 30_000 })
  })

  test('stays text where text is wanted, whatever it looks like', () => {
    const { config } = loaded(configText({ splunk: `index: \${I}\nsourcetype: \${S}` }), {
      env: { I: '2024', S: 'a: [b]#{{' },
    })
    expect(config.splunk.metadata).toEqual({
      index: [{ kind: 'text', text: '2024' }],
      sourcetype: [{ kind: 'text', text: 'a: [b]#{' }],
    })
  })

  test('is the default when it is empty', () => {
    const { config } = loaded(configText({ source: `consumers: \${N:-7}` }), { env: { N: '' } })
    expect(config.sources[0]?.consumers).toBe(7)
  })
})

describe('the place of the state directory', () => {
  const directory = (top: string, env = {}) => loaded(configText({ top }), { env }).config.stateDirectory

  test.each([
    ['is the service manager’s', '', { STATE_DIRECTORY: '/var/lib/sls2splunk' }, /^\/var\/lib\/sls2splunk$/],
    ['is state/ beside the file without one', '', { STATE_DIRECTORY: '' }, /config-\w+\/state$/],
    ['is what the file says', 'state_directory: /data', { STATE_DIRECTORY: '/var/lib/x' }, /^\/data$/],
    ['is relative to the file', 'state_directory: data', {}, /config-\w+\/data$/],
  ])('%s', (_, top, env, expected) => {
    expect(directory(top, env)).toMatch(expected)
  })
})

describe('the place of the dead letters', () => {
  const place = (top: string, env = {}) => loaded(configText({ top }), { env }).config.deadLetters

  test.each([
    ['is in the state directory', 'state_directory: /data', /^\/data\/dead-letters$/],
    ['is there too when the section is empty', 'state_directory: /data\ndead_letters:', /^\/data\/dead-/],
    ['is what the file says', 'dead_letters: { directory: /dead }', /^\/dead$/],
    ['is relative to the file', 'dead_letters: { directory: dead }', /config-\w+\/dead$/],
  ])('%s', (_, top, expected) => {
    expect(place(top).directory).toMatch(expected)
  })

  test('may come from the environment, with its size', () => {
    const top = `dead_letters: { directory: "\${D}", max_bytes: "\${M}" }`
    const expected = { directory: '/dead', maxBytes: 67_108_864 }
    expect(place(top, { D: '/dead', M: '64MiB' })).toEqual(expected)
  })
})

describe('log.format: auto', () => {
  test.each([
    ['journal', { env: { JOURNAL_STREAM: '8:1234' }, isTty: true }],
    ['pretty', { isTty: true }],
    ['json', { env: { JOURNAL_STREAM: '' } }],
  ])('is %s with %j', (format, setting) => {
    expect(loaded(configText({ top: 'log: { format: auto }' }), setting).config.log.format).toBe(format)
  })

  test('gives way to a format that is named', () => {
    const { config } = loaded(configText({ top: 'log: { format: json }' }), { isTty: true })
    expect(config.log.format).toBe('json')
  })
})

describe('YAML', () => {
  test('may use anchors, aliases and merge keys', () => {
    const source = [
      'consumers: &n 2',
      'routes: &routes [{ drop: true, match: &match { topic: a } }]',
      '- &base { project: my-project, logstore: other, consumers: *n, routes: *routes }',
      '- { <<: *base, logstore: third }',
    ].join('\n')
    const text = configText({ source }).replaceAll('    - ', '  - ')
    const { config } = loaded(text)
    expect(config.sources.map(({ name, consumers }) => [name, consumers])).toEqual([
      ['my-project/audit', 2],
      ['my-project/other', 2],
      ['my-project/third', 2],
    ])
    expect(config.sources[2]?.routes).toEqual(config.sources[0]?.routes)
  })

  test('may leave a section or a list without a value', () => {
    const { config } = loaded(
      configText({ source: 'routes:\nevent:', top: 'worker:\nhttp:\ndead_letters:\nlog:' }),
    )
    expect(config.sources[0]?.routes).toEqual([])
  })

  test('gives a time as text and as a timestamp alike', () => {
    const read = (time: string) =>
      loaded(configText({ source: `start_from: ${time}` })).config.sources[0]?.startFrom
    const expected = { kind: 'time', seconds: 1_769_817_600 }
    expect(read('2026-01-31T08:00:00+08:00')).toEqual(expected)
    expect(read('!!timestamp 2026-01-31T08:00:00+08:00')).toEqual(expected)
  })
})

describe('warnings name what is risky', () => {
  test.each([
    ['sls.endpoint: http://', (text: string) => text.replace('cn-h', 'http://cn-h')],
    ['splunk.url: http://', (text: string) => text.replace('https://splunk', 'http://splunk')],
    [
      'splunk.tls.verify: false',
      (text: string) => text.replace('token:', 'tls: { verify: false }\n  token:'),
    ],
    [
      'sls.tls.verify: false',
      (text: string) => text.replace('access_key_id:', 'tls: { verify: false }\n  access_key_id:'),
    ],
    [
      'routes[0] matches every log',
      (text: string) =>
        `${text.trimEnd()}\n    routes: [{ drop: true }, { match: { topic: a }, drop: true }]`,
    ],
  ])('%s', (expected, change) => {
    expect(loaded(change(configText())).warnings).toEqual([expect.stringContaining(expected)])
  })
})

describe('a proxy of the environment that is none', () => {
  const HTTPS_PROXY = 'http://me:hu%sh@proxy:3128'

  test.each(['', 'sls', 'splunk'])('is said while a section names no other (%s does)', section => {
    const text = configText(section === '' ? {} : { [section]: 'proxy: http://other:3128' })
    expect(loaded(text, { env: { HTTPS_PROXY } }).warnings).toEqual([
      expect.stringMatching(
        /^HTTPS_PROXY of the environment is left out: it has a password whose percent-encoding is broken; /,
      ),
    ])
  })

  test('is not said when both sections name their own', () => {
    const proxy = 'proxy: http://other:3128'
    expect(loaded(configText({ sls: proxy, splunk: proxy }), { env: { HTTPS_PROXY } }).warnings).toEqual([])
  })
})

test('secrets are all that a log must not show', () => {
  const text = configText({
    sls: 'security_token: hush-sts\nproxy: http://me:hush%20proxy@proxy:3128',
    top: 'http: { bearer_token: hush-bearer }',
  })
  expect(loaded(text).secrets).toEqual(['hush-key', 'hush-sts', 'hush-token', 'hush-bearer', 'hush proxy'])
})

test('credentials can be left to the chain of Alibaba Cloud', () => {
  const text = configText().replace(/ {2}access_key_id.*\n.*\n/, '  credentials: default\n')
  expect(loaded(text).config.sls.credentials).toEqual({ kind: 'default' })
})

test('signature v1 needs no region', () => {
  const text = configText({ sls: 'signature: v1' }).replace(
    'cn-hangzhou.log.aliyuncs.com',
    'http://127.0.0.1:8080',
  )
  expect(loaded(text).config.sls).toMatchObject({
    endpoint: 'http://127.0.0.1:8080',
    region: '',
    signature: 'v1',
  })
})

describe('a file that cannot be used', () => {
  const problemOf = (file: string) => loadConfig({ file, env: {} })

  test('is not there', () => {
    expect(problemOf('/nowhere/config.yaml')).toEqual({
      kind: 'invalid',
      problems: [{ line: 1, column: 1, key: '', message: 'cannot be read: no such file or directory' }],
    })
  })

  test('is a directory', () => {
    const directory = mkdtempSync(join(tmpdir(), 'config-'))
    onTestFinished(() => rmSync(directory, { recursive: true }))
    expect(problemOf(directory)).toMatchObject({ problems: [{ message: 'is a directory or a device' }] })
  })

  test('never ends', () => {
    expect(problemOf('/dev/zero')).toMatchObject({ problems: [{ message: 'is a directory or a device' }] })
  })
})

test('without a file named, config.yaml of the working directory comes first', () => {
  const directory = mkdtempSync(join(tmpdir(), 'config-'))
  const before = process.cwd()
  onTestFinished(() => {
    process.chdir(before)
    rmSync(directory, { recursive: true })
  })
  process.chdir(directory)
  expect(findConfigFile()).not.toBe('config.yaml')
  writeFileSync('config.yaml', '')
  expect(findConfigFile()).toBe('config.yaml')
})

test('several HEC endpoints and acknowledgement', () => {
  const text = configText({ splunk: 'acknowledgement: true' })
  const several = text.replace('https://splunk.example.com:8088', '[https://a:8088, https://b:8088]')
  expect(loaded(several).config.splunk).toMatchObject({
    urls: ['https://a:8088', 'https://b:8088'],
    acknowledgementMs: 300_000,
  })
  const patient = configText({ splunk: 'acknowledgement: true\nacknowledgement_timeout: 1m' })
  expect(loaded(patient).config.splunk.acknowledgementMs).toBe(60_000)
  const without = configText({ splunk: 'acknowledgement_timeout: 1m' })
  expect(loaded(without).config.splunk).not.toHaveProperty('acknowledgementMs')
})
