/** The real service against given far ends, in the test's own process: its worker threads are real threads. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type {
  Config,
  DeadLettersConfig,
  SlsConfig,
  SourceConfig,
  SplunkConfig,
  WorkerConfig,
} from '../../src/config/types.ts'
import { createService, type Service } from '../../src/service/service.ts'
import { createServiceLog } from '../../src/service/service-log.ts'
import type { StopReport } from '../../src/supervisor/sources/stop-report.ts'

export interface ServiceOptions {
  readonly slsUrl: string
  readonly splunkUrl: string
  readonly project: string
  readonly logstore: string
  readonly accessKey: { readonly id: string; readonly secret: string }
  readonly token: string
  /** Default 1. They are called `test-logs-1`, `test-logs-2` and so on, in the group `sls2splunk`. */
  readonly consumers?: number
  readonly overrides?: ServiceOverrides
}

/** Settings of the one source and of the sections beside it, in place of the defaults for tests. */
export interface ServiceOverrides {
  readonly instance?: string
  /** Kept when the service has ended. Default: one of its own, gone with it. */
  readonly stateDirectory?: string
  readonly source?: Partial<SourceConfig>
  readonly sls?: Partial<SlsConfig>
  readonly splunk?: Partial<SplunkConfig>
  readonly worker?: Partial<WorkerConfig>
  readonly deadLetters?: Partial<DeadLettersConfig>
}

export interface RunningService {
  readonly service: Service
  /** Every line the service has logged so far, as JSON text. */
  readonly logLines: readonly string[]
  /** By consumer, the bytes that it held by its last status, which after a drain is its last word. */
  heldBytes(): ReadonlyMap<string, number>
  /** As on SIGTERM: drains, leaves the group. A second call answers the same. */
  stop(): Promise<StopReport>
  /** As on a second SIGTERM: ends the threads where they stand. */
  kill(): Promise<StopReport>
}

/** Starts at once, from the oldest log; the caller stops it, in a test best by `onTestFinished`. */
export function startService(options: ServiceOptions): RunningService {
  const logLines: string[] = []
  const ownDirectory = mkdtempSync(join(tmpdir(), 'sls2splunk-test-'))
  const stateDirectory = options.overrides?.stateDirectory ?? ownDirectory
  const log = createServiceLog({
    level: 'debug',
    format: 'json',
    secrets: [],
    output: line => void logLines.push(line.trimEnd()),
  })
  const service = createService(configOf(options, stateDirectory), log)
  const held = watchHeldBytes(service)
  const soft = new AbortController()
  const hard = new AbortController()
  const ended = service.supervisor
    .run(soft.signal, hard.signal)
    .finally(() => rmSync(ownDirectory, { recursive: true, force: true }))
  return {
    service,
    logLines,
    heldBytes: () => held,
    stop() {
      soft.abort()
      return ended
    },
    kill() {
      soft.abort()
      hard.abort()
      return ended
    },
  }
}

/** Listens in where the supervisor puts reports: the board forgets a consumer's as soon as it has ended. */
function watchHeldBytes({ board }: Service): ReadonlyMap<string, number> {
  const held = new Map<string, number>()
  const { reported } = board
  board.reported = (source, consumer, report) => {
    held.set(consumer, report.inFlightBytes)
    return reported(source, consumer, report)
  }
  return held
}

const MIB = 1024 * 1024

/** Everything a person would wait for is short. */
function configOf(options: ServiceOptions, stateDirectory: string): Config {
  const { accessKey, consumers = 1, overrides = {} } = options
  return {
    file: 'test',
    instance: overrides.instance ?? 'test',
    stateDirectory,
    sls: {
      endpoint: options.slsUrl,
      region: 'cn-hangzhou',
      signature: 'v4',
      credentials: { kind: 'keys', accessKeyId: accessKey.id, accessKeySecret: accessKey.secret },
      tls: { verify: true },
      timeoutMs: 10_000,
      ...overrides.sls,
    },
    splunk: {
      urls: [options.splunkUrl],
      token: options.token,
      tls: { verify: true },
      timeoutMs: 10_000,
      compression: 'gzip',
      batchBytes: MIB,
      metadata: {},
      ...overrides.splunk,
    },
    sources: [{ ...sourceOf(options), consumers, ...overrides.source }],
    worker: {
      memoryLimitBytes: 512 * MIB,
      inFlightBytes: 64 * MIB,
      stalledAfterMs: 30_000,
      restartBackoff: { minMs: 100, maxMs: 1_000 },
      drainTimeoutMs: 10_000,
      ...overrides.worker,
    },
    http: { host: '127.0.0.1', port: 0 },
    deadLetters: {
      directory: join(stateDirectory, 'dead-letters'),
      maxBytes: 1024 * MIB,
      ...overrides.deadLetters,
    },
    log: { level: 'debug', format: 'json' },
  }
}

function sourceOf({ project, logstore }: ServiceOptions): Omit<SourceConfig, 'consumers'> {
  return {
    name: 'logs',
    project,
    logstore,
    consumerGroup: 'sls2splunk',
    startFrom: { kind: 'begin' },
    inOrder: false,
    heartbeatIntervalMs: 1_000,
    fetchIntervalMs: 100,
    checkpointIntervalMs: 200,
    routes: [],
    event: { metadata: true },
  }
}
