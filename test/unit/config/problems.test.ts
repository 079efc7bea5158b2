import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { configText, load, problemLines } from './fixture.ts'

/** What is added to the smallest valid file, and all that is then said. */
type Row = [added: string, expected: string | string[]]

const table = (rows: Row[], section: 'sls' | 'splunk' | 'source' | 'top') =>
  test.each(rows)('%s', (added, expected) => {
    expect(problemLines(configText({ [section]: added }))).toEqual([expected].flat())
  })

const ENCODING = 'in a user name or password write % as %25, @ as %40, : as %3A, / as %2F, # as %23'

describe('in sls', () => {
  table(
    [
      ['regoin: x', 'config.yaml:5:3: sls.regoin: unknown key, did you mean region?'],
      ['signature: v5', 'config.yaml:5:14: sls.signature: must be v4 or v1'],
      [
        'timeout: 60',
        'config.yaml:5:12: sls.timeout: must be a time with its unit, from 1s to 10m, such as 60s, not a bare number',
      ],
      [
        'timeout: 11m',
        'config.yaml:5:12: sls.timeout: must be a time with its unit, from 1s to 10m, such as 60s',
      ],
      [
        'timeout:',
        'config.yaml:5:3: sls.timeout: has no value; it must be a time with its unit, from 1s to 10m, such as 60s',
      ],
      ['proxy: proxy:3128', 'config.yaml:5:10: sls.proxy: must be a URL as http://proxy.example.com:3128'],
      [
        'proxy: http://user:p%ss@h:3128',
        `config.yaml:5:10: sls.proxy: has a password whose percent-encoding is broken; ${ENCODING}`,
      ],
      ['region: ""', 'config.yaml:5:11: sls.region: is empty; it must be a region as cn-hangzhou'],
      ['tls: yes', 'config.yaml:5:8: sls.tls: must be a section with keys such as ca_file, verify'],
      [
        'tls: { cert_file: a }',
        'config.yaml:5:10: sls.tls.cert_file: unknown key; known here: ca_file, verify',
      ],
      [
        'credentials: default',
        'config.yaml:5:16: sls.credentials: cannot stand beside access_key_id, access_key_secret; keep one of the two ways',
      ],
      [
        'credentials: ecs',
        [
          'config.yaml:5:16: sls.credentials: must be default',
          'config.yaml:5:16: sls.credentials: cannot stand beside access_key_id, access_key_secret; keep one of the two ways',
        ],
      ],
      [
        'token_file: x',
        'config.yaml:5:3: sls.token_file: unknown key; known here: endpoint, region, signature, access_key_id, access_key_secret, access_key_secret_file, security_token, security_token_file, credentials, proxy, tls, timeout',
      ],
    ],
    'sls',
  )
})

describe('in splunk', () => {
  table(
    [
      ['tokn: x', 'config.yaml:8:3: splunk.tokn: unknown key, did you mean token?'],
      [
        'proxy: http://us%er:pw@h:3128',
        `config.yaml:8:10: splunk.proxy: has a user name whose percent-encoding is broken; ${ENCODING}`,
      ],
      ['compression: zip', 'config.yaml:8:16: splunk.compression: must be gzip or none'],
      [
        'batch_bytes: 1024',
        'config.yaml:8:16: splunk.batch_bytes: must be a size with its unit, from 1KiB to 100MiB, such as 1MiB, not a bare number',
      ],
      [
        'batch_bytes: 1B',
        'config.yaml:8:16: splunk.batch_bytes: must be a size with its unit, from 1KiB to 100MiB, such as 1MiB',
      ],
      ['index: a b', 'config.yaml:8:10: splunk.index: must be an index name, which holds no white space'],
      ['index: 2024', 'config.yaml:8:10: splunk.index: must be an index name, not a bare number'],
      ['host: "{tag.x"', 'config.yaml:8:9: splunk.host: has a single {; write {{ for a brace'],
      [
        'sourcetype: "{topik}"',
        'config.yaml:8:15: splunk.sourcetype: has an unknown variable {topik}, did you mean topic?',
      ],
      ['tls: { verify: "no" }', 'config.yaml:8:18: splunk.tls.verify: must be true or false'],
    ],
    'splunk',
  )

  const withUrl = (url: string) => configText().replace('https://splunk.example.com:8088', url)

  test.each([
    ['splunk:8088', '6:8: splunk.url: must be a URL as https://splunk.example.com:8088'],
    ['[https://a:8088, https://a:8088]', '6:8: splunk.url: names an address twice'],
    ['[]', '6:8: splunk.url: must be one value or a list with at least one'],
    ['[8088]', '6:9: splunk.url[0]: must be a URL as https://splunk.example.com:8088, not a bare number'],
    ['8088', '6:8: splunk.url: must be a URL as https://splunk.example.com:8088, not a bare number'],
    [
      'https://splunk/x',
      '6:8: splunk.url: must not hold a path other than /services/collector; write scheme, host and port alone',
    ],
  ])('url: %s', (url, expected) => {
    expect(problemLines(withUrl(url))).toEqual([`config.yaml:${expected}`])
  })
})

