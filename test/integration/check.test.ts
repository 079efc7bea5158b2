/** `sls2splunk check`, as a process, against both far ends: what is wrong, what is said of it, with which exit status. */

import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createAuthority, selfSigned } from '../support/certificates.ts'
import {
  ACCESS_KEY,
  type FarEnds,
  type FarEndsOptions,
  GROUP,
  LOGSTORE,
  PROJECT,
  startFarEnds,
  TOKEN,
} from '../support/far-ends.ts'
import { type Sections, yamlOf } from '../support/process.ts'

const BIN = fileURLToPath(new URL('../../bin/sls2splunk.js', import.meta.url))

interface Checked {
  readonly output: string
  readonly errors: string
  readonly status: number | null
}

async function check(
  yaml: string,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<Checked> {
  const directory = mkdtempSync(join(tmpdir(), 'sls2splunk-check-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const file = join(directory, 'config.yaml')
  writeFileSync(file, yaml, { mode: 0o600 })
  writeFileSync(join(directory, 'ca.pem'), AUTHORITY.ca)
  const child = spawn(process.execPath, [BIN, 'check', '--config', file, ...args], {
    env: {
      ...process.env,
      NO_COLOR: '1',
      NODE_COMPILE_CACHE: join(tmpdir(), 'sls2splunk-compile-cache'),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const ended = new Promise<number | null>(resolve => child.once('close', resolve))
  const [output, errors, status] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { output, errors, status }
}

const AUTHORITY = createAuthority()
const TRUSTED = { tls: { ca_file: 'ca.pem' } }
const WRONG_SECRET = 'not-the-secret-of-this-key'
const WRONG_TOKEN = '99999999-aaaa-bbbb-cccc-not-the-token'
const HOUR_MS = 3_600_000

const clockAheadBy = (ms: number) => ({ wallClock: { nowMs: () => Date.now() + ms } })
const denied = (action: string) => ({
  kind: 'error' as const,
  code: 'Unauthorized',
  message: `denied by sts or ram, action: ${action}`,
})

/** For NODE_OPTIONS: our own code cannot load this module, as in an installation that is damaged. */
const withoutModule = (name: string) => {
  const hooks = `import { registerHooks } from 'node:module'
    registerHooks({ resolve(wanted, context, next) {
      if (wanted === '${name}' && context.parentURL.endsWith('.ts')) throw new Error('${name} is not there')
      return next(wanted, context)
    } })`
  return `--import=data:text/javascript,${encodeURIComponent(hooks)}`
}

interface Fault {
  readonly name: string
  readonly far?: Partial<FarEndsOptions>
  readonly break?: (far: FarEnds) => unknown
  readonly sections?: Sections | ((far: FarEnds) => Sections)
  readonly env?: NodeJS.ProcessEnv
  /** Lines of the output, each with what follows it. */
  readonly says: readonly RegExp[]
  /** Default 1. */
  readonly status?: number
}

const FAULTS: readonly Fault[] = [
  {
    name: 'the secret of another access key',
    sections: { sls: { access_key_secret: WRONG_SECRET } },
    says: [
      /^✗ credentials .*the secret does not belong to this access key: 401 SignatureNotMatch.*\n {2}what to do: check sls\.access_key_secret, and that sls\.region \(cn-hangzhou\)/m,
      /^- project +not tried: credentials failed$/m,
      /^- logstore +not tried: credentials failed for project test-project$/m,
    ],
  },
  {
    name: 'an access key id that is unknown',
    sections: { sls: { access_key_id: 'nobody' } },
    says: [
      /^✗ credentials .*the access key id is unknown, of another account, or has no permission: 401 Unauthorized.*\n {2}what to do: check sls\.access_key_id/m,
      /"log:ConsumerGroupUpdateCheckPoint"/,
    ],
  },
  {
    name: 'an access key id that Log Service calls invalid',
    break: ({ sls }) => sls.faults.add({ fault: { kind: 'error', code: 'InvalidAccessKeyId' } }),
    says: [
      /^✗ credentials .*the access key id is unknown: 401 InvalidAccessKeyId.*\n {2}what to do: check sls\.access_key_id/m,
    ],
  },
  {
    name: 'a key without any permission',
    break: ({ sls }) => sls.faults.add({ fault: denied('log:ListShards') }),
    says: [
      /^✗ credentials .*the access key is known but may not ask.*\n {2}what to do: allow log:ListShards on acs:log:\*:\*:project\/test-project\/logstore\/logs/m,
    ],
  },
  {
    name: 'a secret that the credential chain has found',
    sections: { sls: { access_key_id: undefined, access_key_secret: undefined, credentials: 'default' } },
    env: { ALIBABA_CLOUD_ACCESS_KEY_ID: ACCESS_KEY.id, ALIBABA_CLOUD_ACCESS_KEY_SECRET: WRONG_SECRET },
    says: [
      /^✗ credentials .*SignatureNotMatch.*\n {2}what to do: check the secret that the credential chain finds/m,
    ],
  },
  {
    name: 'a credential chain that cannot be loaded',
    sections: { sls: { access_key_id: undefined, access_key_secret: undefined, credentials: 'default' } },
    env: { NODE_OPTIONS: withoutModule('@alicloud/credentials') },
    says: [
      /^✗ credentials .*NoCredentials: @alicloud\/credentials is not there\n {2}what to do: /m,
      /^- logstore +not tried: credentials failed for project test-project$/m,
      /^✓ token /m,
    ],
  },
  {
    name: 'a clock that is two minutes behind',
    far: { sls: clockAheadBy(120_000) },
    says: [/^! clock .*(119|120|121) s behind Log Service.*\n {2}what to do: synchronise the clock/m],
    status: 0,
  },
  {
    name: 'a clock so far ahead that requests are refused',
    far: { sls: clockAheadBy(-HOUR_MS) },
    says: [
      /^✗ clock .*(3599|3600|3601) s ahead of Log Service: requests are refused.*\n {2}what to do: synchronise/m,
      // Signed with Log Service's time, the rest can be told all the same.
      /^✓ logstore /m,
    ],
  },
  {
    name: 'a project that does not exist',
    sections: { source: { project: 'no-such-project' } },
    says: [
      /^- credentials +told when the project is found$/m,
      /^✗ project .*404 ProjectNotExist.*\n {2}what to do: check the project name and that sls\.endpoint is of its region/m,
    ],
  },
  {
    name: 'a logstore with a slip of the pen',
    sections: { source: { logstore: 'lgos' } },
    says: [
      /^✓ project /m,
      /^✗ logstore .*there is no logstore lgos in test-project.*\n {2}what to do: did you mean logs\?/m,
      /^- shards +not tried: logstore failed$/m,
    ],
  },
  {
    name: 'a logstore with a slip of the pen, and no permission to list them',
    sections: { source: { logstore: 'lgos' } },
    break: ({ sls }) => sls.faults.add({ call: 'ListLogStores', fault: denied('log:ListLogStores') }),
    says: [/^✗ logstore .*\n {2}what to do: check logstore in sources/m],
  },
  {
    name: 'no room for another consumer group',
    break: ({ sls }) => {
      for (let n = 0; n < 30; n++) sls.createGroup(PROJECT, LOGSTORE, `group-${n}`)
    },
    says: [
      /^! consumer group .*logs has 30 groups and Log Service allows 30.*\n {2}what to do: delete a consumer group/m,
    ],
    status: 0,
  },
  {
    name: 'a consumer group with other settings',
    break: ({ sls }) => sls.createGroup(PROJECT, LOGSTORE, GROUP, { timeoutSeconds: 60, inOrder: true }),
    says: [
      /^! consumer group .*timeout 60 s, in order: true; run will set timeout 3 s, in order: false/m,
      /^✓ checkpoints /m,
    ],
    status: 0,
  },
  {
    name: 'more consumers than shards',
    sections: { source: { consumers: 5 } },
    says: [
      /^! shards .*2 shards, 2 of them take writes; of 5 consumers 3 will stand by\n {2}what to do: lower consumers to 2/m,
    ],
    status: 0,
  },
  {
    name: 'no permission to list shards',
    break: ({ sls }) => sls.faults.add({ call: 'ListShards', fault: denied('log:ListShards') }),
    says: [
      /^✓ credentials /m,
      /^✗ logstore .*denied by sts or ram.*\n {2}what to do: allow log:ListShards on/m,
      /^A RAM policy with all that the access key needs:\n\{[\s\S]*"acs:log:\*:\*:project\/test-project\/logstore\/logs\/\*"/m,
    ],
  },
  {
    name: 'no permission to list consumer groups',
    break: ({ sls }) => sls.faults.add({ call: 'ListConsumerGroup', fault: denied('log:ListConsumerGroup') }),
    says: [
      /^✗ consumer group .*\n {2}what to do: allow log:ListConsumerGroup on \S+\/consumergroup\/sls2splunk /m,
      /^✓ reading /m,
    ],
  },
  {
    name: 'no permission to read',
    break: ({ sls }) => sls.faults.add({ call: 'PullLogs', fault: denied('log:GetCursorOrData') }),
    says: [
      /^✗ reading .*\n {2}what to do: allow log:GetCursorOrData on acs:log:\*:\*:project\/test-project\/logstore\/logs to/m,
    ],
  },
  {
    name: 'no permission to read checkpoints',
    break: ({ sls }) => {
      sls.createGroup(PROJECT, LOGSTORE, GROUP, { timeoutSeconds: 3 })
      sls.faults.add({ call: 'GetCheckPoint', fault: denied('log:GetConsumerGroupCheckPoint') })
    },
    says: [/^✗ checkpoints .*\n {2}what to do: allow log:GetConsumerGroupCheckPoint on/m],
  },
  {
    name: 'a query that Log Service refuses',
    far: { sls: { query: () => undefined } },
    sections: { source: { query: '* | wehre a = 1' } },
    says: [
      /^✗ reading .*the query is refused: 400 ParameterInvalid.*\n {2}what to do: fix query of source logs/m,
    ],
  },
  {
    name: 'Log Service that is down',
    break: ({ sls }) => sls.close(),
    says: [
      /^✗ TCP .*no connection to 127\.0\.0\.1:\d+ \(ECONNREFUSED\)\n {2}what to do: nothing listens there: check host and port in sls\.endpoint/m,
      /^- credentials +not tried: TCP failed$/m,
      /^✓ token /m,
    ],
  },
  {
    name: 'Log Service that hangs',
    break: ({ sls }) => sls.faults.add({ call: 'ListShards', fault: { kind: 'hang' } }),
    says: [
      /^✗ credentials +1\d{4} ms {2}nothing within 10 s\n {2}what to do: check sls\.endpoint, and the firewall between/m,
    ],
  },
  {
    name: 'something else where Log Service should be',
    break: ({ sls }) => sls.faults.add({ fault: { kind: 'html' } }),
    says: [/^✗ credentials .*502 BadResponse.*\n {2}what to do: .*something answers in its place/m],
  },
  {
    name: 'Splunk that is down',
    break: ({ hec }) => hec.down(),
    says: [
      /^✗ TCP .*ECONNREFUSED.*\n {2}what to do: nothing listens there: check host and port in splunk\.url/m,
      /^- token +not tried: TCP failed$/m,
    ],
  },
  {
    name: 'Splunk that is busy',
    break: ({ hec }) => hec.setLoad('busy'),
    says: [/^✗ health .*Splunk is busy.*\n {2}what to do: nothing if it passes/m],
  },
  {
    name: 'a token that Splunk does not know',
    sections: { splunk: { token: WRONG_TOKEN } },
    says: [
      /^✓ health /m,
      /^✗ token .*Splunk refuses the HEC token \(403 Invalid token \(code 4\)\)\n {2}what to do: check splunk\.token/m,
      /^- acknowledgement +not tried: token failed$/m,
    ],
  },
  {
    name: 'a token that is disabled',
    break: ({ hec }) => hec.setToken({ token: TOKEN, disabled: true }),
    says: [/^✗ token .*the HEC token is disabled.*\n {2}what to do: enable the token in Splunk/m],
  },
  {
    name: 'acknowledgement asked for and not offered',
    sections: { splunk: { acknowledgement: true } },
    says: [
      /^✗ acknowledgement .*code 14.*\n {2}what to do: switch indexer acknowledgement on for the token/m,
    ],
  },
  {
    name: 'acknowledgement offered and not asked for',
    break: ({ hec }) => hec.setToken({ token: TOKEN, useAck: true }),
    says: [/^! acknowledgement .*\n {2}what to do: set splunk\.acknowledgement to true/m],
    status: 0,
  },
  {
    name: 'acknowledgement offered and asked for, and an index',
    break: ({ hec }) => hec.setToken({ token: TOKEN, useAck: true }),
    sections: {
      splunk: { acknowledgement: true, index: 'main' },
      source: { routes: [{ match: { topic: 'audit' }, index: 'audit_{tag.env}' }] },
    },
    says: [
      /^✓ acknowledgement .*the token offers it/m,
      /^- index +main, audit_\{tag\.env\}: told by the first event; a refused index holds its shard and is named$/m,
    ],
    status: 0,
  },
  {
    name: 'a certificate that nobody trusts',
    far: { hec: { tls: selfSigned('IP:127.0.0.1') } },
    says: [
      /^✗ TLS .*DEPTH_ZERO_SELF_SIGNED_CERT: it is signed by itself.*presented: subject CN=test \(IP Address:127\.0\.0\.1\), issuer CN=test, valid \d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d\n {2}what to do: set splunk\.tls\.ca_file/m,
      /^- health +not tried: TLS failed$/m,
    ],
  },
  {
    name: 'a certificate of another name',
    far: { sls: { tls: AUTHORITY.issue('DNS:elsewhere.example.com', 90) } },
    sections: { sls: TRUSTED },
    says: [
      /^✗ TLS .*ERR_TLS_CERT_ALTNAME_INVALID: it is not for 127\.0\.0\.1.*DNS:elsewhere\.example\.com.*\n {2}what to do: name the host in sls\.endpoint as the certificate does/m,
    ],
  },
  {
    name: 'a certificate that ends soon',
    far: { hec: { tls: AUTHORITY.issue('IP:127.0.0.1', 20) } },
    sections: { splunk: TRUSTED },
    says: [/^! TLS .*expires in (19|20) days.*\n {2}what to do: have it renewed/m],
    status: 0,
  },
  {
    name: 'a certificate that is not verified',
    far: { hec: { tls: selfSigned('IP:127.0.0.1') } },
    sections: { splunk: { tls: { verify: false } } },
    says: [/^! TLS .*taken unverified \(DEPTH_ZERO_SELF_SIGNED_CERT\)/m, /^✓ token /m],
    status: 0,
  },
  {
    name: 'TLS expected where there is none',
    sections: ({ hec }) => ({ splunk: { url: hec.url.replace('http:', 'https:') } }),
    says: [
      /^✗ TLS .*the handshake fails.*\n {2}what to do: check whether splunk\.url has to begin with http/m,
    ],
  },
  {
    name: 'TLS where it is not expected',
    far: { hec: { tls: AUTHORITY.issue('IP:127.0.0.1', 90) } },
    sections: ({ hec }) => ({ splunk: { url: hec.url.replace('https:', 'http:') } }),
    says: [
      /^✗ token .*no answer \(ECONNRESET\).*\n {2}what to do: check whether splunk\.url has to begin with http/m,
    ],
  },
  {
    name: 'a client certificate that Splunk asks for',
    far: {
      hec: {
        tls: {
          ...AUTHORITY.issue('IP:127.0.0.1', 90),
          ca: AUTHORITY.ca,
          requestCert: true,
          rejectUnauthorized: true,
        },
      },
    },
    sections: { splunk: TRUSTED },
    says: [
      /^✗ token .*\n {2}what to do: .*if a client certificate is asked for, set splunk\.tls\.cert_file/m,
    ],
  },
  {
    name: 'a name without an address',
    sections: { splunk: { url: 'https://splunk.invalid:8088' } },
    says: [
      /^✗ DNS .*(splunk\.invalid has no address|nothing within 10 s).*\n {2}what to do: check/m,
      /^- TCP +not tried: DNS failed$/m,
    ],
  },
  {
    name: 'a proxy that is not there',
    sections: { splunk: { proxy: 'http://user:password-of-the-proxy@127.0.0.1:1' } },
    says: [
      /^- TLS +through the proxy 127\.0\.0\.1:1$/m,
      /^✗ token .*ECONNREFUSED.*\n {2}what to do: check the proxy 127\.0\.0\.1:1 \(splunk\.proxy, or HTTPS_PROXY\)/m,
    ],
  },
  {
    name: 'a far end that repeats the secret, and steers the terminal',
    break: ({ sls }) =>
      sls.faults.add({
        call: 'GetCursor',
        fault: { kind: 'error', code: 'InternalServerError', message: `\u001b[2J${ACCESS_KEY.secret}\nnext` },
      }),
    says: [/^✗ reading .*500 InternalServerError: \[2J\*\*\* next/m],
  },
]

describe('check', () => {
  it.each(FAULTS)('$name', async fault => {
    const far = await startFarEnds({ shards: 2, ...fault.far }, onTestFinished)
    await fault.break?.(far)
    const { sections } = fault
    const { output, errors, status } = await check(
      yamlOf(far, typeof sections === 'function' ? sections(far) : sections),
      [],
      fault.env,
    )
    for (const line of fault.says) expect(output).toMatch(line)
    expect([errors, status]).toEqual(['', fault.status ?? 1])
    for (const secret of [ACCESS_KEY.secret, TOKEN, WRONG_SECRET, WRONG_TOKEN, 'password-of-the-proxy'])
      expect(output).not.toContain(secret)
  })

  it('finds all well over TLS, and changes nothing', async () => {
    const tls = AUTHORITY.issue('IP:127.0.0.1', 90)
    const far = await startFarEnds({ shards: 2, sls: { tls }, hec: { tls } }, onTestFinished)
    const { output, errors, status } = await check(yamlOf(far, { sls: TRUSTED, splunk: TRUSTED }))
    expect(output).not.toMatch(/^[✗!]/m)
    expect(output).toMatch(/^✓ TLS .*subject CN=test/m)
    expect(output).toMatch(/^✓ reading .*shard \d can be read/m)
    expect(output).toMatch(/^- writing +not tried/m)
    const time = String.raw`\n {2}where its time went: DNS \d+ ms, TCP \d+ ms, TLS \d+ ms, first byte \d+ ms$`
    expect(output).toMatch(new RegExp(`^✓ clock .*${time}`, 'm'))
    expect(output).toMatch(new RegExp(`^✓ health .*${time}`, 'm'))
    expect(output).toMatch(/\n✓ all is well\n$/)
    expect([errors, status]).toEqual(['', 0])
    expect(far.hec.events).toEqual([])
    expect(() => far.sls.consumers(PROJECT, LOGSTORE, GROUP)).toThrow('does not exist in logs')
  })

  it('tries each project once, each of its sources, and each URL of Splunk', async () => {
    const far = await startFarEnds({ shards: 1, receivers: 2 }, onTestFinished)
    far.sls.createLogstore('other-project', 'more', { shards: 1 })
    const sources = [
      { project: PROJECT, logstore: LOGSTORE },
      { project: 'other-project', logstore: 'more' },
      { name: 'second', project: PROJECT, logstore: LOGSTORE, consumer_group: 'second' },
      { project: 'gone', logstore: 'more' },
    ]
    const urls = far.hecs.map(({ url }) => url)
    const yaml = yamlOf(far, { splunk: { url: urls }, top: { sources } })
    const { output, status } = await check(yaml)
    expect(output.match(/^(Log|source|Splunk).*/gm)).toEqual([
      `Log Service, project ${PROJECT} at ${far.sls.url}`,
      'source test-project/logs',
      'source second',
      `Log Service, project other-project at ${far.sls.url}`,
      'source other-project/more',
      `Log Service, project gone at ${far.sls.url}`,
      'source gone/more',
      ...urls.map(url => `Splunk at ${url}`),
    ])
    expect(output.match(/^✗.*/gm)).toEqual([
      expect.stringMatching(/^✗ project .*ProjectNotExist/),
      expect.stringMatching(/^✗ 1 of \d+ steps failed/),
    ])
    expect(status).toBe(1)
  })

  it('--json is one document, with the policy when a permission is missing', async () => {
    const far = await startFarEnds({ shards: 2 }, onTestFinished)
    far.sls.faults.add({ call: 'GetCursor', fault: denied('log:GetCursorOrData') })
    const { output, errors, status } = await check(yamlOf(far), ['--json'])
    const { ok, steps, policy } = JSON.parse(output)
    expect([ok, errors, status]).toEqual([false, '', 1])
    expect(steps.find(({ step }: { step: string }) => step === 'reading')).toEqual({
      step: 'reading',
      target: 'source logs',
      state: 'failed',
      ms: expect.any(Number),
      text: expect.stringContaining('denied by sts or ram'),
      remedy: expect.stringContaining('log:GetCursorOrData'),
    })
    expect(policy.Statement[0].Action).toHaveLength(8)
    const ms = expect.any(Number)
    const timing = { proxy_ms: null, dns_ms: ms, tcp_ms: ms, tls_ms: null, first_byte_ms: ms }
    const timed = steps.filter((each: object) => 'timing' in each)
    expect(timed).toEqual([
      expect.objectContaining({ step: 'clock', timing }),
      expect.objectContaining({ step: 'health', timing }),
    ])
  })

  it('--json says what is wrong in the file as well', async () => {
    const { output, errors, status } = await check('', ['--json'])
    expect(JSON.parse(output)).toMatchObject({
      ok: false,
      steps: [{ step: 'configuration', state: 'failed' }],
    })
    expect(errors).toContain('is empty; it needs')
    expect(status).toBe(78)
  })

  it('--offline looks at the file alone', async () => {
    const far = await startFarEnds({ shards: 1 }, onTestFinished)
    const yaml = yamlOf(far)
    await far.hec.down()
    const { output, status } = await check(yaml, ['--offline'])
    expect(output).toMatch(/^(! .*clear text.*\n){2}✓ \S+config\.yaml is valid\n$/)
    expect(status).toBe(0)
  })

  it('asks through a proxy of the environment, and leaves the layers below to it', async () => {
    const far = await startFarEnds({ shards: 1 }, onTestFinished)
    const { output, status } = await check(yamlOf(far), [], {
      http_proxy: 'http://127.0.0.1:1',
      no_proxy: '',
    })
    expect(output).toMatch(/^- DNS +through the proxy 127\.0\.0\.1:1$/m)
    expect(output).toMatch(/^✗ credentials .*\n {2}what to do: check the proxy 127\.0\.0\.1:1 \(sls\.proxy/m)
    expect(status).toBe(1)
  })

  it.each([
    ['sls', 'us%er:pw', 'a user name'],
    ['splunk', 'user:p%ss', 'a password'],
  ])('refuses %s.proxy with %s in it, also without asking anybody', async (section, user, part) => {
    const far = await startFarEnds({ shards: 1 }, onTestFinished)
    const yaml = yamlOf(far, { [section]: { proxy: `http://${user}@127.0.0.1:1` } })
    for (const args of [['--offline'], []]) {
      const { output, errors, status } = await check(yaml, args)
      expect(errors).toMatch(
        new RegExp(
          `^\\S+config\\.yaml:1:\\d+: ${section}\\.proxy: has ${part} whose percent-encoding is broken; .*%25.*\n`,
        ),
      )
      expect([output, status]).toEqual(['', 78])
      expect(errors).not.toContain(user)
    }
  })

  it('says that a proxy of the environment is none, and goes on without it', async () => {
    const far = await startFarEnds({ shards: 1 }, onTestFinished)
    const { output, errors, status } = await check(yamlOf(far), [], {
      HTTP_PROXY: 'http://user:p%ss@127.0.0.1:1',
      https_proxy: 'ftp://user:hush@127.0.0.1',
      NO_PROXY: '',
    })
    expect(output).toMatch(/^! https_proxy of the environment is left out: it must be a URL .*%25/m)
    expect(output).toMatch(/^! HTTP_PROXY of the environment is left out: it has a password whose .*%25/m)
    expect(output).toMatch(/^✓ reading /m)
    expect(output).not.toMatch(/p%ss|hush/)
    expect([errors, status]).toEqual(['', 0])
  })

  it('leads from an empty file to a right one, each time saying what comes next', async () => {
    const far = await startFarEnds({ shards: 2 }, onTestFinished)
    const sls = { endpoint: far.sls.url, region: 'cn-hangzhou' }
    const keys = { access_key_id: ACCESS_KEY.id, access_key_secret: WRONG_SECRET }
    const source = { project: PROJECT, logstore: 'log', consumers: 4 }
    const right = { ...keys, access_key_secret: ACCESS_KEY.secret }
    const path: readonly [file: object | undefined, says: RegExp, status: number][] = [
      [undefined, /is empty; it needs at least the sections sls, splunk and sources[\s\S]*check again/, 78],
      [{ sls }, /splunk: is missing[\s\S]*sources: is missing[\s\S]*access_key_id: is missing/, 78],
      [
        { sls: { ...sls, ...keys }, splunk: {}, sources: [{}] },
        /splunk\.url: is missing[\s\S]*sources\[0\]\.project: is missing[\s\S]*sources\[0\]\.logstore: is missing/,
        78,
      ],
      [
        { sls: { ...sls, ...keys }, splunk: { url: far.hec.url, token: WRONG_TOKEN }, sources: [source] },
        /✗ credentials[\s\S]*check sls\.access_key_secret[\s\S]*✗ token[\s\S]*check splunk\.token/,
        1,
      ],
      [
        { sls: { ...sls, ...right }, splunk: { url: far.hec.url, token: TOKEN }, sources: [source] },
        /✗ logstore[\s\S]*did you mean logs/,
        1,
      ],
      [
        {
          sls: { ...sls, ...right },
          splunk: { url: far.hec.url, token: TOKEN },
          sources: [{ ...source, logstore: LOGSTORE }],
        },
        /! shards[\s\S]*lower consumers to 2[\s\S]*nothing has failed, 3 warnings/,
        0,
      ],
    ]
    for (const [file, says, status] of path) {
      const checked = await check(file === undefined ? '' : JSON.stringify(file))
      expect(checked.output + checked.errors).toMatch(says)
      expect(checked.status).toBe(status)
    }
  })
})
