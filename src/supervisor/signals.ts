/** SIGTERM and SIGINT: drain and stop; a second one: stop now. SIGHUP must not end the process. */

import type { Log } from '../log.ts'

export interface Signals {
  readonly soft: AbortSignal
  readonly hard: AbortSignal
  close(): void
}

export function handleSignals(log: Log): Signals {
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
  const onReload = () =>
    log.warn('SIGHUP: reloading is not available in this version; restart the service instead')
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
