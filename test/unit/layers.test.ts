/** The layers of the source: which room may import which. ARCHITECTURE.md draws them. */

import { describe, expect, it } from 'vitest'
import {
  circlesIn,
  type Import,
  importsOfSource,
  packagesOfSource,
  reachableFrom,
} from '../support/imports.ts'

/** What every room may import but those that are at the bottom themselves. */
const GROUND = ['base', 'config'] as const

/**
 * Rooms of `src/`, from the bottom up, and what each may import beside itself. A file belongs to the room with the longest
 * name that fits. A room named in a list stands for those inside it as well.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  base: [],
  config: ['base'],
  'status/page': ['status/document.ts'],
  status: ['base'],
  http: ['base'],
  log: GROUND,
  thread: GROUND,
  // Which HTTP client they use is handed in.
  sls: [...GROUND, 'http/client.ts'],
  splunk: [...GROUND, 'http/client.ts'],
  'dead-letters': GROUND,

  'worker/report': [...GROUND, 'thread', 'sls', 'splunk'],
  'worker/encode': [...GROUND, 'sls'],
  'worker/read': [...GROUND, 'thread', 'sls', 'worker/report', 'worker/encode'],
  'worker/deliver': [
    ...[...GROUND, 'thread', 'http/node-client.ts', 'sls', 'splunk', 'dead-letters'],
    ...['worker/report', 'worker/encode', 'worker/read'],
  ],
  'worker/shard': [
    ...[...GROUND, 'thread', 'sls', 'splunk', 'dead-letters'],
    ...['worker/report', 'worker/encode', 'worker/read', 'worker/deliver'],
  ],
  worker: [...GROUND, 'thread', 'http/node-client.ts', 'sls', 'splunk', 'dead-letters'],

  'supervisor/state': [...GROUND, 'thread', 'log', 'status'],
  'supervisor/health': [...GROUND, 'status', 'supervisor/state'],
  'supervisor/metrics': [...GROUND, 'thread', 'supervisor/state', 'supervisor/health'],
  'supervisor/http': [
    ...[...GROUND, 'log', 'status'],
    ...['supervisor/state', 'supervisor/health', 'supervisor/metrics'],
  ],
  'supervisor/process': [...GROUND, 'log', 'status', 'supervisor/state'],
  'supervisor/sources': [...GROUND, 'thread', 'log', 'supervisor/state'],
  supervisor: [...GROUND, 'thread', 'log', 'status'],

  // The far ends share nothing with the program but what both have from the protocol.
  simulator: ['base', 'sls/signature.ts'],

  // Worker threads are started by file name: nobody imports their code.
  service: [...GROUND, 'log', 'status', 'thread', 'http', 'sls', 'splunk', 'supervisor', 'dead-letters'],
  commands: [
    ...[...GROUND, 'log', 'status', 'http', 'sls', 'splunk', 'dead-letters'],
    ...['supervisor', 'service', 'worker', 'simulator'],
  ],
  'cli.ts': [...GROUND, 'commands'],
}

const ROOMS = Object.keys(MAY_IMPORT).sort((a, b) => b.length - a.length)

const isIn = (file: string, room: string) => file === room || file.startsWith(`${room}/`)
const roomOf = (file: string) => ROOMS.find(room => isIn(file, room))

/** What is wrong with an import, and the way out; undefined when nothing is. */
function objection({ from, to }: Import): string | undefined {
  const room = roomOf(from)
  if (room === undefined) return `src/${from} is in no room: give its folder a line in MAY_IMPORT`
  const allowed = MAY_IMPORT[room] ?? []
  if ([room, ...allowed].some(each => isIn(to, each))) return undefined
  return (
    `src/${from} imports src/${to}, but ${room}/ may import only ${allowed.join(', ') || 'itself'}. ` +
    `Way out: move what both need into a room below both, or have service/ hand it in`
  )
}

describe('the layers', () => {
  it('are kept by every import', () => {
    expect(importsOfSource().flatMap(each => objection(each) ?? [])).toEqual([])
  })

  it('have a line for every file', () => {
    expect(importsOfSource().filter(({ from }) => roomOf(from) === undefined)).toEqual([])
  })

  it.each([
    ['worker/shard/shard.ts', 'supervisor/state/board.ts'],
    ['worker/main.ts', 'supervisor/supervisor.ts'],
    ['base/wait.ts', 'config/types.ts'],
    ['base/wait.ts', 'sls/client.ts'],
    ['sls/client.ts', 'splunk/client.ts'],
    ['sls/transport.ts', 'http/got-client.ts'],
    ['splunk/client.ts', 'http/node-client.ts'],
    ['worker/main.ts', 'http/got-client.ts'],
    ['supervisor/sources/child.ts', 'worker/main.ts'],
    ['supervisor/state/board.ts', 'supervisor/health/summary.ts'],
    ['status/page/main.js', 'base/units.ts'],
    ['simulator/sls/server.ts', 'sls/client.ts'],
    ['somewhere/new.ts', 'base/wait.ts'],
  ])('forbid %s to import %s, and say the way out', (from, to) => {
    expect(objection({ from, to })).toMatch(/Way out|give its folder a line/)
  })

  it('have no circle, not even of types', () => {
    expect(circlesIn(importsOfSource())).toEqual([])
  })

  // What each costs a thread, in memory and until it has started, is measured in ARCHITECTURE.md.
  it.each([
    ['got', 'http/got-client.ts'],
    ['@alicloud/sls20201230', 'sls/sdk.ts'],
    ['fastify', 'supervisor/http/server.ts'],
  ])('let one file load %s, and no worker thread that file', (name, file) => {
    const loading = packagesOfSource().filter(({ to }) => to === name)
    expect([...new Set(loading.map(({ from }) => from))]).toEqual([file])
    const loaded = reachableFrom('worker/main.ts', importsOfSource())
    expect(loaded).toContain('http/node-client.ts')
    expect(loaded).not.toContain(file)
  })

  it('would show a circle', () => {
    const imports = [
      { from: 'a', to: 'b' },
      { from: 'b', to: 'c' },
      { from: 'c', to: 'b' },
      { from: 'd', to: 'a' },
    ]
    expect(circlesIn(imports)).toEqual([['b', 'c']])
  })
})
