/** The consumer groups that the supervisor asks for, made with Log Service's management calls. */

import type { SourceConfig } from '../config/types.ts'
import { createGotClient } from '../http/got-client.ts'
import type { Log } from '../log/log.ts'
import { createSlsAdmin, type Initialised, type SlsAdmin } from '../sls/admin.ts'
import { BAD_RESPONSE, describeFailure, remedyOf, type SlsFailure, type SlsResult } from '../sls/errors.ts'
import type { Metrics } from '../supervisor/metrics/metrics.ts'
import type { Ensured, GroupAdmin } from '../supervisor/sources/group.ts'
import type { Settings } from '../supervisor/sources/settings.ts'

export function createGroupAdmin(metrics: Metrics, log: Log): GroupAdmin {
  /** A connection for each use: these calls are a handful in the life of the service. */
  async function withAdmin<T>({ sls, source }: Settings, use: (admin: SlsAdmin) => Promise<T>): Promise<T> {
    const onCall = ({ operation, code, durationMs, receivedBytes }: Parameters<OnCall>[0]) =>
      metrics.onSlsCall(source.name, {
        endpoint: '',
        operation,
        code,
        durationsSeconds: [durationMs / 1_000],
        sentBytes: 0,
        receivedBytes,
      })
    const admin = await createSlsAdmin({
      sls,
      project: source.project,
      createHttp: createGotClient,
      maxSockets: 2,
      onCall,
    })
    try {
      return await use(admin)
    } finally {
      admin.close()
    }
  }

  return {
    facts: (settings, signal) =>
      withAdmin(settings, async admin => {
        const { name, logstore } = settings.source
        const { known, failures } = await admin.factsOf(logstore, signal)
        // A key may lack the permission, and other trouble shows in the reading itself.
        for (const failure of failures.filter(({ code }) => code === BAD_RESPONSE))
          log.warn(`not all of logstore ${logstore} can be known: ${describeFailure(failure)}`, {
            source: name,
          })
        return known
      }),
    ensure: (settings, signal) =>
      withAdmin(settings, async admin => {
        const { source } = settings
        const group = await admin.ensureGroup(source, signal)
        if (group.kind === 'failed') return failed(group.failure)
        const positions = await admin.initialisePositions(source, signal)
        if (positions.kind === 'failed') return failed(positions.failure)
        return { kind: 'ok', notes: [...group.value, ...notesOn(source, positions.value)] }
      }),
    restore: (settings, positions, signal) =>
      withAdmin(settings, async admin => {
        const { source } = settings
        const group = await admin.ensureGroup(source, signal)
        if (group.kind === 'failed') return failed(group.failure)
        const restored: SlsResult<void> = await admin.restorePositions(source, positions, signal)
        if (restored.kind === 'failed') return failed(restored.failure)
        return { kind: 'ok', notes: [...group.value, `positions of ${positions.size} shards written back`] }
      }),
  }
}

type OnCall = NonNullable<Parameters<typeof createSlsAdmin>[0]['onCall']>

function failed(failure: SlsFailure): Ensured {
  return {
    kind: 'failed',
    code: `sls-${failure.code}`,
    text: `Log Service: preparing the consumer group failed: ${describeFailure(failure)}`,
    remedy: remedyOf(failure),
  }
}

function notesOn(
  { logstore, consumers, startFrom }: SourceConfig,
  { shards, initialised }: Initialised,
): string[] {
  const from = startFrom.kind === 'time' ? new Date(startFrom.seconds * 1_000).toISOString() : startFrom.kind
  const first =
    initialised > 0 ? [`${initialised} shards of ${logstore} begin at ${from}: they had no checkpoint`] : []
  const spare = consumers - shards
  const idle =
    spare > 0 ? [`${consumers} consumers for the ${shards} shards of ${logstore}: ${spare} stand by`] : []
  return [...first, ...idle]
}
