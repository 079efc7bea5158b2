/** `sls2splunk run`: the service. Everything is put together here and nowhere else. */

import type { Config } from '../config/types.ts'
import { consumerName } from '../config/consumer-name.ts'
import { createLog, type Log } from '../log.ts'
import { lockState } from '../state-lock.ts'
import { type Board, createBoard } from '../supervisor/board.ts'
import { type Conditions, createConditions } from '../supervisor/conditions.ts'
import { startHttp } from '../supervisor/http.ts'
import { createMetrics, type Metrics } from '../supervisor/metrics.ts'
import { readinessOf } from '../supervisor/readiness.ts'
import { handleSignals } from '../supervisor/signals.ts'
import { createSupervisor, type Supervisor } from '../supervisor/supervisor.ts'
import { VERSION } from '../version.ts'
import { EXIT } from './exit.ts'
import { createGroupAdmin } from './group-admin.ts'
import { farewellOf } from './farewell.ts'
import { openConfig } from './open-config.ts'

export async function run(file: string | undefined): Promise<number> {
  const opened = openConfig(file)
  if (opened.kind === 'invalid') return EXIT.config
  const { config, warnings, secrets } = opened
  // Whoever read the log is gone; forwarding goes on without a reader.
  process.stdout.on('error', () => {})
  const log = createLog({ ...config.log, secrets, output: text => process.stdout.write(text) })
  for (const warning of warnings) log.warn(warning)

  const lock = lockState(config.stateDirectory)
  if (lock.kind !== 'locked') {
    log.error(lockMessage(lock, config.stateDirectory))
    return EXIT.failed
  }
  try {
    return await serve(config, log)
  } finally {
    lock.release()
  }
}

async function serve(config: Config, log: Log): Promise<number> {
  const service = createService(config, log)
  const http = await startHttp(config.http, service).catch((error: unknown) => {
    log.error(
      `cannot listen on ${config.http.host}:${config.http.port} (${String(error)}): change http.listen`,
    )
    return undefined
  })
  if (!http) return EXIT.failed
  const signals = handleSignals(log)
  log.info(`sls2splunk ${VERSION} started`, { config: config.file, metrics: `${http.url}/metrics` })
  const report = await service.supervisor.run(signals.soft, signals.hard)
  signals.close()
  await http.close()
  const farewell = farewellOf(report)
  log[farewell.level](farewell.text)
  return signals.hard.aborted ? EXIT.failed : EXIT.ok
}

export interface Service {
  readonly supervisor: Supervisor
  readonly board: Board
  readonly metrics: Metrics
  readonly conditions: Conditions
  readonly readiness: () => ReturnType<typeof readinessOf>
}

/** The supervisor with what it writes to. Also what the demonstration runs. */
export function createService(config: Config, log: Log): Service {
  const board = createBoard()
  const metrics = createMetrics(board, VERSION)
  const conditions = createConditions(log)
  const supervisor = createSupervisor({
    config,
    workerFile: workerFile(),
    nameOf: (source, n) => consumerName(config.instance, source.name, n),
    admin: createGroupAdmin(config.sls, metrics),
    board,
    metrics,
    conditions,
    log,
  })
  return {
    supervisor,
    board,
    metrics,
    conditions,
    readiness: () => readinessOf(board.consumers(), conditions.list()),
  }
}

/** Beside this file, and of its kind: `.ts` in a checkout, `.js` in the built package. */
function workerFile(): string {
  const own = import.meta.url
  return new URL(`../worker/main${own.slice(own.lastIndexOf('.'))}`, own).href
}

function lockMessage(
  lock: Exclude<ReturnType<typeof lockState>, { kind: 'locked' }>,
  directory: string,
): string {
  if (lock.kind === 'failed') return `cannot use the state directory: ${lock.message}: change state_directory`
  return `process ${lock.pid} already runs with the state directory ${directory}: stop it, or give this service another instance and state_directory`
}
