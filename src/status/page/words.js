/** States as a person reads them: a word, how much it matters, and the shape that goes with it. */

/** @import { ConsumerStatus, ServiceState, ShardStatus, SourceStatus, StatusEvent } from '../document.ts' */

/** @typedef {'ok' | 'idle' | 'warn' | 'bad'} Tone */
/** @typedef {{ readonly word: string, readonly tone: Tone, readonly icon: 'ok' | 'wait' | 'pause' | 'warn' | 'bad' }} Words */

/** @type {Words} */
const STARTING = { word: 'starting', tone: 'idle', icon: 'wait' }
/** @type {Words} */
const OK = { word: 'OK', tone: 'ok', icon: 'ok' }
/** @type {Words} */
const DEGRADED = { word: 'degraded', tone: 'warn', icon: 'warn' }
/** @type {Words} */
const DOWN = { word: 'down', tone: 'bad', icon: 'bad' }
/** @type {Words} */
const STOPPING = { word: 'stopping', tone: 'idle', icon: 'wait' }
/** @type {Words} */
const DRAINING = { word: 'draining', tone: 'idle', icon: 'wait' }

/** @type {Readonly<Record<ServiceState, Words>>} */
export const SERVICE_WORDS = {
  starting: STARTING,
  ok: OK,
  degraded: DEGRADED,
  down: DOWN,
  stopping: STOPPING,
}

/** @type {Readonly<Record<SourceStatus['state'], Words>>} */
export const SOURCE_WORDS = {
  starting: STARTING,
  ok: OK,
  degraded: DEGRADED,
  down: DOWN,
  stopping: STOPPING,
  paused: { word: 'paused', tone: 'idle', icon: 'pause' },
}

/** @type {Readonly<Record<ConsumerStatus['state'], Words>>} */
export const CONSUMER_WORDS = {
  starting: STARTING,
  working: { word: 'working', tone: 'ok', icon: 'ok' },
  standby: { word: 'standby', tone: 'idle', icon: 'pause' },
  draining: DRAINING,
  down: DOWN,
}

/** @type {Readonly<Record<ShardStatus['state'], Words>>} */
export const SHARD_WORDS = {
  starting: STARTING,
  reading: { word: 'reading', tone: 'ok', icon: 'ok' },
  'caught-up': { word: 'caught up', tone: 'ok', icon: 'ok' },
  draining: DRAINING,
  held: { word: 'held', tone: 'bad', icon: 'bad' },
}

/** @type {Readonly<Record<StatusEvent['level'], Words>>} */
export const EVENT_WORDS = {
  info: { word: 'information', tone: 'idle', icon: 'ok' },
  warn: { word: 'warning', tone: 'warn', icon: 'warn' },
  error: { word: 'error', tone: 'bad', icon: 'bad' },
}

/** @param {boolean} up @returns {Words} */
export const endpointWords = up => (up ? { word: 'up', tone: 'ok', icon: 'ok' } : DOWN)

/** HEC's codes, as Splunk's own answers name them. @type {Readonly<Record<string, string>>} */
const HEC_CODES = {
  0: 'accepted',
  1: 'token disabled',
  2: 'token required',
  3: 'invalid authorization',
  4: 'invalid token',
  5: 'no data',
  6: 'invalid data format',
  7: 'incorrect index',
  8: 'internal server error',
  9: 'server is busy',
  10: 'channel missing',
  11: 'invalid channel',
  12: 'event field missing',
  13: 'event field blank',
  14: 'acknowledgement disabled',
  15: 'indexed fields wrong',
  17: 'healthy',
  18: 'queues full',
  21: 'invalid token',
  22: 'token disabled',
  23: 'shutting down',
  24: 'queue nearly full',
  26: 'queue full',
}

/** `9 server is busy`, `ECONNREFUSED`, `HTTP 503`. @param {string} code */
export function answerName(code) {
  if (code.startsWith('http_')) return `HTTP ${code.slice('http_'.length)}`
  const meaning = HEC_CODES[code]
  return meaning === undefined ? code : `${code} ${meaning}`
}
