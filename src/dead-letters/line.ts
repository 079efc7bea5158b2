/**
 * A dead letter as a line of NDJSON, and back. The event stays as it was sent, byte by byte: its `time` has more digits
 * than a JavaScript number holds, so parsing and writing it again would change it.
 */

import { isNumber, isRecord, isText, parseJson } from '../base/json.ts'

export interface DeadLetter {
  readonly source: string
  readonly shard: number
  /** The cursor of the log's group. */
  readonly cursor: string
  /** Position of the log in its group, from 0. */
  readonly position: number
  /** `event-refused`, `too-large`, `kills-worker`, … */
  readonly reason: string
  /** HTTP status; 0 where nothing was answered. */
  readonly status: number
  /** HEC's code; null where HEC did not answer. */
  readonly code: number | null
  /** What Splunk said; kept up to 1 KiB. */
  readonly answer: string
  /** JSON text of the HEC event as it was sent. */
  readonly event: string
}

export interface StoredLetter extends DeadLetter {
  /** Time of its first writing, ISO 8601. */
  readonly time: string
  /** Number of times that Splunk has refused it since. */
  readonly replays: number
}

const MAX_ANSWER_BYTES = 1_024
const EVENT_KEY = ',"event":'

/** Returns the line, with its line break. The event is the last key, so that its text can be found again. */
export function lineOf({ event, replays, ...letter }: StoredLetter): string {
  const { time, source, shard, cursor, position, reason, status, code } = letter
  const answer = cut(letter.answer)
  const head = { time, source, shard, cursor, position, reason, status, code, answer }
  const again = replays > 0 ? { replays } : {}
  return `${JSON.stringify({ ...head, ...again }).slice(0, -1)}${EVENT_KEY}${embedded(event)}}\n`
}

/** Reads a line; undefined when it is no dead letter, such as a line that a crash has cut short. */
export function readLine(line: string): StoredLetter | undefined {
  const json = parseJson(Buffer.from(line))
  if (!isRecord(json) || !('event' in json)) return undefined
  const { time, source, shard, cursor, position, reason, status, code, answer, replays = 0 } = json
  if (!isText(time) || !isText(source) || !isText(reason)) return undefined
  if (typeof cursor !== 'string' || typeof answer !== 'string') return undefined
  if (!isNumber(shard) || !isNumber(position) || !isNumber(status) || !isNumber(replays)) return undefined
  if (code !== null && !isNumber(code)) return undefined
  const event = eventOf(line, json)
  return { time, source, shard, cursor, position, reason, status, code, answer, replays, event }
}

/** Returns an object as it is, on one line (a line break in JSON lies between two tokens); anything else as text. */
function embedded(event: string): string {
  return isRecord(parseJson(Buffer.from(event))) ? event.replaceAll(/[\r\n]+/g, ' ') : JSON.stringify(event)
}

/**
 * Returns the event's text. In a line of ours the first `,"event":` is the letter's own key: the values before it are no
 * objects, and inside of a text its quotes would be escaped. From other lines it returns what the parser makes of them.
 */
function eventOf(line: string, json: Readonly<Record<string, unknown>>): string {
  if (typeof json.event === 'string') return json.event
  const isOurs = line.startsWith('{"time":') && Object.keys(json).at(-1) === 'event'
  const at = line.indexOf(EVENT_KEY)
  return isOurs && at !== -1
    ? line.slice(at + EVENT_KEY.length, line.lastIndexOf('}'))
    : JSON.stringify(json.event)
}

/** Returns the first 1 KiB, without a character that the cut would split. */
function cut(text: string): string {
  const bytes = Buffer.from(text)
  return bytes.length <= MAX_ANSWER_BYTES
    ? text
    : new TextDecoder().decode(bytes.subarray(0, MAX_ANSWER_BYTES), { stream: true })
}
