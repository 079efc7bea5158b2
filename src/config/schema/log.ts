/** The section `log`. */

import type { Files } from '../files.ts'
import { section } from '../section.ts'
import type { LogConfig } from '../types.ts'
import { choice, text } from '../values.ts'

export function logSchema(auto: LogConfig['format'], { absolute }: Files) {
  const keys = {
    level: choice(['trace', 'debug', 'info', 'warn', 'error'])
      .prefault('info')
      .describe('Least level that is written'),
    format: choice(['auto', 'json', 'pretty', 'journal'])
      .prefault('auto')
      .describe('auto: journal under systemd, pretty on a terminal, else json'),
    file: text('the path of a file')
      .describe('Also to this file, as JSON lines: rotated at 100 MB, five kept')
      .optional(),
  }
  return section(
    keys,
    ({ level, format, file }): LogConfig => ({
      level,
      format: format === 'auto' ? auto : format,
      ...(file !== undefined && { file: absolute(file) }),
    }),
  )
}
