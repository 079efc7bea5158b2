/** A virtual environment of Python with pinned packages, made once and kept in a cache directory. */

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

export type PythonEnvironment =
  | { readonly kind: 'ready'; readonly executable: string }
  /** This machine cannot have one; `reason` is one line. */
  | { readonly kind: 'missing'; readonly reason: string }

/** Throws when there is everything that it takes and the installation fails all the same. */
export function preparePython(requirements: string, cacheDirectory: string): PythonEnvironment {
  const version = run('python3', ['--version'])
  if (!version.ok) return { kind: 'missing', reason: 'python3 is not installed' }
  const key = createHash('sha256').update(version.output).update(readFileSync(requirements)).digest('hex')
  const directory = join(cacheDirectory, key.slice(0, 16))
  if (!run(pythonIn(directory), ['--version']).ok) {
    const reason = install(requirements, directory)
    if (reason !== undefined) return { kind: 'missing', reason }
  }
  return { kind: 'ready', executable: pythonIn(directory) }
}

/** Built aside and then moved, so that what stands in the cache is whole. Answers what is missing. */
function install(requirements: string, directory: string): string | undefined {
  const draft = `${directory}.${process.pid}`
  mkdirSync(draft, { recursive: true })
  try {
    const missing = obstacle(run('python3', ['-m', 'venv', draft])) ?? obstacle(pip(draft, requirements))
    if (missing !== undefined) return missing
    rmSync(directory, { recursive: true, force: true })
    renameSync(draft, directory)
    return undefined
  } finally {
    if (existsSync(draft)) rmSync(draft, { recursive: true })
  }
}

function pip(directory: string, requirements: string): Outcome {
  const options = [
    '--quiet',
    '--no-input',
    '--disable-pip-version-check',
    '--retries',
    '1',
    '--timeout',
    '20',
  ]
  return run(pythonIn(directory), ['-m', 'pip', 'install', ...options, '--requirement', requirements])
}

/** What a failed step lacks, by what it said. */
const OBSTACLES: readonly (readonly [pattern: RegExp, missing: string])[] = [
  [
    /ensurepip is not available|No module named '?(venv|ensurepip)/,
    'python3 has no venv (on Debian: python3-venv)',
  ],
  [
    /NewConnectionError|ConnectTimeoutError|ReadTimeoutError|ProxyError|from versions: none/,
    'PyPI cannot be reached',
  ],
]

function obstacle({ ok, output }: Outcome): string | undefined {
  if (ok) return undefined
  const missing = OBSTACLES.find(([pattern]) => pattern.test(output))?.[1]
  if (missing === undefined) throw new Error(`Python's packages cannot be installed:\n${output}`)
  return missing
}

interface Outcome {
  readonly ok: boolean
  readonly output: string
}

const INSTALL_WITHIN_MS = 300_000

function run(command: string, args: readonly string[]): Outcome {
  const { status, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: INSTALL_WITHIN_MS,
  })
  return { ok: status === 0, output: `${stdout}${stderr}` }
}

function pythonIn(directory: string): string {
  return join(directory, 'bin', 'python')
}
