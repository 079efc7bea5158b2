/** The consumer groups that the supervisor asks for, made with Log Service's management calls. */

import type { SourceConfig } from '../config/types.ts'
import { createGotClient } from '../http/got-client.ts'
import type { Log } from '../log/log.ts'
import { createSlsAdmin, type SlsAdmin } from '../sls/admin.ts'
import type { SlsCall } from '../sls/call.ts'
import { BAD_RESPONSE, describeFailure, remedyOf, type SlsFailure, type SlsResult } from '../sls/errors.ts'
import type { LogstoreFacts } from '../sls/logstore-facts.ts'
import type { Initialised, Positions } from '../sls/positions.ts'
import type { Metrics } from '../supervisor/metrics/metrics.ts'
import type { Ensured, GroupAdmin } from '../supervisor/sources/group.ts'
import type { Settings } from '../supervisor/sources/settings.ts'

export function createGroupAdmin(metrics: Metrics, log: Log): GroupAdmin {
  /** Connects for each use: these calls are a handful in the life of the service. */
  async function withAdmin<T>({ sls, source }: Settings, use: (admin: SlsAdmin) => Promise<T>): Promise<T> {
    const { name, project } = source
    const onCall = (call: SlsCall) => metrics.onSlsCall(name, deltaOf(call))
    const admin = await createSlsAdmin({ sls, project, createHttp: createGotClient, maxSockets: 2, onCall })
    try {
      return await use(admin)
    } finally {
      admin.close()
    }
  }

  return {
    facts: (settings, signal) =>
      withAdmin(settings, admin => lookAtFacts(admin, settings.source, { log, signal })),
    ensure: (settings, signal) =>
      withAdmin(settings, async admin => ensuredBy(await prepare(admin, settings.source, signal))),
    restore: (settings, positions, signal) =>
      withAdmin(settings, async admin =>
        ensuredBy(await restore(admin, settings.source, { positions, signal })),
      ),
  }
}

/** Returns a call as metrics count it. */
function deltaOf({ operation, code, durationMs, receivedBytes }: SlsCall) {
  const durationsSeconds = [durationMs / 1_000]
  return { endpoint: '', operation, code, durationsSeconds, sentBytes: 0, receivedBytes }
}

interface Looking {
  readonly log: Log
  readonly signal: AbortSignal
}

/** Returns the facts of the logstore. Logs bad answers only: a key may lack the permission, other failures show in reading. */
async function lookAtFacts(
  admin: SlsAdmin,
  { name, logstore }: SourceConfig,
  { log, signal }: Looking,
): Promise<LogstoreFacts> {
  const { known, failures } = await admin.factsOf(logstore, signal)
  for (const failure of failures.filter(({ code }) => code === BAD_RESPONSE))
    log.warn(`not all of logstore ${logstore} can be known: ${describeFailure(failure)}`, { source: name })
  return known
}

/** What was done, a sentence each. */
type Notes = SlsResult<readonly string[]>

async function prepare(admin: SlsAdmin, source: SourceConfig, signal: AbortSignal): Promise<Notes> {
  const group = await admin.ensureGroup(source, signal)
  if (group.kind === 'failed') return group
  const positions = await admin.initialisePositions(source, signal)
  if (positions.kind === 'failed') return positions
  return { kind: 'ok', value: [...group.value, ...notesOn(source, positions.value)] }
}

interface Restoring {
  readonly positions: Positions
  readonly signal: AbortSignal
}

async function restore(
  admin: SlsAdmin,
  source: SourceConfig,
  { positions, signal }: Restoring,
): Promise<Notes> {
  const group = await admin.ensureGroup(source, signal)
  if (group.kind === 'failed') return group
  const restored = await admin.restorePositions(source, positions, signal)
  if (restored.kind === 'failed') return restored
  return { kind: 'ok', value: [...group.value, `positions of ${positions.size} shards written back`] }
}

function ensuredBy(notes: Notes): Ensured {
  return notes.kind === 'ok' ? { kind: 'ok', notes: notes.value } : failed(notes.failure)
}

function failed(failure: SlsFailure): Ensured {
  return {
    kind: 'failed',
    code: `sls-${failure.code}`,
    text: `Log Service: preparing the consumer group failed: ${describeFailure(failure)}`,
    remedy: remedyOf(failure),
  }
}

function notesOn(source: SourceConfig, { shards, initialised }: Initialised): string[] {
  const { logstore, consumers, startFrom } = source
  const from = startFrom.kind === 'time' ? new Date(startFrom.seconds * 1_000).toISOString() : startFrom.kind
  const first =
    initialised > 0 ? [`${initialised} shards of ${logstore} begin at ${from}: they had no checkpoint`] : []
  const spare = consumers - shards
  const idle =
    spare > 0 ? [`${consumers} consumers for the ${shards} shards of ${logstore}: ${spare} stand by`] : []
  return [...first, ...idle]
}
