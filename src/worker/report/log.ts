/** A worker's log lines go up to the supervisor, the one place that writes. */

import type { LogLevel } from '../../config/types.ts'
import type { LogLine } from '../../thread/protocol.ts'

export type Fields = LogLine['fields']

export interface WorkerLog {
  debug(message: string, fields?: Fields): void
  info(message: string, fields?: Fields): void
  warn(message: string, fields?: Fields): void
  error(message: string, fields?: Fields): void
}

export function createWorkerLog(send: (line: LogLine) => void): WorkerLog {
  const at =
    (level: LogLevel) =>
    (message: string, fields: Fields = {}) =>
      send({ level, message, fields })
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}
