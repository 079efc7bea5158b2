/** Log Service for commands that read a source or move its checkpoints without joining its consumer group. */

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
  /** Has the calls that need no consumer: heartbeat and checkpoint would. */
  readonly client: Pick<SlsClient, 'cursorAt' | 'timeOf' | 'pull'>
}

const MAX_SOCKETS = 4

/** Connects for one use. */
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

/** Returns one line: what failed, what was answered, what to do. It has no secrets and nothing that steers a terminal. */
export function describeTrouble(config: Config, what: string, failure: SlsFailure): string {
  const redact = createRedactor(secretsOf(config))
  const answer = excerptOf(redact(describeFailure(failure)), MAX_ANSWER)
  return `${what}: Log Service answers ${answer}. To do: ${remedyOf(failure)}`
}