describe('in a source', () => {
  table(
    [
      ['consumer: 2', 'config.yaml:11:5: sources[0].consumer: unknown key, did you mean consumers?'],
      ['consumers: many', 'config.yaml:11:16: sources[0].consumers: must be a whole number from 0 to 1024'],
      ['consumers: "4"', 'config.yaml:11:16: sources[0].consumers: must be a whole number from 0 to 1024'],
      ['consumers: 1025', 'config.yaml:11:16: sources[0].consumers: must be a whole number from 0 to 1024'],
      ['consumers: -1', 'config.yaml:11:16: sources[0].consumers: must be a whole number from 0 to 1024'],
      [
        'consumers: 1.5',
        'config.yaml:11:16: sources[0].consumers: must be a whole number from 0 to 1024, not a fraction',
      ],
      ['in_order: yes', 'config.yaml:11:15: sources[0].in_order: must be true or false'],
      [
        'start_from: soon',
        'config.yaml:11:17: sources[0].start_from: must be begin, end, or a time as 2026-01-31T08:00:00+08:00 or "2018-12-26 0:0:0" (local time)',
      ],
      [
        'heartbeat_interval: 61s',
        'config.yaml:11:25: sources[0].heartbeat_interval: must be a time with its unit, from 1s to 60s, such as 20s',
      ],
      [
        'heartbeat_interval: 500ms',
        'config.yaml:11:25: sources[0].heartbeat_interval: must be a time with its unit, from 1s to 60s, such as 20s',
      ],
      [
        'consumer_group: a b',
        'config.yaml:11:21: sources[0].consumer_group: must be a group name: up to 128 letters, digits, hyphens and underscores',
      ],
      ['name: " x"', 'config.yaml:11:11: sources[0].name: must be up to 128 printable characters'],
      ['query: ""', 'config.yaml:11:12: sources[0].query: is empty; it must be text'],
      ['routes: drop', 'config.yaml:11:13: sources[0].routes: must be a list of routes'],
      [
        'event: { metdata: true }',
        'config.yaml:11:14: sources[0].event.metdata: unknown key, did you mean metadata?',
      ],
    ],
    'source',
  )

  test.each([
    [
      'project',
      'My-Project',
      '9:14: sources[0].project: must be a project name: 3 to 63 lower-case letters, digits and hyphens',
    ],
    [
      'project',
      'ab',
      '9:14: sources[0].project: must be a project name: 3 to 63 lower-case letters, digits and hyphens',
    ],
    [
      'logstore',
      '-audit',
      '10:15: sources[0].logstore: must be a logstore name: 2 to 80 lower-case letters, digits, hyphens and underscores',
    ],
  ])('%s: %s', (key, value, expected) => {
    const text = configText().replace(new RegExp(`${key}: .*`), `${key}: ${value}`)
    expect(problemLines(text)).toEqual([`config.yaml:${expected}`])
  })
})

describe('in a route', () => {
  const route = (text: string) => problemLines(configText({ source: `routes:\n- ${text}` }))
  const AT = 'config.yaml:12'

  test.each([
    [
      '{ match: { topic: a } }',
      [
        `${AT}:7: sources[0].routes[0]: does nothing; give it one of index, sourcetype, source, host, or drop: true`,
      ],
    ],
    [
      '{ drop: false }',
      [
        `${AT}:7: sources[0].routes[0]: does nothing; give it one of index, sourcetype, source, host, or drop: true`,
      ],
    ],
    [
      '{ drop: true, host: x }',
      [`${AT}:27: sources[0].routes[0].host: cannot stand beside drop: true; keep one of the two`],
    ],
    [
      '{ drop: true, match: { topik: a } }',
      [`${AT}:30: sources[0].routes[0].match.topik: unknown key, did you mean topic?`],
    ],
    [
      '{ drop: true, match: { tags.x: a } }',
      [`${AT}:30: sources[0].routes[0].match.tags.x: unknown key, did you mean tag.x?`],
    ],
    [
      '{ drop: true, match: { tag.: a } }',
      [`${AT}:30: sources[0].routes[0].match.tag.: unknown key; known here: topic, source, tag.NAME`],
    ],
    [
      '{ drop: true, match: { topic: [a, 5] } }',
      [`${AT}:41: sources[0].routes[0].match.topic[1]: must be text or a list of texts, not a bare number`],
    ],
    [
      '{ drop: true, match: { topic: [] } }',
      [`${AT}:37: sources[0].routes[0].match.topic: must be one value or a list with at least one`],
    ],
    [
      '{ drop: true, match: { topic: [a, /(/] } }',
      [`${AT}:41: sources[0].routes[0].match.topic[1]: is not a regular expression: Unterminated group`],
    ],
    [
      '{ drop: true, match: topic }',
      [`${AT}:28: sources[0].routes[0].match: must be a section with keys (topic, source, tag.NAME)`],
    ],
    ['{ dorp: true, index: a }', [`${AT}:9: sources[0].routes[0].dorp: unknown key, did you mean drop?`]],
  ])('%s', (text, expected) => {
    expect(route(text)).toEqual(expected)
  })
})

