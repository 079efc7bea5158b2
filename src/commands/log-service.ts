/** Log Service for commands that look at a source, or move its checkpoints, without being one of its consumers. */

import type { Config, SourceConfig } from '../config/types.ts'
import { createSlsAdmin, type SlsAdmin } from '../sls/admin.ts'
import { createSlsClient, type SlsClient } from '../sls/client.ts'
import { describeFailure, remedyOf, type SlsFailure } from '../sls/errors.ts'

export interface LogService {
  readonly source: SourceConfig
  readonly admin: SlsAdmin
  /** Its calls that need a consumer, heartbeat and checkpoint, are not made: the name is nobody's. */
  readonly client: Pick<SlsClient, 'cursorAt' | 'timeOf' | 'pull'>
}

const MAX_SOCKETS = 4

/** Connections for one use. */
export async function withLogService<T>(
  { sls }: Config,
  source: SourceConfig,
  use: (service: LogService) => Promise<T>,
): Promise<T> {
  const connection = { sls, project: source.project, maxSockets: MAX_SOCKETS }
  const admin = await createSlsAdmin(connection)
  const client = await createSlsClient({ ...connection, ...source, consumer: '' })
  try {
    return await use({ source, admin, client })
  } finally {
    admin.close()
    client.close()
  }
}

/** What failed, what was answered, what to do: one line. */
export function describeTrouble(what: string, failure: SlsFailure): string {
  return `${what}: Log Service answers ${describeFailure(failure)}. To do: ${remedyOf(failure)}`
}
