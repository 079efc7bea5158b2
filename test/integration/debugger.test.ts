/** SIGUSR1, with which Node would let every user of the host debug the process, and read its secrets. */

import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { startFarEnds } from '../support/far-ends.ts'
import { createWorkplace, drained, yamlOf } from '../support/process.ts'

const LISTENING = '0A'

it('opens no debugger, and ends nothing', async ({ onTestFinished }) => {
  const far = await startFarEnds({ shards: 1 }, onTestFinished)
  const service = createWorkplace(onTestFinished).run(yamlOf(far))
  const said = (text: string) =>
    eventually(() => service.output().includes(text), { withinMs: 30_000, what: text, state: service.output })
  await said('started')
  const before = portsOf(service.pid)
  service.signal('SIGUSR1')
  // What comes of one signal is there when what comes of the next one is.
  service.signal('SIGHUP')
  await said('reloaded: nothing has changed')
  expect(before).toHaveLength(1)
  expect(portsOf(service.pid)).toEqual(before)
  expect(service.output()).not.toMatch(/debugger|inspector/i)
  await drained(service)
})

/** Inodes of the TCP sockets on which a process listens, from /proc. */
function portsOf(pid: number): string[] {
  const open = readdirSync(`/proc/${pid}/fd`).map(fd => targetOf(`/proc/${pid}/fd/${fd}`))
  const sockets = readFileSync(`/proc/${pid}/net/tcp`, 'utf8').split('\n')
  const fields = sockets.map(line => line.trim().split(/\s+/))
  const inodes = fields.flatMap(({ 3: state, 9: inode }) => (state === LISTENING ? [inode] : []))
  return inodes.flatMap(inode => (open.includes(`socket:[${inode}]`) ? [String(inode)] : []))
}

/** A descriptor may be closed between the two looks. */
function targetOf(link: string): string {
  try {
    return readlinkSync(link)
  } catch {
    return ''
  }
}
