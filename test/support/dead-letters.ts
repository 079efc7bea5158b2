/** Directories of dead letters for tests, and the program's commands on them as their users run them. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { lineOf, readLine, type StoredLetter } from '../../src/dead-letters/line.ts'
import type { AtEnd } from './at-end.ts'

/** A letter of an event that can be told from others; `n` is its place in the group too. */
export function letterOf(n: number, given: Partial<StoredLetter> = {}): StoredLetter {
  return {
    time: new Date(Date.UTC(2026, 0, 31, 8, 0, n)).toISOString(),
    source: 'audit',
    shard: 1,
    cursor: 'MTQwMA==',
    position: n,
    reason: 'event-refused',
    status: 400,
    code: 6,
    answer: 'Invalid data format',
    event: `{"time":1795451657.581943529,"event":{"n":"${n}"}}`,
    replays: 0,
    ...given,
  }
}

/**
 * The letters of all files of a directory in the order of their names; what is no letter is left out. None while there
 * is no such directory.
 */
export function lettersIn(directory: string): StoredLetter[] {
  if (!existsSync(directory)) return []
  const files = readdirSync(directory).toSorted()
  const lines = files.flatMap(name => readFileSync(join(directory, name), 'utf8').split('\n'))
  return lines.flatMap(line => readLine(line) ?? [])
}

export interface Box {
  readonly directory: string
  /** Writes a file of this name, every letter a line. */
  put(name: string, letters: readonly StoredLetter[], tail?: string): void
  /** Names of its files. */
  names(): string[]
  /** The letters of all files in the order of their names; what is no letter is left out. */
  letters(): StoredLetter[]
}

export function createBox(atEnd: AtEnd): Box {
  const parent = mkdtempSync(join(tmpdir(), 'sls2splunk-letters-'))
  atEnd(() => rmSync(parent, { recursive: true, force: true }))
  const directory = join(parent, 'dead-letters')
  mkdirSync(directory, { mode: 0o700 })
  const names = () => readdirSync(directory).toSorted()
  return {
    directory,
    names,
    put(name, letters, tail = '') {
      writeFileSync(join(directory, name), letters.map(lineOf).join('') + tail, { mode: 0o600 })
    },
    letters: () => lettersIn(directory),
  }
}

export interface Command {
  readonly pid: number
  output(): string
  errors(): string
  signal(name: NodeJS.Signals): void
  /** Its exit status, or the signal that ended it. */
  readonly ended: Promise<number | string | null>
}

const BIN = fileURLToPath(new URL('../../bin/sls2splunk.js', import.meta.url))

/** Runs `sls2splunk dead-letters …` with this configuration beside the box; killed with the test at the latest. */
export function runCommand(
  args: readonly string[],
  { directory, config }: { readonly directory: string; readonly config: object },
  atEnd: AtEnd,
): Command {
  const file = join(directory, '..', 'config.yaml')
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 })
  const child = spawn(process.execPath, [BIN, 'dead-letters', ...args, '--config', file], {
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'sls2splunk-compile-cache') },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'close').then(([code, signal]) => code ?? signal)
  atEnd(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return {
    pid: child.pid ?? 0,
    output: collect(child.stdout),
    errors: collect(child.stderr),
    signal: name => void child.kill(name),
    ended,
  }
}

function collect(stream: ChildProcess['stdout']): () => string {
  let text = ''
  stream?.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  return () => text
}

/** The smallest configuration; what is in `splunk` and in the dead letters' directory counts. */
export function configOf(directory: string, splunk: Readonly<Record<string, unknown>>) {
  return {
    sls: { endpoint: 'http://127.0.0.1:1', region: 'x', access_key_id: 'id', access_key_secret: 'key' },
    splunk,
    sources: [{ project: 'project', logstore: 'logs' }],
    dead_letters: { directory },
  }
}
