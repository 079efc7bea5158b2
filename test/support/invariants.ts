/** The three questions that every test of the whole service asks at its end. */

import { readdirSync, readFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { expect } from 'vitest'
import { formatLogId } from '../../src/simulator/generator/log-id.ts'
import { eventually } from './eventually.ts'
import { type FarEnds, GROUP, LOGSTORE, PROJECT } from './far-ends.ts'

/** Generous: the machine may be busy with other tests. */
const ARRIVAL_MS = 40_000

/** First question, did every log arrive: resolves as soon as Splunk has all that was issued so far. */
export async function everythingArrives(far: FarEnds, withinMs = ARRIVAL_MS): Promise<void> {
  await eventually(() => far.missing().length === 0, {
    withinMs,
    what: 'every log has arrived',
    state: () => ({ account: accountOf(far), first: far.missing().slice(0, 3) }),
  })
}

/** Resolves as soon as Splunk has all that is missing now, however much is issued meanwhile. */
export async function owedArrives(far: FarEnds, withinMs = ARRIVAL_MS): Promise<void> {
  const owed = new Set(far.missing().map(formatLogId))
  const late = () => far.missing().filter(id => owed.has(formatLogId(id)))
  await eventually(() => late().length === 0, {
    withinMs,
    what: 'what was missing has arrived',
    state: () => ({ account: accountOf(far), first: late().slice(0, 3) }),
  })
}

export interface Allowed {
  /** Default 0. */
  readonly duplicates?: number
  /** Logs of a shard that may arrive for the first time behind later ones of it. Default 0. */
  readonly disorder?: number
}

/**
 * First question again, with what must not have arrived; second question, did no checkpoint pass a log that Splunk did
 * not have at that moment, and did no two consumers hold a shard at once.
 */
export function expectSoundAccount(far: FarEnds, { duplicates = 0, disorder = 0 }: Allowed = {}): void {
  const { unknown, duplicated, orderViolations } = accountOf(far)
  expect(
    unfenced(far),
    'checkpoints of consumers that nothing keeps from being of a shard of others',
  ).toEqual([])
  expect(far.oracle.violations(), 'checkpoints past undelivered logs, shards held twice').toEqual([])
  expect({ lost: far.missing(), unknown }).toEqual({ lost: [], unknown: 0 })
  expect(far.altered(), 'logs with other contents than were issued').toEqual([])
  expect(duplicated, 'duplicated').toBeLessThanOrEqual(duplicates)
  expect(orderViolations, 'out of order').toBeLessThanOrEqual(disorder)
}

/**
 * Everything arrives, the account is sound, the services that the far ends started drain with nothing unconfirmed, and
 * what they leave behind in the group are checkpoints at the end of every shard.
 */
export async function expectSoundEnd(far: FarEnds, allowed: Allowed = {}): Promise<void> {
  await everythingArrives(far)
  for (const report of await far.stopServices())
    expect(report).toMatchObject({ unconfirmed: [], unsaved: [], killed: [] })
  expectSoundAccount(far, allowed)
  expect(uncommitted(far), 'shards without a checkpoint at their end').toEqual([])
}

/** The supervisor alone may force a checkpoint, and does so without a consumer's name. */
function unfenced({ sls }: FarEnds) {
  return sls.journal.checkpoints().filter(({ force, consumer }) => force && consumer !== '')
}

/** Shards whose checkpoint is not at their end. */
export function uncommitted({ sls }: FarEnds): number[] {
  const checkpoints = sls.checkpoints(PROJECT, LOGSTORE, GROUP)
  const open = sls
    .positions(PROJECT, LOGSTORE)
    .filter(({ shard, end }) => checkpoints.get(shard)?.cursor !== end)
  return open.map(({ shard }) => shard)
}

/** Third question, is nothing left open: for `afterAll`, when services and far ends of a file have ended. */
export async function expectNothingOpen(): Promise<void> {
  await eventually(() => leftOpen().length === 0, {
    withinMs: 5_000,
    what: 'no thread, connection or server is left',
    state: () => [...leftOpen(), ...openSockets()],
  })
}

function leftOpen(): string[] {
  const resources = process
    .getActiveResourcesInfo()
    .filter(name => /Worker|MessagePort|TCP|Process/.test(name))
  return [...resources, ...workerThreads()]
}

/** Whose they are, for whoever looks for the reason. Node has no documented way to ask. */
function openSockets(): string[] {
  const ask: unknown = Reflect.get(process, '_getActiveHandles')
  const handles: unknown = typeof ask === 'function' ? ask.call(process) : []
  const sockets = Array.isArray(handles) ? handles.filter(handle => handle instanceof Socket) : []
  return sockets.map(
    ({ localPort, remotePort, readyState, destroyed }) =>
      `${localPort} to ${remotePort}: ${destroyed ? 'destroyed' : readyState}`,
  )
}

/** Also those that nothing in this process refers to any more: Linux names each of them. */
function workerThreads(): string[] {
  const tasks = '/proc/self/task'
  const nameOf = (id: string) => readFileSync(`${tasks}/${id}/comm`, 'utf8').trim()
  try {
    return readdirSync(tasks)
      .map(nameOf)
      .filter(name => name === 'WorkerThread')
  } catch {
    // One has ended between the two looks, or there is no such place.
    return []
  }
}

function accountOf({ ledger }: FarEnds) {
  const { shards: _, ...account } = ledger.report()
  return account
}
