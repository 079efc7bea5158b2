/** `sls2splunk run`: runs the service, with its log, its lock, its HTTP endpoint, signals and systemd. */

import { VERSION } from '../../base/version.ts'
import { type LoadResult, loadConfig } from '../../config/load.ts'
import { formatProblem } from '../../config/problem.ts'
import type { Config, HttpConfig } from '../../config/types.ts'
import { type LogFile, openLogFile } from '../../log/file.ts'
import { owned } from '../../log/owned.ts'
import { farewellOf } from '../../service/farewell.ts'
import { createService, type Service } from '../../service/service.ts'
import { createServiceLog, type ServiceLog } from '../../service/service-log.ts'
import { lockState } from '../../service/state-lock.ts'
import { startHttp } from '../../supervisor/http/server.ts'
import { createReloader } from '../../supervisor/process/reload.ts'
import { handleSignals } from '../../supervisor/process/signals.ts'
import { createServiceManager } from '../../supervisor/process/systemd.ts'
import { isModuleThere } from '../../worker/encode/module.ts'
import { EXIT } from '../terminal/exit.ts'
import { openConfig } from '../terminal/open-config.ts'

/** Time for a worker that was silent for `stalled_after` and is replaced, until the new one speaks. */
const GRACE_MS = 90_000

type Opened = Extract<LoadResult, { kind: 'ok' }>

export async function run(file: string | undefined): Promise<number> {
  const opened = openConfig(file)
  if (opened.kind === 'invalid') return EXIT.config
  const { config, warnings } = opened
  // A reader of the log that goes away does not end forwarding.
  process.stdout.on('error', () => {})
  const logFile = await openConfiguredFile(config)
  const log = openLog(opened, logFile)
  for (const warning of [...warnings, ...missingModule()]) log.warn(warning)

  const lock = lockState(config.stateDirectory)
  if (lock.kind !== 'locked') {
    log.error(lockMessage(lock, config.stateDirectory))
    return EXIT.failed
  }
  try {
    return await serve(config, log)
  } finally {
    lock.release()
    await logFile?.close()
  }
}

function missingModule(): string[] {
  if (isModuleThere()) return []
  return ['wasm/encoder.wasm is missing: logs are encoded at a third of the speed. To do: npm run build']
}

/** Opens `log.file`. When it cannot be written, standard error says so: the log itself is what fails. */
async function openConfiguredFile({ log: { file } }: Config): Promise<LogFile | undefined> {
  const say = (message: string) => process.stderr.write(`cannot write the log file ${file}: ${message}\n`)
  return file === undefined ? undefined : openLogFile(file, say)
}

function openLog({ config, secrets }: Opened, logFile: LogFile | undefined): ServiceLog {
  const { level, format } = config.log
  return createServiceLog({
    level,
    format,
    secrets,
    output: text => process.stdout.write(text),
    ...(logFile && { file: logFile.write }),
  })
}

async function serve(config: Config, log: ServiceLog): Promise<number> {
  const service = createService(config, log)
  const { supervisor } = service
  const reloader = reloaderOf(service, config.file, log)
  const status = () => service.status(reloader.status())
  const http = await listen(config.http, { ...service, status }, log)
  if (!http) return EXIT.failed
  const manager = managerOf(service, { summary: () => status().summary, config, log })
  const signals = handleSignals(log, async () => {
    await manager.reloading()
    await reloader.reload()
    await manager.ready()
  })
  signals.soft.addEventListener('abort', () => void manager.stopping())
  const telling = owned(manager.keepTold(signals.soft), 'telling the service manager', log)
  log.info(`sls2splunk ${VERSION} started`, { config: config.file, metrics: `${http.url}/metrics` })
  await manager.ready()
  const report = await supervisor.run(signals.soft, signals.hard)
  signals.close()
  await telling
  await http.close()
  service.close()
  const farewell = farewellOf(report)
  log[farewell.level](farewell.text)
  return signals.hard.aborted ? EXIT.failed : EXIT.ok
}

function reloaderOf({ supervisor, metrics }: Service, file: string, log: ServiceLog) {
  return createReloader({
    read: () => readAgain(file, log),
    async apply(next) {
      log.setLevel(next.log.level)
      return supervisor.reload(next)
    },
    log,
    onResult: metrics.onReload,
  })
}

/** Returns undefined, and says so, when the address cannot be listened on. */
async function listen(http: HttpConfig, parts: Parameters<typeof startHttp>[1], log: ServiceLog) {
  try {
    return await startHttp(http, parts)
  } catch (error) {
    log.error(`cannot listen on ${http.host}:${http.port} (${String(error)}): change http.listen`)
    return undefined
  }
}

interface Told {
  /** One line of state. */
  readonly summary: () => string
  readonly config: Config
  readonly log: ServiceLog
}

function managerOf({ board }: Service, { summary, config, log }: Told) {
  const longestSilenceMs = config.worker.stalledAfterMs + GRACE_MS
  return createServiceManager({
    env: process.env,
    status: summary,
    isAlive: () => board.consumers().every(({ silentMs = 0 }) => silentMs < longestSilenceMs),
    onFailure: message => log.warn(`${message}: systemd gets no status updates`),
  })
}

/** Reads the configuration again. The log knows its secrets before anything of it is said. */
function readAgain(file: string, log: ServiceLog) {
  const result = loadConfig({ file, env: process.env, isTty: process.stdout.isTTY === true })
  if (result.kind === 'invalid')
    return { kind: 'invalid', problems: result.problems.map(each => formatProblem(file, each)) } as const
  log.addSecrets(result.secrets)
  return result
}

function lockMessage(
  lock: Exclude<ReturnType<typeof lockState>, { kind: 'locked' }>,
  directory: string,
): string {
  if (lock.kind === 'failed') return `cannot use the state directory: ${lock.message}: change state_directory`
  return `process ${lock.pid} already runs with the state directory ${directory}: stop it, or give this service another instance and state_directory`
}
