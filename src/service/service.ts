/** The supervisor with all that it writes to and that is shown of it. Also what the demonstration and tests run. */

import { VERSION } from '../base/version.ts'
import { consumerName } from '../config/consumer-name.ts'
import type { Config } from '../config/types.ts'
import type { Log } from '../log/log.ts'
import type { ReloadStatus, StatusDocument } from '../status/document.ts'
import { readinessOf } from '../supervisor/health/readiness.ts'
import { statusOf } from '../supervisor/health/status-document.ts'
import { createMetrics, type Metrics } from '../supervisor/metrics/metrics.ts'
import { createObserver } from '../supervisor/observer.ts'
import { createAccount } from '../supervisor/state/account.ts'
import { type Board, createBoard } from '../supervisor/state/board.ts'
import { type Conditions, createConditions } from '../supervisor/state/conditions.ts'
import { createHistory, HISTORY_INTERVAL_MS } from '../supervisor/state/history.ts'
import { createProcessCpu } from '../supervisor/state/process-cpu.ts'
import { createSupervisor, type Supervisor } from '../supervisor/supervisor.ts'
import { createGroupAdmin } from './group-admin.ts'
import type { ServiceLog } from './service-log.ts'

export interface Service {
  readonly supervisor: Supervisor
  readonly board: Board
  readonly metrics: Metrics
  readonly conditions: Conditions
  readonly readiness: () => ReturnType<typeof readinessOf>
  readonly status: (reload?: ReloadStatus) => StatusDocument
  /** Takes secrets out of a text. */
  readonly redact: (text: string) => string
  readonly log: Log
  /** Ends its clocks. */
  readonly close: () => void
}

const CPU_INTERVAL_MS = 1_000

export function createService(config: Config, log: ServiceLog): Service {
  const board = createBoard()
  const account = createAccount()
  const conditions = createConditions(log)
  const cpu = createProcessCpu()
  const history = createHistory({ board, account, cpuRatio: cpu.ratio })
  const metrics = createMetrics(board, VERSION, () => ({
    sources: supervisor.sources(),
    conditions: conditions.list(),
    history,
  }))
  const supervisor = createSupervisor({
    config,
    workerFile: workerFile(),
    nameOf: (source, n) => consumerName(config.instance, source.name, n),
    admin: createGroupAdmin(metrics, log),
    board,
    observer: createObserver({ board, account, history, metrics }),
    conditions,
    deadLettered: account.deadLettered,
    log,
  })
  const known = {
    version: VERSION,
    instance: config.instance,
    startedAt: new Date(),
    board,
    account,
    conditions,
    history,
    events: log.events,
    sources: supervisor.sources,
    isStopping: supervisor.isStopping,
    cpuRatio: cpu.ratio,
  }
  return {
    supervisor,
    board,
    metrics,
    conditions,
    readiness: () => readinessOf(board.consumers(), conditions.list()),
    status: (reload = AT_START) => statusOf({ ...known, reload }),
    redact: log.redact,
    log,
    close: startClocks(cpu.sample, history.sample),
  }
}

const AT_START: ReloadStatus = { time: null, ok: true, text: 'as at the start' }

/** Looks at what is kept over time, again and again; returns how to end it. */
function startClocks(sampleCpu: () => void, sampleHistory: () => void): () => void {
  const clocks = [setInterval(sampleCpu, CPU_INTERVAL_MS), setInterval(sampleHistory, HISTORY_INTERVAL_MS)]
  for (const clock of clocks) clock.unref()
  return () => clocks.forEach(clearInterval)
}

/** Beside this file, and of its kind: `.ts` in a checkout, `.js` in the built package. */
function workerFile(): string {
  const own = import.meta.url
  return new URL(`../worker/main${own.slice(own.lastIndexOf('.'))}`, own).href
}
