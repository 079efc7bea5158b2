/** Those that are killed: a worker thread, or the whole process. */

import { expect } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { createWorkplace, drained, type ServiceProcess, yamlOf } from '../../support/process.ts'
import type { RunningService } from '../../support/service.ts'
import type { World } from './scenario.ts'

/** Its one consumer is called `victim-logs-1`. */
export interface Victim {
  /** Starts it, unless it does so by itself. */
  start(): void
  /** As on SIGTERM. */
  beginStop(): void
  kill(): void
  /** Resolves when the kill has done its work. */
  gone(): Promise<void>
  /** Drains it; fails when that does not go well. */
  end(): Promise<void>
}

export const CONSUMER = 'victim-logs-1'
const INSTANCE = 'victim'
const WITHIN_MS = 40_000

/** Killed without a warning; nothing of it is left but what the far ends have. */
export function processVictim({ far, onEnd }: World): Victim {
  const { run } = createWorkplace(onEnd)
  const sections = { source: { consumers: 1 }, top: { instance: INSTANCE } }
  let service: ServiceProcess | undefined
  return {
    start() {
      service = run(yamlOf(far, sections))
    },
    beginStop: () => service?.signal('SIGTERM'),
    kill: () => service?.signal('SIGKILL'),
    async gone() {
      expect(await service?.exited).toEqual({ code: null, signal: 'SIGKILL' })
    },
    async end() {
      if (service) await drained(service)
    },
  }
}

/** The supervisor starts it again, unless the service was to stop. */
export function threadVictim({ start }: World): Victim {
  let running: RunningService | undefined
  let stopped = false
  let deaths = 0
  const deathsSeen = () =>
    running?.logLines.filter(line => line.includes('worker ended (killed: asked for)')).length ?? 0
  /** Whoever was between two runs when it was to be killed is killed in the next one. */
  const isGone = () => {
    if (deathsSeen() >= deaths) return true
    running?.service.supervisor.killWorker(CONSUMER)
    return false
  }
  return {
    start() {
      if (running && !stopped) return
      running = start({
        consumers: 1,
        overrides: { instance: INSTANCE, source: { heartbeatIntervalMs: 1_000 } },
      })
      stopped = false
    },
    beginStop() {
      stopped = true
      void running?.stop()
    },
    kill() {
      deaths++
      running?.service.supervisor.killWorker(CONSUMER)
    },
    async gone() {
      if (stopped) expect((await running?.stop())?.killed).toEqual([CONSUMER])
      else
        await eventually(isGone, {
          withinMs: WITHIN_MS,
          what: 'the thread is gone',
          state: () => running?.logLines.slice(-10),
        })
    },
    async end() {
      expect(await running?.stop()).toMatchObject({ unconfirmed: [], unsaved: [], killed: [] })
    },
  }
}
