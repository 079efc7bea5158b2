/** What a person got wrong: said once, with cause and remedy; mended under way where that is possible. */

import { once } from 'node:events'
import { createServer } from 'node:net'
import { afterAll, describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { ACCESS_KEY, type FarEnds, LOGSTORE, PROJECT, startFarEnds, TOKEN } from '../support/far-ends.ts'
import {
  everythingArrives,
  expectNothingOpen,
  expectSoundAccount,
  expectSoundEnd,
  uncommitted,
} from '../support/invariants.ts'
import { createWorkplace, type Sections, type ServiceProcess, yamlOf } from '../support/process.ts'

afterAll(expectNothingOpen)

const HTML = '<html><body>Welcome to the portal</body></html>'

interface Fault {
  readonly name: string
  /** Default true: project and logstore are there, with logs. */
  readonly exists?: boolean
  /** How the condition is called in the log and in `/readyz`. */
  readonly code: string
  /** The line: cause and remedy. */
  readonly line: RegExp
  readonly break: (far: FarEnds) => unknown
  readonly mend: (far: FarEnds) => unknown
  readonly sections?: Sections
}

const WRONG_SECRET = 'not-the-secret-of-this-key'
const WRONG_TOKEN = '99999999-aaaa-bbbb-cccc-not-the-token'

const FAULTS: readonly Fault[] = [
  {
    name: 'an access key that Log Service does not know',
    code: 'sls-Unauthorized',
    line: /401 Unauthorized.*To do: check the access key and the RAM policy/,
    break: ({ sls }) => sls.setAccessKeys([]),
    mend: ({ sls }) => sls.setAccessKeys([ACCESS_KEY]),
  },
  {
    name: 'a secret of another access key',
    code: 'sls-SignatureNotMatch',
    line: /401 SignatureNotMatch.*To do: check sls.access_key_secret/,
    break: () => undefined,
    mend: ({ sls }) => sls.setAccessKeys([{ id: ACCESS_KEY.id, secret: WRONG_SECRET }]),
    sections: { sls: { access_key_secret: WRONG_SECRET } },
  },
  {
    name: 'a logstore that does not exist',
    code: 'sls-LogStoreNotExist',
    line: /404 LogStoreNotExist.*To do: check the logstore name/,
    exists: false,
    break: ({ sls }) => sls.createProject(PROJECT),
    mend: createWithLogs,
  },
  {
    name: 'a project that does not exist',
    code: 'sls-ProjectNotExist',
    line: /404 ProjectNotExist.*To do: check the project name and that sls.endpoint is of its region/,
    exists: false,
    break: () => undefined,
    mend: createWithLogs,
  },
  {
    name: 'no room for another consumer group',
    code: 'sls-ConsumerGroupQuotaExceed',
    line: /ConsumerGroupQuotaExceed.*To do: delete a consumer group/,
    break: ({ sls }) => {
      for (let n = 0; n < 30; n++) sls.createGroup(PROJECT, LOGSTORE, `group-${n}`)
    },
    mend: ({ sls }) => sls.deleteGroup(PROJECT, LOGSTORE, 'group-0'),
  },
  {
    name: 'Splunk that is down',
    code: 'splunk-unreachable',
    line: /Splunk cannot be reached \(127.0.0.1:\d+: ECONNREFUSED\).*To do: check splunk.url/,
    break: ({ hec }) => hec.down(),
    mend: ({ hec }) => hec.up(),
  },
  {
    name: 'a HEC token that Splunk does not know',
    code: 'splunk-token-refused',
    line: /Splunk refuses the HEC token .*Invalid token \(code 4\).*To do: check splunk.token/,
    break: () => undefined,
    mend: ({ hec }) => hec.setToken({ token: WRONG_TOKEN }),
    sections: { splunk: { token: WRONG_TOKEN } },
  },
  {
    name: 'a HEC token that is disabled',
    code: 'splunk-token-disabled',
    line: /the HEC token is disabled .*To do: enable the token in Splunk/,
    break: ({ hec }) => hec.setToken({ token: TOKEN, disabled: true }),
    mend: ({ hec }) => hec.setToken({ token: TOKEN }),
  },
  {
    name: 'an index that the token may not write to',
    code: 'splunk-index-refused',
    line: /Splunk refuses the index of an event .*Incorrect index.*To do: create the index/,
    break: ({ hec }) => hec.setToken({ token: TOKEN, indexes: ['main'] }),
    mend: ({ hec }) => hec.setToken({ token: TOKEN, indexes: ['main', 'security'] }),
    sections: { splunk: { index: 'security' } },
  },
  {
    name: 'a portal that answers in place of Splunk',
    code: 'splunk-not-hec',
    line: /the answer is not the HTTP Event Collector's .*HTTP 200.*To do: check splunk.url/,
    break: ({ hec }) => hec.faults.add({ fault: { kind: 'reply', status: 200, body: HTML }, route: 'any' }),
    mend: ({ hec }) => hec.faults.clear(),
  },
  {
    name: 'a portal that answers in place of Log Service',
    code: 'sls-BadResponse',
    line: /an answer of the wrong shape: "<html>.*To do: .*check sls.endpoint/,
    break: ({ sls }) => sls.faults.add({ fault: { kind: 'html', status: 200 } }),
    mend: ({ sls }) => sls.faults.clear(),
  },
]

function createWithLogs({ sls, produce }: FarEnds): void {
  sls.createLogstore(PROJECT, LOGSTORE, { shards: 2 })
  produce([0, 1], 2)
}

describe.concurrent('is held, said once, and goes on by itself when it is mended:', () => {
  it.for(FAULTS)('$name', async (fault, context) => {
    const { onTestFinished } = context
    const { exists = true, code, line } = fault
    const far = await startFarEnds({ shards: 2, bytesPerLog: 200, exists }, onTestFinished)
    const { run } = createWorkplace(onTestFinished)
    if (exists) far.produce([0, 1], 2)
    await fault.break(far)
    const source = { consumers: 1 }
    const service = run(yamlOf(far, { source, ...fault.sections }))

    await becomesTrue(service, `/readyz names ${code}`, async () => (await reasonsOf(service)).includes(code))
    expect((await service.get('/readyz')).status).toBe(503)
    expect((await service.get('/healthz')).status).toBe(200)
    await becomesTrue(service, 'it was tried three times', async () => (await failuresOf(service)) >= 3)
    const said = () => service.logs().filter(record => record.code === code)
    expect(said().map(({ message }) => message)).toEqual([expect.stringMatching(line)])
    expect(far.hec.counters.events, 'delivered meanwhile').toBe(0)

    await fault.mend(far)
    await everythingArrives(far)
    await becomesTrue(service, 'it is ready', async () => (await service.get('/readyz')).status === 200)
    expect(said().map(({ message }) => message.split(' ')[0])).toEqual([expect.anything(), 'over'])
    service.signal('SIGTERM')
    expect(await service.exited).toEqual({ code: 0, signal: null })
    expectSoundAccount(far)
    expect(uncommitted(far)).toEqual([])
    expectNoSecret(service)
  })

  it('a Log Service that is not there', async ({ onTestFinished }) => {
    const port = await freePort()
    const elsewhere = await startFarEnds({ shards: 2 }, onTestFinished)
    const { run } = createWorkplace(onTestFinished)
    const service = run(yamlOf(elsewhere, { sls: { endpoint: `http://127.0.0.1:${port}` } }))
    await becomesTrue(service, '/readyz names it', async () =>
      (await reasonsOf(service)).includes('sls-ECONNREFUSED'),
    )
    await becomesTrue(service, 'it was tried three times', async () => (await failuresOf(service)) >= 3)
    const said = service.logs().filter(({ code }) => code === 'sls-ECONNREFUSED')
    expect(said.map(({ message }) => message)).toEqual([
      expect.stringMatching(/ECONNREFUSED.*To do: check sls.endpoint, its port, and the firewall/),
    ])

    const far = await startFarEnds({ shards: 2, sls: { port } }, onTestFinished)
    const arrived = () => elsewhere.hec.counters.events
    far.produce([0, 1], 2)
    await becomesTrue(service, 'everything arrives', () => arrived() === 40)
    expectNoSecret(service)
  })
})

describe.concurrent('is wrong in part:', () => {
  it('an index that is refused holds the shards that have events for it, and no other', async ({
    onTestFinished,
  }) => {
    const far = await startFarEnds({ shards: 2, bytesPerLog: 200 }, onTestFinished)
    far.hec.setToken({ token: TOKEN, indexes: ['main'] })
    // Many requests' worth of them: enough to keep every buffer of the worker.
    const contents = [{ key: 'padding', value: 'x'.repeat(3_000) }]
    const group = {
      topic: 'secret',
      tags: [],
      logs: Array(20).fill({ timeSeconds: 1_700_000_000, contents }),
    }
    far.sls.append(PROJECT, LOGSTORE, 0, Array(10).fill(group))
    const match = [{ on: { kind: 'topic' }, patterns: [{ kind: 'exact', text: 'secret' }] }] as const
    const action = { kind: 'send', metadata: { index: [{ kind: 'text', text: 'security' }] } } as const
    const overrides = { source: { routes: [{ match, action }] }, splunk: { batchBytes: 65_536 } }
    const { service } = far.start({ overrides })
    const condition = () => service.conditions.list().find(({ code }) => code === 'splunk-index-refused')
    await eventually(condition, { withinMs: 20_000, what: 'the index is refused' })
    far.produce([1], 10)
    await everythingArrives(far)
    expect(condition()).toMatchObject({ shards: [0] })
    expect(far.hec.counters.eventsByIndex).toEqual({ main: 100 })
    far.hec.setToken({ token: TOKEN })
    await eventually(() => far.hec.counters.eventsByIndex.security === 200, {
      withinMs: 30_000,
      what: 'the held events arrive',
    })
  })

  it.for([-20, 20, 24 * 60])(
    'the clock of this host, by %d minutes: nobody notices',
    async (minutes, context) => {
      const clock = { nowMs: () => Date.now() + minutes * 60_000 }
      const far = await startFarEnds({ shards: 2, sls: { clock } }, context.onTestFinished)
      far.produce([0, 1], 2)
      const { service } = far.start()
      await everythingArrives(far)
      await eventually(() => service.readiness().ready, { withinMs: 20_000, what: 'it is ready' })
      await expectSoundEnd(far)
    },
  )
})

describe.concurrent('is left out, and said at the start:', () => {
  it('a proxy of the environment that is none', async ({ onTestFinished }) => {
    const far = await startFarEnds({ shards: 2, bytesPerLog: 200 }, onTestFinished)
    const { run } = createWorkplace(onTestFinished)
    far.produce([0, 1], 2)
    const service = run(yamlOf(far), ['env', 'HTTP_PROXY=http://user:hu%sh@127.0.0.1:1'])
    await everythingArrives(far)
    expect(service.logs().filter(({ message }) => message.includes('HTTP_PROXY'))).toEqual([
      expect.objectContaining({
        level: 'warn',
        message: expect.stringMatching(/^HTTP_PROXY of the environment is left out: .*percent-encoding/),
      }),
    ])
    expect(service.output()).not.toContain('hu%sh')
    service.signal('SIGTERM')
    expect(await service.exited).toEqual({ code: 0, signal: null })
    expectSoundAccount(far)
  })
})

const SLS = 'sls: { endpoint: cn-hangzhou.log.aliyuncs.com, access_key_id: id, access_key_secret: hush-hush }'
const SPLUNK = 'splunk: { url: https://splunk.example.com, token: hush-token }'
const SOURCES = 'sources: [{ project: my-project, logstore: logs }]'

interface Invalid {
  readonly name: string
  readonly yaml: readonly string[]
  readonly lines: readonly RegExp[]
}

const INVALID: readonly Invalid[] = [
  { name: 'what is no YAML', yaml: ['sls: ['], lines: [/^config.yaml:\d+:\d+: /] },
  {
    name: 'a variable that is not set and a misspelt key',
    yaml: [
      'sls:',
      '  endpoint: $' + '{NO_SUCH_ENDPOINT}',
      '  acess_key_id: id',
      '  access_key_secret: hush-hush',
      SPLUNK,
      SOURCES,
    ],
    lines: [
      /^config.yaml:1:\d+: sls.access_key_id: is missing/,
      /^config.yaml:2:\d+: sls.endpoint: .*NO_SUCH_ENDPOINT/,
      /^config.yaml:3:\d+: sls.acess_key_id: .*access_key_id/,
    ],
  },
  {
    name: 'values of the wrong kind',
    yaml: [
      SLS,
      'splunk: { url: 7, token: hush-token }',
      'sources: [{ project: my-project, logstore: logs, consumers: many }]',
    ],
    lines: [/^config.yaml:2:\d+: splunk.url: /, /^config.yaml:3:\d+: sources\[0\].consumers: /],
  },
  {
    name: 'a bare % in the user name and the password of a proxy',
    yaml: [
      SLS.replace('}', ', proxy: "http://hush%hush:hush@h:1" }'),
      SPLUNK.replace('}', ', proxy: "http://user:hu%sh@h:1" }').replace('hush-token', '"p%ss"'),
      SOURCES,
    ],
    lines: [
      /^config.yaml:1:\d+: sls.proxy: has a user name whose percent-encoding is broken; .*%25/,
      /^config.yaml:2:\d+: splunk.proxy: has a password whose percent-encoding is broken; .*%25/,
    ],
  },
  {
    name: 'an option of a later version',
    yaml: [SLS, SPLUNK.replace('}', ', fallback_index: spare }'), SOURCES],
    lines: [/^config.yaml:2:\d+: splunk.fallback_index: .*not available in this version/],
  },
]

describe.concurrent('ends the start with status 78 and a line for each problem:', () => {
  it.for(INVALID)('$name', async ({ yaml, lines }, context) => {
    const { directory, run } = createWorkplace(context.onTestFinished)
    const service = run(yaml.join('\n'))
    expect(await service.exited).toEqual({ code: 78, signal: null })
    const said = service.output().trim().split('\n')
    expect(said.map(line => line.replace(`${directory}/`, ''))).toEqual(
      lines.map(line => expect.stringMatching(line)),
    )
    expect(service.output()).not.toContain('hush')
  })
})

async function becomesTrue(
  service: ServiceProcess,
  what: string,
  predicate: () => boolean | Promise<boolean>,
): Promise<void> {
  await eventually(predicate, { withinMs: 40_000, what, state: service.output })
}

/** Codes of the reasons why the service is not ready. */
async function reasonsOf(service: ServiceProcess): Promise<string[]> {
  const { reasons }: { reasons: { code: string }[] } = JSON.parse((await service.get('/readyz')).text)
  return reasons.map(({ code }) => code)
}

const FAILURE = /^sls2splunk_(?:sls_requests_total\{.*code="(?!ok).*|hec_retries_total\{.*) (\d+)$/gm

/** Requests that failed so far, as the metrics count them. */
async function failuresOf(service: ServiceProcess): Promise<number> {
  const { text } = await service.get('/metrics')
  return [...text.matchAll(FAILURE)].reduce((sum, [, count]) => sum + Number(count), 0)
}

function expectNoSecret(service: ServiceProcess): void {
  for (const secret of [ACCESS_KEY.secret, WRONG_SECRET, TOKEN, WRONG_TOKEN])
    expect(service.output()).not.toContain(secret)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  return typeof address === 'object' && address ? address.port : 0
}