describe('in the other sections', () => {
  table(
    [
      ['workers: {}', 'config.yaml:11:1: workers: unknown key, did you mean worker?'],
      [
        'instance: soc.box',
        'config.yaml:11:11: instance: must be up to 128 letters, digits, hyphens and underscores',
      ],
      [
        'state_directory: 5',
        'config.yaml:11:18: state_directory: must be the path of a directory, not a bare number',
      ],
      [
        'worker: { in_flight_bytes: 15MiB }',
        'config.yaml:11:28: worker.in_flight_bytes: must be a size with its unit, from 16MiB to 16GiB, such as 64MiB; one pull may bring 10 MB and more',
      ],
      [
        'worker: { memory_limit: 127MiB }',
        'config.yaml:11:25: worker.memory_limit: must be a size with its unit, from 128MiB to 64GiB, such as 512MiB; a worker needs 128MiB for itself',
      ],
      [
        'worker: { memory_limit: 128MiB, in_flight_bytes: 128MiB }',
        'config.yaml:11:25: worker.memory_limit: must be larger than in_flight_bytes, which it includes',
      ],
      [
        'worker: { in_flight_bytes: 1GiB }',
        'config.yaml:11:1: worker.memory_limit: must be larger than in_flight_bytes, which it includes',
      ],
      [
        'dead_letters: { max_bytes: 63MiB }',
        'config.yaml:11:28: dead_letters.max_bytes: must be a size with its unit, from 64MiB to 1024GiB, such as 1GiB; one letter may take 20 MB',
      ],
      [
        'dead_letters: { directory: "" }',
        'config.yaml:11:28: dead_letters.directory: is empty; it must be the path of a directory',
      ],
      [
        'dead_letters: { dir: x }',
        'config.yaml:11:17: dead_letters.dir: unknown key; known here: directory, max_bytes',
      ],
      [
        'dead_letters: yes',
        'config.yaml:11:15: dead_letters: must be a section with keys such as directory, max_bytes',
      ],
      [
        'worker: { restart_backoff: { min: 2m } }',
        'config.yaml:11:11: worker.restart_backoff.max: must not be shorter than min',
      ],
      [
        'http: { listen: 9464 }',
        'config.yaml:11:17: http.listen: must be ADDRESS:PORT, as 127.0.0.1:9464, not a bare number',
      ],
      [
        'http: { listen: localhost }',
        'config.yaml:11:17: http.listen: must be ADDRESS:PORT, as 127.0.0.1:9464 or [::1]:9464',
      ],
      [
        'log: { level: verbose }',
        'config.yaml:11:15: log.level: must be one of trace, debug, info, warn, error',
      ],
      ['log: info', 'config.yaml:11:6: log: must be a section with keys such as level, format, file'],
      [
        'log: [info]',
        'config.yaml:11:6: log: must be a section with keys such as level, format, file, not a list',
      ],
    ],
    'top',
  )
})

