/**
 * `sls2splunk demo`: runs everything on one machine. An embedded Log Service gets audit logs, the service forwards them,
 * an embedded HEC receiver counts what arrives, over real HTTP and with real threads.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { aborted, sleep } from '../../base/wait.ts'
import { createService, type Service } from '../../service/service.ts'
import { createServiceLog } from '../../service/service-log.ts'
import type { LedgerReport } from '../../simulator/ledger.ts'
import { startHttp } from '../../supervisor/http/server.ts'
import { handleSignals } from '../../supervisor/process/signals.ts'
import { EXIT } from '../terminal/exit.ts'
import { demoConfig } from './config.ts'
import { type FarEnds, startFarEnds } from './far-ends.ts'
import { type KillReport, killBusiestWorker } from './kill.ts'
import { createScreen } from './screen.ts'

export interface DemoOptions {
  readonly seconds?: number
  /** Megabytes (10^6) of raw log data a second, all shards together. */
  readonly rate: number
  readonly consumers: number
  readonly shards: number
  readonly killWorker: boolean
}

/** Time for events in flight after production has stopped. */
const CATCH_UP_MS = 30_000
/** Seconds until `--kill-worker` kills when no end is set. */
const DEFAULT_KILL_AFTER_S = 10

export async function demo(options: DemoOptions): Promise<number> {
  // Everything is on this machine: no proxy of the environment is meant for it.
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy']) delete process.env[name]
  // A reader of the output that goes away does not end the demonstration.
  process.stdout.on('error', () => {})
  const directory = mkdtempSync(join(tmpdir(), 'sls2splunk-demo-'))
  const farEnds = await startFarEnds(options)
  const config = demoConfig(farEnds, { ...options, stateDirectory: directory })
  const screen = createScreen(process.stdout)
  const log = createServiceLog({ level: 'info', format: 'pretty', secrets: [], output: screen.say })
  const service = createService(config, log)
  const http = await startHttp(config.http, service)
  const signals = handleSignals(log)
  screen.title(`page: ${http.url}/   metrics: ${http.url}/metrics   Ctrl-C ends the demonstration`)

  const drain = new AbortController()
  const serving = service.supervisor.run(drain.signal, signals.hard)
  const showing = show(screen, { service, farEnds, signal: drain.signal })
  const killing = options.killWorker ? killMidWay(service, options, signals.soft) : undefined
  await (options.seconds === undefined ? aborted(signals.soft) : sleep(options.seconds * 1_000, signals.soft))
  farEnds.stopProducing()
  const killed = await killing
  await farEnds.allDelivered(AbortSignal.any([AbortSignal.timeout(CATCH_UP_MS), signals.hard]))
  drain.abort()
  await serving
  await showing

  const report = farEnds.report()
  screen.close(summary(report, killed))
  signals.close()
  await http.close()
  await farEnds.close()
  rmSync(directory, { recursive: true, force: true })
  return report.lost > 0 || report.unknown > 0 ? EXIT.failed : EXIT.ok
}

async function killMidWay(service: Service, { seconds }: DemoOptions, signal: AbortSignal) {
  await sleep(((seconds ?? 2 * DEFAULT_KILL_AFTER_S) / 2) * 1_000, signal)
  return signal.aborted ? undefined : killBusiestWorker(service, signal)
}

interface Showing {
  readonly service: Service
  readonly farEnds: FarEnds
  readonly signal: AbortSignal
}

async function show(
  screen: ReturnType<typeof createScreen>,
  { service, farEnds, signal }: Showing,
): Promise<void> {
  while (!signal.aborted) {
    screen.table(service.board, farEnds.report())
    await sleep(1_000, signal)
  }
}

function summary(report: LedgerReport, killed: KillReport | undefined): string[] {
  const { issued, delivered, lost, duplicated, unknown } = report
  const counts = `produced ${issued}   delivered ${delivered}   lost ${lost}   duplicated ${duplicated}`
  return [
    ...(killed ? [describeKill(killed)] : []),
    unknown > 0 ? `${counts}   never produced ${unknown}` : counts,
  ]
}

function describeKill({ consumer, shards, movedOnAfterMs }: KillReport): string {
  const held = `killed ${consumer}, which held shards ${shards.join(', ')}`
  if (movedOnAfterMs === undefined) return `${held}: they did not move on in time`
  const seconds = (movedOnAfterMs / 1_000).toFixed(1)
  return `${held}: it came back, and they moved on after ${seconds} s, from their last checkpoints (hence duplicates)`
}
