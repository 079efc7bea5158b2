import { getEventListeners } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createCredentials } from '../../../src/sls/credentials.ts'
import { listen } from '../../support/listen.ts'

const never = new AbortController().signal

describe('keys of the configuration', () => {
  it('are what they are, and there are no others', async () => {
    const config = {
      kind: 'keys',
      accessKeyId: 'id',
      accessKeySecret: 'secret',
      securityToken: 'token',
    } as const
    const credentials = createCredentials(config)
    expect(await credentials.current(1_000, never)).toEqual({
      id: 'id',
      secret: 'secret',
      securityToken: 'token',
    })
    expect(credentials.refresh()).toBe(false)
  })

  it('may be without a token', async () => {
    const credentials = createCredentials({
      kind: 'keys',
      accessKeyId: 'id',
      accessKeySecret: 'secret',
    })
    expect(await credentials.current(1_000, never)).toEqual({ id: 'id', secret: 'secret' })
  })
})

describe("Alibaba Cloud's chain", () => {
  let home = ''

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'sls2splunk-home-'))
    for (const name of Object.keys(process.env))
      if (name.startsWith('ALIBABA_CLOUD_')) vi.stubEnv(name, undefined)
    vi.stubEnv('HOME', home)
    onTestFinished(() => {
      vi.unstubAllEnvs()
      rmSync(home, { recursive: true })
    })
  })

  const environment = (id: string, token?: string) => {
    vi.stubEnv('ALIBABA_CLOUD_ACCESS_KEY_ID', id)
    vi.stubEnv('ALIBABA_CLOUD_ACCESS_KEY_SECRET', `secret of ${id}`)
    vi.stubEnv('ALIBABA_CLOUD_SECURITY_TOKEN', token)
  }

  it('finds keys in the environment', async () => {
    environment('one')
    const credentials = createCredentials({ kind: 'default' })
    expect(await credentials.current(1_000, never)).toEqual({ id: 'one', secret: 'secret of one' })
  })

  it('takes the security token along', async () => {
    environment('one', 'token')
    const credentials = createCredentials({ kind: 'default' })
    expect(await credentials.current(1_000, never)).toEqual({
      id: 'one',
      secret: 'secret of one',
      securityToken: 'token',
    })
  })

  it('looks again when it is told to, and finds what is there now', async () => {
    environment('one')
    const credentials = createCredentials({ kind: 'default' })
    expect(await credentials.current(1_000, never)).toMatchObject({ id: 'one' })
    environment('two')
    expect(credentials.refresh()).toBe(true)
    expect(await credentials.current(1_000, never)).toMatchObject({ id: 'two' })
  })

  /** The last provider of the chain, which asks a server; those before it find nothing. */
  const askServer = async (listener: RequestListener) => {
    const { url } = await listen(createServer(listener), onTestFinished)
    vi.stubEnv('ALIBABA_CLOUD_ECS_METADATA_DISABLED', 'true')
    vi.stubEnv('ALIBABA_CLOUD_CREDENTIALS_URI', url)
    return createCredentials({ kind: 'default' })
  }

  it('waits for a server no longer than it may', async () => {
    const credentials = await askServer(() => {})
    await expect(credentials.current(100, never)).rejects.toThrow('has not answered for 100 ms')
  })

  it('waits for a server no longer than the signal allows, and leaves nothing on it', async () => {
    const stop = new AbortController()
    const credentials = await askServer(() => stop.abort(new Error('stopping')))
    await expect(credentials.current(10_000, stop.signal)).rejects.toThrow('stopping')
    expect(getEventListeners(stop.signal, 'abort')).toEqual([])
  })

  it('finds keys in a profile of the home directory', async () => {
    mkdirSync(join(home, '.alibabacloud'))
    const lines = [
      '[default]',
      'enable = true',
      'type = access_key',
      'access_key_id = id',
      'access_key_secret = secret',
    ]
    writeFileSync(join(home, '.alibabacloud', 'credentials'), lines.join('\n'))
    const credentials = createCredentials({ kind: 'default' })
    expect(await credentials.current(1_000, never)).toEqual({ id: 'id', secret: 'secret' })
  })
})
