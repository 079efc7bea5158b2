/** Log groups that try everything the wire format allows and a JSON encoder may get wrong. */

import type { Bytes, KeyValue, Log, LogGroup } from '../wire.ts'
import { nastyTexts } from './nasty-texts.ts'

export interface NastyCase {
  readonly name: string
  readonly group: LogGroup
}

const TIME_SECONDS = 1_700_000_000
const MAX_TIME_SECONDS = 2 ** 32 - 1
const MAX_TIME_NS = 999_999_999

/** Every case is a group of its own. None carries a log id. */
export function nastyLogs(): NastyCase[] {
  return [
    ...Object.entries(nastyTexts()).flatMap(everywhere),
    ...Object.entries(CONTENTS).map(([name, contents]) => ({ name, group: groupOf({ contents }) })),
    ...Object.entries(TIMES).map(([name, time]) => ({
      name,
      group: groupOf({ ...time, contents: [pair('a', 'b')] }),
    })),
    ...Object.entries(groups()).map(([name, group]) => ({ name, group })),
  ]
}

/** A text as a value; when it is short, also as a key, a topic, a source, and a tag's two halves. */
function everywhere([name, text]: [string, Bytes]): NastyCase[] {
  const value = {
    name: `value: ${name}`,
    group: groupOf({ contents: [pair('before', '1'), pair('k', text)] }),
  }
  if (text.length > 1_000) return [value]
  const key = groupOf({ contents: [pair(text, 'v'), pair('after', '1')] })
  const around: LogGroup = {
    ...groupOf({}),
    topic: text,
    source: text,
    tags: [pair(text, 'v'), pair('k', text)],
  }
  return [
    value,
    { name: `key: ${name}`, group: key },
    { name: `topic, source and tags: ${name}`, group: around },
  ]
}

const CONTENTS: Readonly<Record<string, readonly KeyValue<Bytes>[]>> = {
  'no contents': [],
  'an empty key with an empty value': [pair('', '')],
  'a key twice, the last one counts': [pair('a', '1'), pair('b', '2'), pair('a', '3')],
  'a key three times with equal values': [pair('a', '1'), pair('a', '1'), pair('a', '1')],
  'two keys that become one when decoded': [
    pair(Buffer.of(0xff), '1'),
    pair(Buffer.of(0xfe), '2'),
    pair('\ufffd', '3'),
  ],
  '1,000 fields': Array.from({ length: 1_000 }, (_, number) => pair(`field_${number}`, `value ${number}`)),
  'keys named as the metadata': [
    pair('__time__', '0'),
    pair('__topic__', 'own topic'),
    pair('__source__', 'own source'),
    pair('__tag__:__hostname__', 'own host'),
    pair('__tag__:x', 'own tag'),
    pair('__time_ns_part__', '7'),
  ],
  "keys named as the envelope's": ['event', 'fields', 'time', 'host', 'source', 'sourcetype', 'index'].map(
    key => pair(key, ''),
  ),
  'keys with a meaning in JavaScript': ['__proto__', 'constructor', 'toString', 'length'].map(key =>
    pair(key, 'v'),
  ),
  'keys that look like numbers': ['10', '9', '-1', '01', '1e3'].map(key => pair(key, key)),
  'keys with dots and slashes': ['a.b', 'a', 'a.b.c', 'a/b', '$.a', '[0]'].map(key => pair(key, key)),
}

const TIMES: Readonly<Record<string, Pick<Log, 'timeSeconds' | 'timeNs'>>> = {
  'time 0': { timeSeconds: 0 },
  'time 0 with nanoseconds': { timeSeconds: 0, timeNs: 1 },
  'the last time': { timeSeconds: MAX_TIME_SECONDS, timeNs: MAX_TIME_NS },
  'a time of one digit': { timeSeconds: 7, timeNs: 70 },
  'nanoseconds 0': { timeSeconds: TIME_SECONDS, timeNs: 0 },
  'nanosecond 1': { timeSeconds: TIME_SECONDS, timeNs: 1 },
  'nanoseconds ending in zeros': { timeSeconds: TIME_SECONDS, timeNs: 120_000_000 },
  'the last nanosecond': { timeSeconds: TIME_SECONDS, timeNs: MAX_TIME_NS },
}

function groups(): Record<string, LogGroup> {
  const log: Log = { timeSeconds: TIME_SECONDS, contents: [pair('a', 'b')] }
  return {
    'a group without logs': { topic: 'audit_log', source: '10.0.0.1', tags: [], logs: [] },
    'no topic, no source, no tags': { tags: [], logs: [log] },
    'a machine id': { machineUuid: 'uuid', tags: [], logs: [log] },
    'a tag twice': { tags: [pair('x', '1'), pair('x', '2')], logs: [log] },
    'a tag that a field names too': {
      tags: [pair('x', 'tag')],
      logs: [{ ...log, contents: [pair('__tag__:x', 'field')] }],
    },
    '100 tags': {
      tags: Array.from({ length: 100 }, (_, number) => pair(`tag${number}`, String(number))),
      logs: [log],
    },
    '1,000 logs': { topic: 'audit_log', tags: [], logs: Array.from({ length: 1_000 }, () => log) },
    'one log without contents among others': { tags: [], logs: [log, { ...log, contents: [] }, log] },
  }
}

function groupOf(log: Partial<Log>): LogGroup {
  const tags = [pair('__hostname__', 'audit-1'), pair('__path__', '/var/log/audit.log')]
  return {
    topic: 'audit_log',
    source: '10.0.0.1',
    tags,
    logs: [{ timeSeconds: TIME_SECONDS, contents: [pair('a', 'b')], ...log }],
  }
}

function pair(key: Bytes, value: Bytes): KeyValue<Bytes> {
  return { key, value }
}
