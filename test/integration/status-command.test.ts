/** `sls2splunk status`, as a process, against the endpoint of a service. */

import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { selfSigned } from '../support/certificates.ts'
import { listen } from '../support/listen.ts'
import { healthy, large, splunkDown } from '../support/status-documents.ts'
import { serveStatus } from '../support/status-server.ts'

const BIN = fileURLToPath(new URL('../../bin/sls2splunk.js', import.meta.url))

async function run(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [BIN, 'status', ...args], {
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

/** Of a service that listens at this URL. */
function configFile(http: Readonly<Record<string, unknown>>, url: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'sls2splunk-status-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const file = join(directory, 'config.yaml')
  const config = {
    sls: { endpoint: 'http://127.0.0.1:1', region: 'x', access_key_id: 'id', access_key_secret: 'key' },
    splunk: { url: 'http://127.0.0.1:1', token: 'token' },
    sources: [{ project: 'project', logstore: 'logs' }],
    http: { listen: new URL(url).host, ...http },
  }
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 })
  return file
}

describe('status', () => {
  it('prints the sentence, the reasons and every shard, and succeeds whatever the state', async () => {
    const { url } = await serveStatus(splunkDown(), onTestFinished)
    const { output, errors, status } = await run(['--url', url])
    expect([status, errors]).toEqual([0, ''])
    expect(output).toMatch(/^✗ DOWN {2}Nothing is delivered/)
    expect(output).toContain('what to do: check splunk.url')
    expect(output.match(/^✗ +\d {2}held/gm)).toHaveLength(8)
  })

  it('--json is the document as it came', async () => {
    const { url } = await serveStatus(large(), onTestFinished)
    const { output, status } = await run(['--url', `${url}/`, '--json'])
    expect([status, JSON.parse(output)]).toEqual([0, JSON.parse(JSON.stringify(large()))])
  })

  it('--watch prints once where there is no terminal', async () => {
    const { url } = await serveStatus(healthy(), onTestFinished)
    const { output, status } = await run(['--url', url, '--watch'])
    expect(status).toBe(0)
    expect(output.match(/Logs are flowing/g)).toHaveLength(1)
  })

  it('finds the service by its configuration, with token, TLS, and past a proxy of the environment', async () => {
    const tls = selfSigned('DNS:soc-box.example.com')
    const { url } = await serveStatus(healthy(), onTestFinished, { bearerToken: 'secret', tls })
    const directory = mkdtempSync(join(tmpdir(), 'sls2splunk-tls-'))
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
    const files = { cert_file: join(directory, 'cert.pem'), key_file: join(directory, 'key.pem') }
    writeFileSync(files.cert_file, tls.cert)
    writeFileSync(files.key_file, tls.key, { mode: 0o600 })
    const file = configFile({ bearer_token: 'secret', tls: files }, url)
    const proxy = { HTTPS_PROXY: 'http://127.0.0.1:1', HTTP_PROXY: 'http://127.0.0.1:1' }
    const { output, errors, status } = await run(['--config', file], proxy)
    expect([status, errors]).toEqual([0, ''])
    expect(output).toContain('Logs are flowing')
  })

  it('says that nobody is there, and what to do', async () => {
    const { url, close } = await serveStatus(healthy(), onTestFinished)
    await close()
    const { output, errors, status } = await run(['--config', configFile({}, url)])
    expect([status, output]).toEqual([1, ''])
    expect(errors).toBe(
      `the service is not running: nothing listens at ${url} (ECONNREFUSED); start it (systemctl start sls2splunk, or sls2splunk run), or name its address with --url\n`,
    )
  })

  it('does not give the token of a configuration to an address alone', async () => {
    const { url } = await serveStatus(healthy(), onTestFinished, { bearerToken: 'secret' })
    const alone = await run(['--url', url])
    expect([alone.status, alone.errors]).toEqual([
      1,
      expect.stringContaining('asks for a token: name its configuration'),
    ])
    const file = configFile({ bearer_token: 'secret' }, url)
    expect((await run(['--url', url, '--config', file])).status).toBe(0)
    const wrong = await run(['--url', url, '--config', configFile({ bearer_token: 'other' }, url)])
    expect([wrong.status, wrong.errors]).toEqual([1, expect.stringContaining('refuses the token')])
  })

  it('says that somebody else is there', async () => {
    const server = createServer((_, answer) => answer.end('<html>hello'))
    const { url } = await listen(server, onTestFinished)
    const { errors, status } = await run(['--url', url])
    expect([status, errors]).toEqual([
      1,
      expect.stringContaining('answers (HTTP 200), but not as this version'),
    ])
  })

  it.each([
    ['no address', ['--url', 'soc-box:9464'], 2],
    ['two ways to print', ['--json', '--watch'], 2],
    ['no configuration', ['--config', '/nowhere/config.yaml'], 78],
  ])('refuses %s', async (_, args, expected) => {
    const { errors, status } = await run(args)
    expect(status).toBe(expected)
    expect(errors).not.toBe('')
  })
})
