/** Log groups for the official SDKs to write: what they take, and what Log Service must then hold. */

import { ALL_KINDS } from '../../src/simulator/generator/kinds.ts'
import { createGenerator } from '../../src/simulator/generator.ts'
import { decodeLogGroup, encodeLogGroup, type LogGroup } from '../../src/simulator/wire.ts'

const NOW_SECONDS = 1_700_000_000

/** A group of each kind of audit log: all of it text, no key twice. */
export function auditGroups(seed: number): LogGroup<string>[] {
  const generator = createGenerator({ seed, kinds: ALL_KINDS, logsPerGroup: 3 })
  return ALL_KINDS.map(() => asText(decodeLogGroup(generator.nextGroup(0, NOW_SECONDS).bytes)))
}

/** What of the wire format the SDK for Python can write and audit logs do not use. */
export const UNUSUAL_GROUP: LogGroup = {
  topic: '审计 “topic”',
  source: 'fe80::1%eth0',
  tags: [
    { key: '主机', value: 'å 😀' },
    { key: 'empty', value: '' },
  ],
  logs: [
    {
      timeSeconds: 1,
      timeNs: 1,
      contents: [
        { key: 'log_id', value: 'unusual-1' },
        { key: 'bytes', value: Buffer.of(0x00, 0xff, 0xfe, 0x22, 0x5c, 0xe5, 0xae) },
        { key: '用户', value: '张伟 😀 "quoted" \\ \n\t\u0001' },
        { key: 'empty', value: '' },
      ],
    },
    {
      timeSeconds: 2 ** 32 - 1,
      timeNs: 999_999_999,
      contents: [
        { key: 'log_id', value: 'unusual-2' },
        { key: 'twice', value: 'first' },
        { key: 'twice', value: 'last' },
        { key: '__topic__', value: 'a topic of its own' },
      ],
    },
  ],
}

/** As it comes back: every text as bytes. */
export function asStored(group: LogGroup): LogGroup<Buffer> {
  return decodeLogGroup(encodeLogGroup(group))
}

function asText({ topic, source, tags, logs }: LogGroup<Buffer>): LogGroup<string> {
  const pairs = (list: LogGroup<Buffer>['tags']) =>
    list.map(({ key, value }) => ({ key: key.toString(), value: value.toString() }))
  return {
    topic: topic?.toString() ?? '',
    source: source?.toString() ?? '',
    tags: pairs(tags),
    logs: logs.map(log => ({ ...log, contents: pairs(log.contents) })),
  }
}
