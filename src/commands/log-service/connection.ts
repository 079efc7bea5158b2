/** Log Service for commands that look at a source, or move its checkpoints, without being one of its consumers. */

import { secretsOf } from '../../config/advice.ts'
import type { Config, SourceConfig } from '../../config/types.ts'
import { createGotClient } from '../../http/got-client.ts'
import { createRedactor } from '../../log/log.ts'
import { createSlsAdmin, type SlsAdmin } from '../../sls/admin.ts'
import { createSlsClient, type SlsClient } from '../../sls/client.ts'
import { describeFailure, remedyOf, type SlsFailure } from '../../sls/errors.ts'
import { excerptOf } from '../terminal/words.ts'

export interface LogService {
  readonly config: Config
  readonly source: SourceConfig
  readonly admin: SlsAdmin
  /** Its calls that need a consumer, heartbeat and checkpoint, are not made: the name is nobody's. */
  readonly client: Pick<SlsClient, 'cursorAt' | 'timeOf' | 'pull'>
}

const MAX_SOCKETS = 4

/** Connections for one use. */
export async function withLogService<T>(
  config: Config,
  source: SourceConfig,
  use: (service: LogService) => Promise<T>,
): Promise<T> {
  const { sls } = config
  const connection = { ...source, sls, createHttp: createGotClient, maxSockets: MAX_SOCKETS }
  const admin = await createSlsAdmin(connection)
  const client = createSlsClient({ ...connection, consumer: '' })
  try {
    return await use({ config, source, admin, client })
  } finally {
    admin.close()
    client.close()
  }
}

/** Long enough for a message and its request id. */
const MAX_ANSWER = 500

/** What failed, what was answered, what to do: one line, without secrets and without what would steer a terminal. */
export function describeTrouble(config: Config, what: string, failure: SlsFailure): string {
  const redact = createRedactor(secretsOf(config))
  const answer = excerptOf(redact(describeFailure(failure)), MAX_ANSWER)
  return `${what}: Log Service answers ${answer}. To do: ${remedyOf(failure)}`
}