describe('what is missing', () => {
  const without = (key: string) => configText().replace(new RegExp(` *${key}:.*\n`), '')

  test.each([
    ['endpoint', ['1:1: sls.endpoint: is missing; it must be a host name as cn-hangzhou.log.aliyuncs.com']],
    ['access_key_id', ['1:1: sls.access_key_id: is missing; the access key needs it']],
    ['access_key_secret', ['1:1: sls.access_key_secret: is missing; set it, or access_key_secret_file']],
    ['url', ['5:1: splunk.url: is missing; it must be a URL as https://splunk.example.com:8088']],
    ['token', ['5:1: splunk.token: is missing; set it, or token_file']],
    [
      'logstore',
      [
        '9:5: sources[0].logstore: is missing; it must be a logstore name: 2 to 80 lower-case letters, digits, hyphens and underscores',
      ],
    ],
  ])('%s is told at its parent', (key, expected) => {
    expect(problemLines(without(key))).toEqual(expected.map(line => `config.yaml:${line}`))
  })

  test('both keys are told with the other way there is', () => {
    expect(problemLines(configText().replace(/ {2}access_key_id.*\n.*\n/, ''))).toEqual([
      'config.yaml:1:1: sls.access_key_id: is missing; set it and access_key_secret, or credentials: default',
    ])
  })

  test('the region is told when v4 needs it', () => {
    expect(problemLines(configText().replace('cn-hangzhou.log.aliyuncs.com', '127.0.0.1:8080'))).toEqual([
      'config.yaml:1:1: sls.region: is missing; signature v4 needs it, and this endpoint does not tell it',
    ])
  })

  test('whole sections are told at the top', () => {
    expect(problemLines('# nothing yet\nlog: {}\n')).toEqual([
      'config.yaml:1:1: sls: is missing; it must be a section with keys such as endpoint, region, signature',
      'config.yaml:1:1: splunk: is missing; it must be a section with keys such as url, token, token_file',
      'config.yaml:1:1: sources: is missing; it must be a list with one entry for each logstore',
    ])
  })

  test.each([
    ['sources:', 'config.yaml:8:1: sources: must be a list with one entry for each logstore'],
    ['sources: []', 'config.yaml:8:10: sources: must be a list with one entry for each logstore'],
    [
      'sources: [audit]',
      'config.yaml:8:11: sources[0]: must be a section with keys such as name, project, logstore',
    ],
  ])('%s', (sources, expected) => {
    expect(problemLines(configText().replace(/sources:[\s\S]*/, sources))).toEqual([expected])
  })
})

describe('sources that clash', () => {
  const beside = (entry: string) => problemLines(configText({ top: `  - { ${entry} }` }))

  test('share a name', () => {
    expect(beside('project: my-project, logstore: audit')).toEqual([
      'config.yaml:11:5: sources[1].name: is the name of another source, too; give each source its own',
    ])
    expect(beside('project: other, logstore: other, name: my-project/audit')).toEqual([
      'config.yaml:11:46: sources[1].name: is the name of another source, too; give each source its own',
    ])
  })

  test('share their consumers’ names in one group', () => {
    expect(beside('project: my-project, logstore: audit, name: my-project-audit')).toEqual([
      'config.yaml:11:51: sources[1].name: gives its consumers the names that those of my-project/audit have in this group; choose another',
    ])
  })

  test('share the default group when one of them names it', () => {
    const named = 'project: my-project, logstore: audit, name: my-project-audit, consumer_group: sls2splunk'
    expect(beside(named)).toHaveLength(1)
  })

  test('do not clash in groups of their own', () => {
    expect(
      beside('project: my-project, logstore: audit, name: my-project-audit, consumer_group: other'),
    ).toEqual([])
  })

  test('are found beside other errors', () => {
    expect(beside('project: my-project, logstore: audit, consumers: -1')).toHaveLength(2)
  })
})

describe('variables', () => {
  test('that are not set are told with their key and place, and nothing else about that key', () => {
    const text = configText({ splunk: `index: \${INDEX}`, source: `consumers: \${N}` })
    expect(problemLines(text)).toEqual([
      `config.yaml:8:10: splunk.index: the environment variable INDEX is not set; set it, or give a default with \${INDEX:-…}`,
      `config.yaml:12:16: sources[0].consumers: the environment variable N is not set; set it, or give a default with \${N:-…}`,
    ])
  })

  test('that are empty break the rule of their key, which names them', () => {
    const text = configText().replace('hush-token', `\${TOKEN}`)
    expect(problemLines(text, { env: { TOKEN: '' } })).toEqual([
      'config.yaml:7:10: splunk.token: is empty; it must be text without white space (its value comes from TOKEN)',
    ])
  })

  test('of the wrong kind break it, too', () => {
    const text = configText({ source: `consumers: \${N}` })
    expect(problemLines(text, { env: { N: 'many' } })).toEqual([
      'config.yaml:11:16: sources[0].consumers: must be a whole number from 0 to 1024 (its value comes from N)',
    ])
  })

  test('never change the structure', () => {
    const text = configText({ top: `worker: \${W}` })
    expect(problemLines(text, { env: { W: '{ drain_timeout: 1s }' } })).toEqual([
      'config.yaml:11:9: worker: must be a section with keys such as memory_limit, in_flight_bytes, stalled_after (its value comes from W)',
    ])
  })
})

