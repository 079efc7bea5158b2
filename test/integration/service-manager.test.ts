/** What systemd is told, by its own program over its own kind of socket; Python listens in systemd's place. */

import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createServiceManager } from '../../src/supervisor/process/systemd.ts'
import { eventually } from '../support/eventually.ts'

const isThere = ['systemd-notify', 'python3'].every(name => spawnSync(name, ['--version']).status === 0)
if (!isThere)
  process.stderr.write('skipped: systemd-notify or python3 is missing (Debian packages systemd, python3)\n')

const LISTEN = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
while True:
    data, fds, _, _ = socket.recv_fds(s, 65536, 4)
    for fd in fds:
        socket.close(fd)
    print(data.decode().replace('\\n', ' '), flush=True)
`

/** A place that is told, and all that it was told, a line for each message. */
async function startListener() {
  const directory = mkdtempSync(join(tmpdir(), 'sls2splunk-notify-'))
  const path = join(directory, 'socket')
  const child = spawn('python3', ['-c', LISTEN, path])
  let told = ''
  child.stdout.on('data', (chunk: Buffer) => {
    told += chunk.toString()
  })
  onTestFinished(() => {
    child.kill()
    rmSync(directory, { recursive: true, force: true })
  })
  await eventually(() => existsSync(path), { withinMs: 10_000, what: 'it listens' })
  return {
    path,
    heard: (text: string) =>
      eventually(() => told.includes(text), { withinMs: 10_000, what: text, state: () => told }),
  }
}

function createManager(env: NodeJS.ProcessEnv, isAlive = true, status = () => 'Logs are flowing.') {
  const failures: string[] = []
  const manager = createServiceManager({
    env: { ...process.env, ...env },
    status,
    isAlive: () => isAlive,
    onFailure: message => void failures.push(message),
  })
  return { manager, failures }
}

describe.skipIf(!isThere)('the service manager', () => {
  it('is told that the service is ready, reloads, and stops', async () => {
    const { path, heard } = await startListener()
    const { manager, failures } = createManager({ NOTIFY_SOCKET: path })
    await manager.ready()
    await heard('READY=1 STATUS=Logs are flowing.')
    await manager.reloading()
    await heard('RELOADING=1 MONOTONIC_USEC=')
    await manager.stopping()
    await heard('STOPPING=1')
    expect(failures).toEqual([])
  })

  it.each([
    [true, 'STATUS=Logs are flowing. WATCHDOG=1'],
    [false, 'STATUS=Logs are flowing.'],
  ])('is told again and again how it goes, and while it lives (%s) that it does', async (isAlive, text) => {
    const { path, heard } = await startListener()
    const { manager } = createManager({ NOTIFY_SOCKET: path, WATCHDOG_USEC: '200000' }, isAlive)
    const over = new AbortController()
    const telling = manager.keepTold(over.signal)
    await heard(`${text}\n`)
    over.abort()
    await telling
  })

  it('is told that the service lives also when its state cannot be put into words', async () => {
    const { path, heard } = await startListener()
    const { manager, failures } = createManager(
      { NOTIFY_SOCKET: path, WATCHDOG_USEC: '200000' },
      true,
      () => {
        throw new RangeError('Invalid time value')
      },
    )
    const over = new AbortController()
    const telling = manager.keepTold(over.signal)
    await heard('WATCHDOG=1\n')
    over.abort()
    await telling
    expect(failures[0]).toContain('Invalid time value')
  })

  it('that is not there is told nothing, and a socket that does not work is said once', async () => {
    const { manager, failures } = createManager({ NOTIFY_SOCKET: '' })
    await manager.ready()
    expect(failures).toEqual([])
    const broken = createManager({ NOTIFY_SOCKET: '/nowhere/socket' })
    await broken.manager.ready()
    await broken.manager.ready()
    expect(broken.failures).toHaveLength(1)
  })
})

it('a state that cannot be had is a failure, and ends nothing', async () => {
  const failures: string[] = []
  const manager = createServiceManager({
    env: { ...process.env, NOTIFY_SOCKET: '/nowhere/socket', WATCHDOG_USEC: '20000' },
    status: () => {
      throw new Error('boom')
    },
    isAlive: () => true,
    onFailure: message => void failures.push(message),
  })
  await manager.ready()
  await manager.keepTold(AbortSignal.timeout(200))
  expect(failures).toEqual([
    expect.stringContaining('boom'),
    expect.stringContaining('systemd-notify failed'),
  ])
})

it('a service manager that could not be told once is told again: its watchdog waits for it', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'sls2splunk-notify-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  // Stands in for systemd's own program, and fails every second time.
  const script = '#!/bin/sh\necho "$1" >> told\n[ $(($(wc -l < told) % 2)) = 0 ]\n'
  writeFileSync(join(directory, 'systemd-notify'), script.replaceAll('told', `${directory}/told`), {
    mode: 0o755,
  })
  const { manager, failures } = createManager({
    NOTIFY_SOCKET: 'any',
    PATH: `${directory}:${process.env.PATH}`,
  })
  for (let n = 0; n < 3; n++) await manager.ready()
  expect(readFileSync(join(directory, 'told'), 'utf8')).toBe('READY=1\n'.repeat(3))
  expect(failures).toHaveLength(2)
})
