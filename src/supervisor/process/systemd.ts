/**
 * What systemd is told (sd_notify): ready, reloading, stopping, a line of state, and that the service is alive. Node has
 * no datagram sockets of the unix kind, so systemd's own `systemd-notify` carries the words; without NOTIFY_SOCKET, or
 * without the program, nobody is told.
 */

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { messageOf } from '../../base/failure.ts'
import { sleep } from '../../base/wait.ts'

export interface ServiceManager {
  ready(): Promise<void>
  /** To be followed by `ready`. */
  reloading(): Promise<void>
  stopping(): Promise<void>
  /** Tells the state, and that the service is alive, again and again until the signal is aborted. */
  keepTold(signal: AbortSignal): Promise<void>
}

export interface ServiceManagerOptions {
  readonly env: NodeJS.ProcessEnv
  /** One line for `systemctl status`. */
  readonly status: () => string
  /** The supervisor and its workers really answer. */
  readonly isAlive: () => boolean
  /** Called with the first failure of several in a row. */
  readonly onFailure: (message: string) => void
}

/** The state changes slowly; a watchdog is fed twice as often as it asks for. */
const STATUS_INTERVAL_MS = 10_000

export function createServiceManager({
  env,
  status,
  isAlive,
  onFailure,
}: ServiceManagerOptions): ServiceManager {
  const watchdogMs = Number(env.WATCHDOG_USEC ?? Number.NaN) / 1_000
  const isThere = env.NOTIFY_SOCKET !== undefined && env.NOTIFY_SOCKET !== ''
  const told = createOnce(onFailure)
  const stated = createOnce(onFailure)

  /** Never rejects. Tries again with the next words: a watchdog that is fed no more ends the service. */
  async function tell(words: () => string[]): Promise<void> {
    if (!isThere) return
    try {
      await promisify(execFile)('systemd-notify', words(), { env, timeout: STATUS_INTERVAL_MS })
      told.worked()
    } catch (error) {
      told.failed(`systemd-notify failed (${messageOf(error).split('\n')[0]})`)
    }
  }

  /** Makes the line of state; it decorates: where it cannot be made, the rest is told without it. */
  function statusLine(): readonly string[] {
    try {
      const line = `STATUS=${status()}`
      stated.worked()
      return [line]
    } catch (error) {
      stated.failed(`the status cannot be put into words (${messageOf(error)})`)
      return []
    }
  }

  return {
    ready: () => tell(() => ['READY=1', ...statusLine()]),
    // systemd wants to know when it began, by the clock that Node's high-resolution time is of.
    reloading: () => tell(() => ['RELOADING=1', `MONOTONIC_USEC=${process.hrtime.bigint() / 1_000n}`]),
    stopping: () => tell(() => ['STOPPING=1', 'STATUS=delivering what is held']),
    async keepTold(signal) {
      const everyMs = Math.min(STATUS_INTERVAL_MS, (watchdogMs || Number.POSITIVE_INFINITY) / 2)
      while (isThere && !signal.aborted) {
        await sleep(everyMs, signal)
        if (signal.aborted) return
        await tell(() => [...statusLine(), ...(isAlive() ? ['WATCHDOG=1'] : [])])
      }
    },
  }
}

/** Says the first failure of several in a row. */
function createOnce(say: (message: string) => void) {
  let isFailing = false
  return {
    worked() {
      isFailing = false
    },
    failed(message: string) {
      if (!isFailing) say(message)
      isFailing = true
    },
  }
}
