import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createCredentials } from '../../../src/sls/credentials.ts'

describe('keys of the configuration', () => {
  it('are what they are, and there are no others', async () => {
    const config = {
      kind: 'keys',
      accessKeyId: 'id',
      accessKeySecret: 'secret',
      securityToken: 'token',
    } as const
    const credentials = await createCredentials(config)
    expect(await credentials.current()).toEqual({ id: 'id', secret: 'secret', securityToken: 'token' })
    expect(await credentials.refresh()).toBe(false)
  })

  it('may be without a token', async () => {
    const credentials = await createCredentials({
      kind: 'keys',
      accessKeyId: 'id',
      accessKeySecret: 'secret',
    })
    expect(await credentials.current()).toEqual({ id: 'id', secret: 'secret' })
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
    const credentials = await createCredentials({ kind: 'default' })
    expect(await credentials.current()).toEqual({ id: 'one', secret: 'secret of one' })
  })

  it('takes the security token along', async () => {
    environment('one', 'token')
    const credentials = await createCredentials({ kind: 'default' })
    expect(await credentials.current()).toEqual({
      id: 'one',
      secret: 'secret of one',
      securityToken: 'token',
    })
  })

  it('looks again when it is told to, and finds what is there now', async () => {
    environment('one')
    const credentials = await createCredentials({ kind: 'default' })
    expect(await credentials.current()).toMatchObject({ id: 'one' })
    environment('two')
    expect(await credentials.refresh()).toBe(true)
    expect(await credentials.current()).toMatchObject({ id: 'two' })
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
    const credentials = await createCredentials({ kind: 'default' })
    expect(await credentials.current()).toEqual({ id: 'id', secret: 'secret' })
  })
})
