/** `sls2splunk dead-letters replay`: sends dead letters again and keeps those that Splunk still refuses. */

import { messageOf } from '../../base/failure.ts'
import type { Config } from '../../config/types.ts'
import { isSystemError } from '../../dead-letters/directory.ts'
import { lockState } from '../../service/state-lock.ts'
import { type Asked, ask } from '../terminal/ask.ts'
import { EXIT } from '../terminal/exit.ts'
import { openConfig } from '../terminal/open-config.ts'
import { count } from '../terminal/words.ts'
import { createLetterDelivery } from './deliver-letters.ts'
import { isSendable, replayAll, type Wanted } from './pass.ts'
import { describeBroken } from './show.ts'
import { type Summary, summarise } from './summary.ts'
import { QUARANTINED } from './tally.ts'

export interface ReplayOptions extends Wanted {
  /** Sends without asking first. */
  readonly yes: boolean
}

/** Not the service's own lock, which may be in the same directory. */
const LOCK = 'replay.lock'

export async function replay(file: string | undefined, options: ReplayOptions): Promise<number> {
  const opened = openConfig(file)
  if (opened.kind === 'invalid') return EXIT.config
  const { config } = opened
  const { directory } = config.deadLetters
  try {
    const summary = await summarise(config.deadLetters)
    const letters = sendable(summary, options)
    if (letters === 0) return sayNothing(summary, options)
    const asked = options.yes ? 'yes' : await ask(`Send ${count(letters, 'dead letter')} again?`)
    return asked === 'yes' ? await replayLocked(config, options) : refuse(asked)
  } catch (error) {
    if (!isSystemError(error)) throw error
    return fail(`cannot replay the dead letters in ${directory}: ${messageOf(error)}`)
  }
}

function sendable({ groups }: Summary, wanted: Wanted): number {
  const matching = groups.filter(group => isSendable(group, wanted))
  return matching.reduce((sum, { letters }) => sum + letters, 0)
}

async function replayLocked({ deadLetters, splunk }: Config, wanted: Wanted): Promise<number> {
  const { directory } = deadLetters
  const lock = lockState(directory, LOCK)
  if (lock.kind === 'held') return fail(`process ${lock.pid} is replaying ${directory} already`)
  if (lock.kind === 'failed') return fail(`cannot lock ${directory}: ${lock.message}`)
  const delivery = createLetterDelivery(splunk)
  const stop = stopOnSignal()
  try {
    const { deliver } = delivery
    const { text, stopped } = await replayAll({ directory, wanted, deliver, signal: stop.signal })
    process.stdout.write(text)
    process.stdout.write(describeBroken((await summarise(deadLetters)).broken))
    return stopped === undefined ? EXIT.ok : fail(`stopped: ${stopped}. What was not accepted stays`)
  } finally {
    stop.close()
    delivery.close()
    lock.release()
  }
}

/** Ends the replay in order at the first SIGINT or SIGTERM; a second one ends the process, and loses nothing either. */
function stopOnSignal() {
  const controller = new AbortController()
  const abort = () => controller.abort()
  process.once('SIGINT', abort)
  process.once('SIGTERM', abort)
  return {
    signal: controller.signal,
    close() {
      process.off('SIGINT', abort)
      process.off('SIGTERM', abort)
    },
  }
}

function refuse(asked: Exclude<Asked, 'yes'>): number {
  if (asked === 'no') return fail('nothing was sent')
  process.stderr.write('replay asks before it sends, and there is no terminal to ask: add --yes\n')
  return EXIT.usage
}

function sayNothing({ directory, letters }: Summary, { source, reason }: Wanted): number {
  const filtered = source !== undefined || reason !== undefined
  const why = filtered ? ' of this source and reason' : ` (${QUARANTINED} is not replayed)`
  process.stdout.write(`no dead letters to send in ${directory}${letters > 0 ? why : ''}\n`)
  return EXIT.ok
}

function fail(message: string): number {
  process.stderr.write(`${message}\n`)
  return EXIT.failed
}
