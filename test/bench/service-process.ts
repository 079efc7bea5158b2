/** The service as its users run it: a process of its own, with a configuration file, watched from outside. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installedProgram } from './installed.ts'

export interface ServiceProcess {
  /** Of its HTTP endpoint, without a slash at the end. */
  readonly url: string
  /** Milliseconds since 1970 at which it was started. */
  readonly startedAtMs: number
  /** CPU seconds of the process so far, user and system. */
  cpuSeconds(): number
  residentBytes(): number
  /** The most it has had so far. */
  peakResidentBytes(): number
  /** Values of a metric by their labels' text. */
  metric(name: string): Promise<ReadonlyMap<string, number>>
  stop(): Promise<void>
}

export const TICKS_PER_SECOND = 100
const PAGE_BYTES = 4096

/** Resolves when it listens. `ca`: PEM, in the file that the variable `CA_FILE` names. */
export async function startServiceProcess(
  yaml: string,
  ca?: string,
  environment: NodeJS.ProcessEnv = {},
): Promise<ServiceProcess> {
  const directory = mkdtempSync(join(tmpdir(), 'sls2splunk-bench-'))
  const [file, caFile] = [join(directory, 'config.yaml'), join(directory, 'ca.pem')]
  writeFileSync(file, yaml)
  writeFileSync(caFile, ca ?? '')
  const startedAtMs = Date.now()
  const child = spawn(process.execPath, [installedProgram(), 'run', '--config', file], {
    env: { ...process.env, ...environment, CA_FILE: caFile },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const metricsUrl = await announcedUrl(child)
  const stat = () => statOf(child.pid ?? 0)
  return {
    url: metricsUrl.replace(/\/metrics$/, ''),
    startedAtMs,
    cpuSeconds: () => stat().cpuTicks / TICKS_PER_SECOND,
    residentBytes: () => stat().residentPages * PAGE_BYTES,
    peakResidentBytes: () => peakOf(child.pid ?? 0),
    metric: async name => readMetric(await (await fetch(metricsUrl)).text(), name),
    async stop() {
      const exited = once(child, 'exit')
      child.kill('SIGTERM')
      await exited
      rmSync(directory, { recursive: true })
    },
  }
}

/** The first log lines tell where the metrics are. */
function announcedUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      output = `${output}${chunk}`.slice(-10_000)
      const url = /"metrics":"([^"]+)"/.exec(output)?.[1]
      if (url !== undefined) resolve(url)
    })
    child.once('exit', () => reject(new Error(`the service ended before it listened:\n${output}`)))
  })
}

/** Fields 14 and 15 (user and system ticks) and 24 (resident pages) of /proc/PID/stat; field 2 may hold spaces. */
export function statOf(pid: number): { readonly cpuTicks: number; readonly residentPages: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return { cpuTicks: Number(fields[11]) + Number(fields[12]), residentPages: Number(fields[21]) }
}

function peakOf(pid: number): number {
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kibibytes) * 1024
}

export function readMetric(text: string, name: string): Map<string, number> {
  const lines = text.split('\n').filter(line => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
  return new Map(
    lines.map(line => [
      line.slice(name.length, line.lastIndexOf(' ')),
      Number(line.slice(line.lastIndexOf(' '))),
    ]),
  )
}
