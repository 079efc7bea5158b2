/** Events that Splunk refuses for good become dead letters, with the place in Log Service that they come from. */

import type { DeadLetter, DeadLetterBox, Written } from '../../dead-letters/box.ts'
import { groupCursor } from '../../sls/page.ts'
import type { Refusal } from '../../splunk/deliver.ts'
import { bytesOf } from '../../splunk/pieces.ts'
import { check } from '../encode/check.ts'
import { countLogs, locate } from '../encode/locate.ts'
import type { Planner } from '../encode/plan.ts'
import type { HeldPage } from '../read/held-page.ts'
import type { WorkerLog } from '../report/log.ts'
import type { ShardMeter } from '../report/meter.ts'
import type { Trouble, Troubles } from '../report/troubles.ts'
import type { PageOutcome } from './deliver-page.ts'

export interface LetterParts {
  readonly box: DeadLetterBox
  readonly source: string
  readonly shard: number
  readonly planner: Planner
  readonly meter: ShardMeter
  readonly troubles: Troubles
  readonly announce: Announce
}

/** Longest part of an answer that is worth keeping. */
const MAX_ANSWER_LENGTH = 1_000

/** Writes the event as a dead letter; false when it cannot be written now: then the event is not settled. */
export async function bury(refusal: Refusal, held: HeldPage, parts: LetterParts): Promise<boolean> {
  const letter = letterOf(refusal, held, parts)
  const written = await put(letter, parts)
  if (written) parts.meter.deadLettered(letter.reason)
  return written
}

async function put(letter: DeadLetter, parts: LetterParts): Promise<boolean> {
  const { box, shard, troubles, announce } = parts
  const who = { work: 'dead-letters', shard } as const
  const written = await box.write(letter)
  if (written.kind !== 'written') {
    troubles.raise(who, notWritten(written))
    return false
  }
  troubles.clear(who)
  announce(letter)
  return true
}

/** Writes a log group that kills workers as a dead letter, unread. `unfinished`: there is no room for it now. */
export async function buryGroup(held: HeldPage, parts: LetterParts): Promise<PageOutcome> {
  const { source, shard, meter } = parts
  const data = held.bytes()
  const checked = check(data)
  if (checked.kind === 'corrupt') return checked
  const logs = countLogs(data)
  meter.encoded(logs)
  const group = Buffer.from(data).toString('base64')
  const letter: DeadLetter = {
    source,
    shard,
    cursor: groupCursor(held.page, 0),
    position: 0,
    reason: 'kills-worker',
    status: 0,
    code: null,
    answer: `${logs} logs in a group that has ended its worker again and again`,
    event: JSON.stringify({ log_group_base64: group }),
  }
  const written = await put(letter, parts)
  if (written) for (let i = 0; i < logs; i++) meter.deadLettered(letter.reason)
  else meter.abandoned()
  return { kind: written ? 'delivered' : 'unfinished' }
}

export type Announce = (letter: DeadLetter) => void

const QUIET_MS = 60_000

/** Logs a line for the first letter, then at most one a minute that counts. */
export function createAnnounce(log: WorkerLog, now: () => number = () => performance.now()): Announce {
  let saidAtMs = Number.NEGATIVE_INFINITY
  let letters = 0
  return ({ shard, cursor, position, reason, status, answer }) => {
    letters++
    if (now() - saidAtMs < QUIET_MS) return
    const what = [status === 0 ? '' : String(status), answer].filter(part => part !== '').join(' ')
    const count = letters === 1 ? 'a letter' : `${letters} letters since the line before`
    const text = `${count} went to the dead letters, lately one of shard ${shard}: ${reason}, ${what}`
    log.warn(`${text}. To do: look at them (sls2splunk dead-letters show)`, { shard, cursor, position })
    saidAtMs = now()
    letters = 0
  }
}

function letterOf({ event, reason, answer }: Refusal, held: HeldPage, parts: LetterParts): DeadLetter {
  const place = locate(held.bytes(), parts.planner, event.numbers[0] ?? 0)
  return {
    source: parts.source,
    shard: parts.shard,
    cursor: groupCursor(held.page, place?.group ?? 0),
    position: place?.position ?? 0,
    reason,
    status: answer.status,
    code: answer.code,
    answer: answer.answer.slice(0, MAX_ANSWER_LENGTH),
    event: Buffer.from(bytesOf(event, 0)).toString().trimEnd(),
  }
}

function notWritten({ kind, message }: Exclude<Written, { kind: 'written' }>): Trouble {
  if (kind === 'full')
    return {
      code: 'dead-letters-full',
      text: `the dead letters are full, so events that Splunk refuses hold their shard: ${message}`,
      remedy:
        'look at them (sls2splunk dead-letters show), mend the cause and replay them, or raise dead_letters.max_bytes',
    }
  return {
    code: 'dead-letters-failed',
    text: `dead letters cannot be written, so events that Splunk refuses hold their shard: ${message}`,
    remedy:
      'check dead_letters.directory: the path, the room on its disk, and that the service may write there',
  }
}
