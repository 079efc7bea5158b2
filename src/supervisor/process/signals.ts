/** SIGTERM and SIGINT: drain and stop; a second one: stop now. SIGHUP: read the configuration again. */

import type { Log } from '../../log/log.ts'
import { owned } from '../../log/owned.ts'

export interface Signals {
  readonly soft: AbortSignal
  readonly hard: AbortSignal
  close(): void
}

/** `reload`: what SIGHUP asks for; without it, it is told that there is nothing to read again. */
export function handleSignals(log: Log, reload?: () => Promise<void>): Signals {
  const soft = new AbortController()
  const hard = new AbortController()
  const onStop = (name: string) => {
    if (soft.signal.aborted) {
      log.warn(`${name} again: stopping now`)
      hard.abort(name)
      return
    }
    log.info(`${name}: delivering what is held, then stopping; once more stops at once`)
    soft.abort(name)
  }
  const onReload = () => {
    if (!reload) log.info('SIGHUP: there is no configuration to read again')
    else if (!soft.signal.aborted) void owned(reload(), 'reload', log)
  }
  process.on('SIGTERM', onStop)
  process.on('SIGINT', onStop)
  process.on('SIGHUP', onReload)
  return {
    soft: soft.signal,
    hard: hard.signal,
    close() {
      process.off('SIGTERM', onStop)
      process.off('SIGINT', onStop)
      process.off('SIGHUP', onReload)
    },
  }
}
