/** The section `log`. */

import { section } from '../section.ts'
import type { LogConfig } from '../types.ts'
import { choice } from '../values.ts'

export function logSchema(auto: LogConfig['format']) {
  const keys = {
    level: choice(['trace', 'debug', 'info', 'warn', 'error'])
      .prefault('info')
      .describe('Least level that is written'),
    format: choice(['auto', 'json', 'pretty', 'journal'])
      .prefault('auto')
      .describe('auto: journal under systemd, pretty on a terminal, else json'),
  }
  return section(
    keys,
    ({ level, format }): LogConfig => ({ level, format: format === 'auto' ? auto : format }),
  )
}
