/**
 * Keys and tokens appear nowhere: not in the log at its finest level, not over HTTP, not in what commands print, not in
 * files of the state directory, not in what the system shows of the process; whatever goes wrong, and also when a far end
 * repeats them.
 */

import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { ACCESS_KEY, type FarEnds, startFarEnds, TOKEN } from '../support/far-ends.ts'
import { expectNothingOpen } from '../support/invariants.ts'
import { createWorkplace, drained, type Sections, type ServiceProcess, yamlOf } from '../support/process.ts'

afterAll(expectNothingOpen)

const STS_TOKEN = 'sts-token-CAISgQJ1q6Ft5B2yfSj'
const BEARER = 'bearer-token-of-the-endpoint'
const LATER_TOKEN = '9f9e9d9c-token-that-comes-with-a-reload'
const PROXY_PASSWORD = 'password-of-a-proxy'
const SECRETS = { key: ACCESS_KEY.secret, token: TOKEN, STS_TOKEN, BEARER, LATER_TOKEN, PROXY_PASSWORD }

const BIN = fileURLToPath(new URL('../../bin/sls2splunk.js', import.meta.url))

const sections = (splunk: object = {}): Sections => ({
  sls: { security_token: STS_TOKEN },
  splunk,
  source: { heartbeat_interval: '2s' },
  top: { http: { listen: '127.0.0.1:0', bearer_token: BEARER }, log: { level: 'trace', format: 'json' } },
})

/** Answers that repeat what they were sent, as a talkative proxy does. */
function makeTalkative({ hec, sls }: FarEnds, token: string): void {
  const body = (code: number) => JSON.stringify({ text: `no ${token}`, code })
  hec.faults.add({ fault: { kind: 'reply', status: 403, body: body(4) }, times: 2 })
  hec.faults.add({ fault: { kind: 'reply', status: 400, body: body(6) }, times: 3 })
  hec.faults.add({ fault: { kind: 'reply', status: 503, body: body(9) }, times: 2 })
  hec.faults.add({ fault: { kind: 'reply', status: 500, body: `<html>${token}</html>` }, times: 2 })
  const message = `refused ${STS_TOKEN} ${ACCESS_KEY.secret}`
  for (const code of ['Unauthorized', 'SignatureNotMatch', 'InternalServerError', 'SecurityTokenExpired'])
    sls.faults.add({ fault: { kind: 'error', code, message }, times: 1 })
}

function filesIn(directory: string): string {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true })
  const files = entries.filter(entry => entry.isFile() && entry.name !== 'config.yaml')
  return files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8')).join('\n')
}

/** What the system tells everybody of a process. */
function titleOf({ pid }: ServiceProcess): string {
  return ['cmdline', 'comm', 'status'].map(name => readFileSync(`/proc/${pid}/${name}`, 'utf8')).join('\n')
}

/** What a command prints, however it ends: the far ends answer meanwhile, in this very process. */
async function print(...words: readonly string[]): Promise<string> {
  const running = promisify(execFile)(process.execPath, [BIN, ...words], { timeout: 60_000 })
  const { stdout, stderr } = await running.catch((error: { stdout: string; stderr: string }) => error)
  return `$ ${words.join(' ')}\n${stdout}${stderr}`
}

describe('secrets', () => {
  it('are in nothing that is said, shown or kept', async ({ onTestFinished }) => {
    const far = await startFarEnds(
      {
        shards: 2,
        logsPerGroup: 3,
        bytesPerLog: 200,
        sls: { accessKeys: [{ ...ACCESS_KEY, securityToken: STS_TOKEN }] },
        deadLetters: () => new Set(),
      },
      onTestFinished,
    )
    const place = createWorkplace(onTestFinished)
    const file = join(place.directory, 'config.yaml')
    const stopStream = far.stream()
    const service = place.run(yamlOf(far, sections()))
    const url = await eventually(
      () =>
        service
          .logs()
          .find(({ metrics }) => metrics)
          ?.metrics?.replace('/metrics', ''),
      {
        withinMs: 30_000,
        what: 'it listens',
        state: service.output,
      },
    )
    makeTalkative(far, TOKEN)
    const said: string[] = []
    const look = async () => {
      for (const path of ['/', '/metrics', '/healthz', '/readyz', '/api/status', '/nowhere'])
        for (const headers of [{}, { authorization: `Bearer ${BEARER}` }])
          said.push(await (await fetch(url + path, { headers })).text())
      said.push(titleOf(service))
    }
    await look()
    await eventually(() => service.output().includes('refuses'), { withinMs: 30_000, what: 'trouble' })
    await look()
    // A token that is wrong, with a proxy's password beside it: read, and then put right again.
    writeFileSync(file, yamlOf(far, sections({ token: LATER_TOKEN })))
    service.signal('SIGHUP')
    await eventually(() => service.output().includes('reloaded'), { withinMs: 60_000, what: 'a reload' })
    makeTalkative(far, LATER_TOKEN)
    await eventually(() => service.output().includes('no ***'), { withinMs: 30_000, what: 'a repetition' })
    await look()
    writeFileSync(file, yamlOf(far, sections({ proxy: `http://user:${PROXY_PASSWORD}@127.0.0.1:1:1` })))
    service.signal('SIGHUP')
    await eventually(() => service.output().includes('reload refused'), {
      withinMs: 60_000,
      what: 'a refusal',
    })
    writeFileSync(file, yamlOf(far, sections()))
    service.signal('SIGHUP')
    await look()
    stopStream()
    // From here on by a token that each command knows.
    far.hec.faults.clear()
    makeTalkative(far, TOKEN)
    for (const command of ['check', 'status', 'preview', 'checkpoints show', 'dead-letters show'])
      said.push(await print(...command.split(' '), '--config', file))
    await drained(service)
    said.push(service.output(), filesIn(place.directory))
    for (const [name, secret] of Object.entries(SECRETS))
      for (const text of said) expect({ name, found: around(text, secret) }).toEqual({ name, found: '' })
  }, 180_000)
})

/** What stands around it; empty when it is not there. */
function around(text: string, secret: string): string {
  const at = text.indexOf(secret)
  return at < 0 ? '' : text.slice(Math.max(0, at - 200), at + 200)
}