describe('text that is not one YAML document', () => {
  test.each([
    ['', '1:1: is empty; it needs at least the sections sls, splunk and sources'],
    ['# only a comment\n', '1:1: is empty; it needs at least the sections sls, splunk and sources'],
    ['just text', '1:1: must be a section with keys such as sls, splunk, sources'],
    ['- a', '1:1: must be a section with keys such as sls, splunk, sources, not a list'],
    [
      'a: 1\n---\nb: 2',
      '2:1: a second document begins here; the file must hold one, without another --- line',
    ],
    ['sls:\n\tendpoint: x', '2:1: a tab is used for indentation; YAML takes blanks only'],
    [
      'sls: "x',
      '1:8: a character is missing here: a closing quote or bracket, a comma, or the blank after a colon',
    ],
    [
      'sls: { a: 1',
      '1:12: is indented wrongly (keys of one section begin in the same column), or a closing bracket is missing',
    ],
    [
      'sls: *nobody',
      '1:6: sls: an alias (*name) must have a name that is known; text that begins with * goes in quotes',
    ],
    ['sls: !secret x', '1:6: has a tag that does not fit here; text that begins with ! goes in quotes'],
    ['sls: @x', '1:6: begins with a character that YAML reserves; put the text in quotes'],
  ])('%j', (text, expected) => {
    expect(problemLines(text)).toContain(`config.yaml:${expected}`)
  })

  test.each([
    ['deep nesting', '['.repeat(20_000)],
    [
      'aliases of aliases',
      `a0: &a0 [x]\n${Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`).join('\n')}`,
    ],
    ['an alias of itself', 'sls: &a [*a]'],
    ['over 1 MiB', ' '.repeat(1_048_577)],
  ])('%s', (_, text) => {
    expect(problemLines(text).length).toBeGreaterThan(0)
  })
})

test('a key that occurs twice is told beside all other errors', () => {
  expect(problemLines(configText({ splunk: 'timeout: 5\ntoken: again' }))).toEqual([
    'config.yaml:8:12: splunk.timeout: must be a time with its unit, from 1s to 10m, such as 120s, not a bare number',
    'config.yaml:9:3: splunk.token: occurs twice in its section; keep one',
  ])
})

test('a problem behind an alias is told where the alias stands', () => {
  const text = configText({ splunk: 'timeout: &t 5', top: 'worker: { stalled_after: *t }' })
  expect(problemLines(text)).toEqual([
    'config.yaml:8:15: splunk.timeout: must be a time with its unit, from 1s to 10m, such as 120s, not a bare number',
    'config.yaml:12:26: worker.stalled_after: must be a time with its unit, from 1s to 1h, such as 60s, not a bare number',
  ])
})

test('a problem inside a section that an alias brings is told inside its anchor', () => {
  const tls = 'tls: &tls { verify: maybe }'
  const text = configText({ sls: tls, splunk: 'tls: *tls' })
  expect(problemLines(text)).toEqual([
    'config.yaml:5:23: sls.tls.verify: must be true or false',
    'config.yaml:5:23: splunk.tls.verify: must be true or false',
  ])
})

test('all errors of a file are told at once, in its order', () => {
  const text = configText({
    sls: 'signature: v5',
    splunk: 'batch_bytes: 1',
    source: 'consumers: -1',
    top: 'log: { level: x }',
  })
  expect(problemLines(text).map(line => line.split(': ')[1])).toEqual([
    'sls.signature',
    'splunk.batch_bytes',
    'sources[0].consumers',
    'log.level',
  ])
})

describe('whatever the text is', () => {
  const yamlish = fc.string({
    unit: fc.constantFrom(
      ...'abc: -[]{}"\'#&*!|>%@`\n\t?,$',
      'sls',
      'splunk',
      'sources',
      '\n  ',
      '${',
      '}',
      '<<: ',
      '---\n',
      '\r\n',
    ),
    maxLength: 60,
  })

  test('loading answers and does not throw', () => {
    fc.assert(
      fc.property(fc.oneof(yamlish, fc.string({ unit: 'binary' })), text => {
        expect(['ok', 'invalid']).toContain(load(text).kind)
      }),
      { numRuns: 300 },
    )
  })

  test('and neither it does with any data in the right places', () => {
    const value = fc.jsonValue({ maxDepth: 2 })
    const keys = [
      'sls',
      'splunk',
      'sources',
      'worker',
      'http',
      'log',
      'dead_letters',
      '__proto__',
      'constructor',
    ]
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...keys), value), data => {
        expect(load(JSON.stringify(data)).kind).toBe('invalid')
      }),
      { numRuns: 200 },
    )
  })
})
