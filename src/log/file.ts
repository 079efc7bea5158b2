/** A log file beside standard output: rotated at 100 MB, five kept. */

import { mkdirSync } from 'node:fs'
import { basename, dirname } from 'node:path'

export interface LogFile {
  write(line: string): void
  /** Resolves when everything is written. */
  close(): Promise<void>
}

export interface LogFileLimits {
  readonly maxSize: '100M' | '10K'
  /** Beside the one that is written. */
  readonly keptFiles: number
}

const LIMITS: LogFileLimits = { maxSize: '100M', keptFiles: 5 }

/** The file itself and its older ones, `NAME.1` the youngest. `onFailure`: it cannot be written; said once until it can. */
export async function openLogFile(
  path: string,
  onFailure: (message: string) => void,
  { maxSize, keptFiles } = LIMITS,
): Promise<LogFile> {
  const { createStream } = await import('rotating-file-stream')
  const directory = dirname(path)
  mkdirSync(directory, { recursive: true })
  const name = basename(path)
  const nameOf = (index: number | Date | null) => (typeof index === 'number' ? `${name}.${index}` : name)
  const stream = createStream(nameOf, {
    path: directory,
    size: maxSize,
    rotate: keptFiles,
    mode: 0o640,
  })
  let isFailing = false
  stream.on('error', (error: Error) => {
    if (!isFailing) onFailure(error.message)
    isFailing = true
  })
  stream.on('open', () => {
    isFailing = false
  })
  return {
    write: line => void stream.write(line),
    close: () => new Promise(resolve => stream.end(() => resolve())),
  }
}
