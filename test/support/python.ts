/** Python scripts that take one JSON object and print lines of JSON. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

export interface PythonProcess {
  /** What it has printed so far. */
  readonly lines: readonly unknown[]
  /** What it has written to its standard error. */
  errors(): string
  /** Resolves when it has ended by itself with status 0, else rejects with what it said. */
  readonly ended: Promise<void>
  /** SIGTERM; then as `ended`. */
  stop(): Promise<void>
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>
}

/** Far ends are on this machine; nothing is written beside the scripts. */
const ENVIRONMENT = { NO_PROXY: '*', no_proxy: '*', PYTHONDONTWRITEBYTECODE: '1' }

export function startPython(executable: string, script: string, input: object): PythonProcess {
  const child = spawn(executable, [script], { env: { ...process.env, ...ENVIRONMENT } })
  const lines: unknown[] = []
  const errors: string[] = []
  createInterface(child.stdout).on('line', line => lines.push(JSON.parse(line)))
  child.stderr.setEncoding('utf8').on('data', text => errors.push(text))
  // A script that dies at once does not read its input; how it died says more.
  child.stdin.on('error', () => {})
  child.stdin.end(JSON.stringify(input))
  const closed = once(child, 'close')
  const ended = closed.then(([status, signal]) => {
    if (status !== 0) throw new Error(`${script} ended with ${status ?? signal}: ${errors.join('')}`)
  })
  ended.catch(() => {})
  return {
    lines,
    errors: () => errors.join(''),
    ended,
    stop() {
      child.kill('SIGTERM')
      return ended
    },
    async kill() {
      child.kill('SIGKILL')
      await closed
    },
  }
}
