/** Commands of the program that end by themselves, as processes in a directory with a configuration. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { AtEnd } from './at-end.ts'

export interface Ran {
  /** The exit status, or the signal that ended it. */
  readonly status: number | string | null
  readonly output: string
  readonly errors: string
}

const BIN = fileURLToPath(new URL('../../bin/sls2splunk.js', import.meta.url))

/** Runs `sls2splunk …` with this text as the `config.yaml` of the directory; killed with the test at the latest. */
export function createCommands(directory: string, yaml: string, atEnd: AtEnd) {
  const file = join(directory, 'config.yaml')
  return async (...args: readonly string[]): Promise<Ran> => {
    writeFileSync(file, yaml, { mode: 0o600 })
    const child = spawn(process.execPath, [BIN, ...args, '--config', file], {
      cwd: directory,
      env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'sls2splunk-compile-cache') },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    atEnd(() => void child.kill('SIGKILL'))
    const [output, errors] = [collect(child.stdout), collect(child.stderr)]
    const [code, signal] = await once(child, 'close')
    return { status: code ?? signal, output: output(), errors: errors() }
  }
}

function collect(stream: ChildProcess['stdout']): () => string {
  const chunks: Buffer[] = []
  stream?.on('data', (chunk: Buffer) => void chunks.push(chunk))
  return () => Buffer.concat(chunks).toString()
}
