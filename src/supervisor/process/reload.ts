/**
 * SIGHUP: the file is read again, as a whole. What is wrong with it is said, and the service runs on as it is; else what
 * it changes is put into effect.
 */

import { messageOf } from '../../base/failure.ts'
import type { Config } from '../../config/types.ts'
import type { Log } from '../../log/log.ts'
import type { ReloadStatus } from '../../status/document.ts'
import type { ReloadResult } from '../state/reload-result.ts'

export type ReadConfig = () =>
  | { readonly kind: 'ok'; readonly config: Config; readonly warnings: readonly string[] }
  /** One line each. */
  | { readonly kind: 'invalid'; readonly problems: readonly string[] }

export interface ReloadParts {
  readonly read: ReadConfig
  /** Resolves with what was done, a few words each. */
  readonly apply: (config: Config) => Promise<readonly string[]>
  readonly log: Log
  readonly onResult: (result: ReloadResult) => void
}

export interface Reloader {
  /** Never rejects. */
  reload(): Promise<void>
  status(): ReloadStatus
}

export function createReloader({ read, apply, log, onResult }: ReloadParts): Reloader {
  let status: ReloadStatus = { time: null, ok: true, text: 'as at the start' }

  function end(result: ReloadResult, text: string): void {
    status = { time: new Date().toISOString(), ok: result === 'applied', text }
    onResult(result)
  }

  function refuse(problems: readonly string[]): void {
    for (const problem of problems) log.error(`reload: ${problem}`)
    log.error(
      'reload refused: the configuration is invalid, the one before stays in effect. To do: mend it, reload again',
    )
    end('invalid', `refused: ${problems[0] ?? 'the configuration is invalid'}`)
  }

  return {
    async reload() {
      try {
        const found = read()
        if (found.kind === 'invalid') return refuse(found.problems)
        for (const warning of found.warnings) log.warn(warning)
        log.info('reload: putting the configuration into effect')
        const done = await apply(found.config)
        const text = done.length === 0 ? 'nothing has changed' : done.join('; ')
        log.info(`reloaded: ${text}`)
        end('applied', text)
      } catch (error) {
        log.error(`reload failed: ${messageOf(error)}`)
        end('failed', messageOf(error))
      }
    },
    status: () => status,
  }
}
