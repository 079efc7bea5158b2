/** A service of the soak: a process of its own that can be stopped, killed and started again, and is watched from outside. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import runtime from '../../bin/runtime.json' with { type: 'json' }
import { statOf, TICKS_PER_SECOND } from '../bench/service-process.ts'
import type { Death } from './kill-switch.ts'

export interface SoakService {
  readonly name: string
  /** Does nothing while it runs. */
  start(): void
  signal(name: 'SIGSTOP' | 'SIGCONT'): void
  kill(): Promise<void>
  /** As on SIGTERM; answers with its exit status. */
  stop(): Promise<string>
  /** Ends one of its worker threads. */
  killWorker(death: Death): void
  /** The text of its metrics; undefined when it does not answer. */
  scrape(): Promise<string | undefined>
  residentBytes(): number | undefined
  /** CPU seconds so far, of all processes that it has been. */
  cpuSeconds(): number
  /** How it ended, every time that nobody had asked it to; it was started again. */
  unexpectedExits(): readonly string[]
}

const BIN = fileURLToPath(new URL('../../bin/sls2splunk.js', import.meta.url))
const KILL_SWITCH = fileURLToPath(new URL('./kill-switch.ts', import.meta.url))
const PAGE_BYTES = 4096
const SCRAPE_TIMEOUT_MS = 1_500

/** Its configuration, state and log stay in `directory`. */
export function createSoakService(name: string, directory: string, yaml: string): SoakService {
  mkdirSync(directory, { recursive: true })
  const file = join(directory, 'config.yaml')
  writeFileSync(file, yaml, { mode: 0o600 })
  const log = createWriteStream(join(directory, 'log.ndjson'), { flags: 'a' })
  const unexpected: string[] = []
  let child: ChildProcess | undefined
  let cpuBefore = 0
  let metricsUrl: string | undefined

  function start(): void {
    if (child) return
    metricsUrl = undefined
    // The flags that the program would start itself anew for: so the channel to the kill switch survives.
    const args = [...runtime.flags, '--import', KILL_SWITCH, BIN, 'run', '--config', file]
    const started = spawn(process.execPath, args, {
      cwd: directory,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    child = started
    for (const output of [started.stdout, started.stderr]) output?.on('data', onOutput)
    started.once('exit', (code, signal) => {
      if (child !== started) return
      unexpected.push(String(code ?? signal))
      child = undefined
      start()
    })
  }

  function onOutput(chunk: Buffer): void {
    log.write(chunk)
    metricsUrl ??= /"metrics":"([^"]+)"/.exec(chunk.toString())?.[1]
  }

  async function end(signal: NodeJS.Signals): Promise<string> {
    const ending = child
    if (!ending) return 'not running'
    cpuBefore += stat()?.cpuSeconds ?? 0
    child = undefined
    const exited = once(ending, 'exit')
    ending.kill(signal)
    // A process that is stopped does not hear of SIGTERM before it goes on.
    ending.kill('SIGCONT')
    const [code, by] = await exited
    return String(code ?? by)
  }

  function stat(): { readonly cpuSeconds: number; readonly residentBytes: number } | undefined {
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return undefined
    const { cpuTicks, residentPages } = statOf(child.pid)
    return { cpuSeconds: cpuTicks / TICKS_PER_SECOND, residentBytes: residentPages * PAGE_BYTES }
  }

  return {
    name,
    start,
    signal: signal => void child?.kill(signal),
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
    killWorker: death => void child?.send(death),
    scrape: async () => (metricsUrl === undefined ? undefined : textOf(metricsUrl)),
    residentBytes: () => stat()?.residentBytes,
    cpuSeconds: () => cpuBefore + (stat()?.cpuSeconds ?? 0),
    unexpectedExits: () => unexpected,
  }
}

async function textOf(url: string): Promise<string | undefined> {
  try {
    return await (await fetch(url, { signal: AbortSignal.timeout(SCRAPE_TIMEOUT_MS) })).text()
  } catch {
    return undefined
  }
}
