import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createFaultBook, type FaultBook } from '../faults.ts'
import type { Service } from './call.ts'
import { matchesRule, type RequestFacts, type SlsFaultRule } from './faults.ts'
import { createInspector, type Inspector } from './inspector.ts'
import { createJournal, type Journal } from './journal.ts'
import type { NewLogstore } from './logstore.ts'
import { createOperator, type Operator } from './operator.ts'
import { defaultOptions, type SimulatedAccessKey, type SlsSimulatorOptions } from './options.ts'
import { createReadQuota, type ReadLimits } from './quota.ts'
import { createSlsServer } from './server.ts'
import { createWorld } from './world.ts'

/** A running simulator of Log Service: its address, its controls, and what can be seen of it. */
export interface SlsSimulator extends Operator, Inspector {
  /** `http://127.0.0.1:PORT`. The project is the first label of the Host header: `my-project.127.0.0.1:PORT`. */
  readonly url: string
  readonly port: number
  createProject(project: string): void
  /** Makes the project too if there is none. */
  createLogstore(project: string, logstore: string, settings?: NewLogstore): void
  readonly faults: Pick<FaultBook<SlsFaultRule, RequestFacts>, 'add' | 'clear'>
  readonly journal: Journal
  onCheckpoint: Journal['onCheckpoint']
  /** Replaces the access keys: those left out are unknown from the next request on. */
  setAccessKeys(accessKeys: readonly SimulatedAccessKey[]): void
  /** Replaces the read quotas that are given. */
  setReadLimits(limits: Partial<ReadLimits>): void
  /** Ends every connection and the server. */
  close(): Promise<void>
}

/** Starts a simulator; every option has a default. */
export async function startSlsSimulator(overrides: Partial<SlsSimulatorOptions> = {}): Promise<SlsSimulator> {
  const options = { ...defaultOptions, ...overrides }
  const world = createWorld(options)
  const journal = createJournal(options.journalEntries)
  let limits: ReadLimits = options
  const quota = createReadQuota(options.clock, () => limits)
  const service: Service = { options, world, journal, quota }
  const faults = createFaultBook<SlsFaultRule, RequestFacts>(matchesRule)
  let accessKeys = options.accessKeys
  const server = createSlsServer({ service, faults, accessKeys: () => accessKeys, lastReplies: new Map() })
  server.listen(options.port, options.host)
  await once(server, 'listening')
  const port = portOf(server.address())
  return {
    ...createOperator(service),
    ...createInspector(service),
    url: `${options.tls ? 'https' : 'http'}://${options.host}:${port}`,
    port,
    createProject: world.createProject,
    createLogstore: (project, logstore, settings = {}) => {
      world.createLogstore(project, logstore, settings)
    },
    faults,
    journal,
    onCheckpoint: journal.onCheckpoint,
    setAccessKeys: keys => {
      accessKeys = keys
    },
    setReadLimits: given => {
      limits = { ...limits, ...given }
    },
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address ? address.port : 0
}
