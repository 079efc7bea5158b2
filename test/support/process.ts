/** The service as its users run it: a process of its own with a configuration file, watched from outside. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { eventually } from './eventually.ts'
import { ACCESS_KEY, type FarEnds, GROUP, LOGSTORE, PROJECT, TOKEN } from './far-ends.ts'

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface ServiceProcess {
  readonly pid: number
  /** Standard output and standard error so far, in the order in which they came. */
  output(): string
  /** Its log lines so far; what is no JSON is left out. */
  logs(): readonly LogRecord[]
  signal(name: NodeJS.Signals): void
  /** Nobody reads its output any more, as when the program behind a pipe has ended. */
  closeOutput(): void
  /** Resolves when it has ended and all of its output is here. */
  readonly exited: Promise<Exit>
  /** Asks its HTTP endpoint, once it listens. */
  get(path: string): Promise<{ readonly status: number; readonly text: string }>
}

export interface LogRecord {
  readonly level: string
  readonly message: string
  readonly code?: string
  readonly tries?: number
  readonly metrics?: string
}

export interface Workplace {
  /** Of the configuration and the state; gone after the test. */
  readonly directory: string
  /** `state/lock`, which is there while a process uses the directory. */
  isLocked(): boolean
  /**
   * Starts `sls2splunk run` with this text as `config.yaml`; killed with the test at the latest. `wrapper`: a command
   * that runs the one behind it in its own place, as `unshare` does.
   */
  run(yaml: string, wrapper?: readonly string[]): ServiceProcess
}

const BIN = fileURLToPath(new URL('../../bin/sls2splunk.js', import.meta.url))

export function createWorkplace(onTestFinished: (undo: () => void | Promise<void>) => void): Workplace {
  const directory = mkdtempSync(join(tmpdir(), 'sls2splunk-process-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const file = join(directory, 'config.yaml')
  return {
    directory,
    isLocked: () => existsSync(join(directory, 'state', 'lock')),
    run(yaml, wrapper = []) {
      writeFileSync(file, yaml, { mode: 0o600 })
      const [command = '', ...words] = [...wrapper, process.execPath, BIN, 'run', '--config', file]
      const child = spawn(command, words, {
        cwd: directory,
        // Compiled once and not twenty times: tests that start it often stay quick.
        env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'sls2splunk-compile-cache') },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      const service = watch(child)
      onTestFinished(async () => {
        child.kill('SIGKILL')
        await service.exited
      })
      return service
    },
  }
}

/** Has it stop as its service manager would; rejects when that does not go well. */
export async function drained({ signal, exited, output }: ServiceProcess): Promise<void> {
  signal('SIGTERM')
  const exit = await exited
  if (exit.code !== 0) throw new Error(`the service ended with ${JSON.stringify(exit)}: ${output()}`)
}

function watch(child: ChildProcess): ServiceProcess {
  let output = ''
  const append = (chunk: Buffer) => {
    output += chunk.toString()
  }
  child.stdout?.on('data', append)
  child.stderr?.on('data', append)
  const logs = () => output.split('\n').flatMap(readRecord)
  const url = () =>
    logs()
      .find(({ metrics }) => metrics !== undefined)
      ?.metrics?.replace('/metrics', '')
  return {
    pid: child.pid ?? 0,
    output: () => output,
    logs,
    signal: name => void child.kill(name),
    closeOutput() {
      child.stdout?.destroy()
      child.stderr?.destroy()
    },
    exited: once(child, 'close').then(([code, signal]) => ({ code, signal })),
    async get(path) {
      const base = await eventually(url, {
        withinMs: 30_000,
        what: 'the service listens',
        state: () => output,
      })
      const response = await fetch(base + path)
      return { status: response.status, text: await response.text() }
    },
  }
}

function readRecord(line: string): LogRecord[] {
  return line.startsWith('{"level"') ? [JSON.parse(line)] : []
}

export interface Sections {
  readonly sls?: object
  readonly splunk?: object
  readonly source?: object
  readonly top?: object
}

/** A configuration in which everything a person would wait for is short; sections add to it, or replace what is there. */
export function yamlOf({ sls, hec }: Pick<FarEnds, 'sls' | 'hec'>, added: Sections = {}): string {
  // JSON is YAML.
  return JSON.stringify({
    sls: {
      endpoint: sls.url,
      region: 'cn-hangzhou',
      access_key_id: ACCESS_KEY.id,
      access_key_secret: ACCESS_KEY.secret,
      ...added.sls,
    },
    splunk: { url: hec.url, token: TOKEN, ...added.splunk },
    sources: [
      {
        name: LOGSTORE,
        project: PROJECT,
        logstore: LOGSTORE,
        consumer_group: GROUP,
        consumers: 2,
        start_from: 'begin',
        heartbeat_interval: '1s',
        fetch_interval: '100ms',
        checkpoint_interval: '200ms',
        ...added.source,
      },
    ],
    instance: 'test',
    state_directory: 'state',
    worker: { restart_backoff: { min: '100ms', max: '1s' }, drain_timeout: '2s' },
    http: { listen: '127.0.0.1:0' },
    log: { format: 'json' },
    ...added.top,
  })
}
