/**
 * Safeguards, each with a change that takes it away and the test that has to notice. Together they show that the proof
 * can fail: a scenario that passes without its safeguard proves nothing.
 */

export interface Mutation {
  /** What is taken away, in words. */
  readonly safeguard: string
  readonly file: string
  /** Must stand in the file exactly once. */
  readonly find: string
  readonly replace: string
  /** The test file that has to fail, and which of its tests. */
  readonly project: 'unit' | 'integration' | 'fault'
  readonly test: string
  readonly only?: string
}

export const MUTATIONS: readonly Mutation[] = [
  {
    safeguard: 'a checkpoint moves only behind a page that is delivered',
    file: 'src/worker/shard.ts',
    find: '      const delivered = await shardPage.deliver(',
    replace: '      current.advance(next.next)\n      const delivered = await shardPage.deliver(',
    project: 'fault',
    test: 'test/fault/peers.test.ts',
  },
  {
    safeguard: 'an answer that is not the Event Collector’s is no delivery',
    file: 'src/splunk/answers.ts',
    find: '  if (!reply) return NOT_HEC\n',
    replace: '  if (!reply) return isSuccess ? DELIVERED : NOT_HEC\n',
    project: 'unit',
    test: 'test/unit/splunk/answers.test.ts',
  },
  {
    safeguard: 'Log Service refuses checkpoints of consumers that own the shard no more',
    file: 'src/sls/client.ts',
    find: "forceSuccess: 'false'",
    replace: "forceSuccess: 'true'",
    project: 'fault',
    test: 'test/fault/shard-taken.test.ts',
  },
  {
    safeguard: 'a shard is reported until its last request is answered',
    file: 'src/worker/consumer.ts',
    find: 'client.heartbeat([...runners.keys()], over.signal)',
    replace: 'client.heartbeat([...runners.keys()].filter(shard => lastEntitled.has(shard)), over.signal)',
    project: 'fault',
    test: 'test/fault/shard-taken.test.ts',
  },
  {
    safeguard: 'a position that has expired is followed by the oldest log, not by the newest',
    file: 'src/worker/start.ts',
    find: "const OLDEST = { kind: 'begin' } as const",
    replace: "const OLDEST = { kind: 'end' } as const",
    project: 'fault',
    test: 'test/fault/expired-data.test.ts',
  },
  {
    safeguard: 'without a heartbeat for the group’s timeout nothing is sent',
    file: 'src/worker/lease.ts',
    find: '    remainingMs: () => renewedAt + timeoutMs - now(),\n',
    replace: '    remainingMs: () => renewedAt + 1_000 * timeoutMs - now(),\n',
    project: 'fault',
    test: 'test/fault/heartbeats.test.ts',
  },
  {
    safeguard: 'a page with other groups than Log Service says is read again',
    file: 'src/sls/page.ts',
    find: '  if (groups !== count) return `',
    replace: '  if (false) return `',
    project: 'unit',
    test: 'test/unit/sls/page.test.ts',
  },
  {
    safeguard: 'a page of another length than Log Service says is read again',
    file: 'src/sls/page.ts',
    find: '  if (length !== rawSize) return `',
    replace: '  if (false) return `',
    project: 'unit',
    test: 'test/unit/sls/page.test.ts',
  },
  {
    safeguard: 'with acknowledgement, what is accepted is not delivered yet',
    file: 'src/splunk/endpoint.ts',
    find: 'confirmed: isTrusted ? confirm(channel, ackId, attempt.cookies) : never,',
    replace: 'confirmed: isTrusted && confirm.length < 0 ? never : async () => true,',
    project: 'fault',
    test: 'test/fault/acknowledgement.test.ts',
    only: 'loses what it has taken',
  },
  {
    safeguard: 'a request channel has one request at a time',
    file: 'src/splunk/channels.ts',
    find: 'idle.pop() ?? { id: randomUUID(), lastAckId: -1, epoch },',
    replace: "({ id: randomUUID().replace(/[^-]/g, '0'), lastAckId: -1, epoch }),",
    project: 'unit',
    test: 'test/unit/splunk/channels.test.ts',
  },
  {
    safeguard: 'an acknowledgement that cannot be asked for is none',
    file: 'src/splunk/acknowledgement.ts',
    find: "verdict.reason !== 'acknowledgement-missing') return false",
    replace: "verdict.reason !== 'acknowledgement-missing') return true",
    project: 'fault',
    test: 'test/fault/peers-of-splunk.test.ts',
    only: 'cannot be asked for',
  },
  {
    safeguard: 'what was taken without an id to ask for is not delivered',
    file: 'src/splunk/endpoint.ts',
    find: '...(verdict.at > 0 && { confirmed: never })',
    replace: '...(verdict.at < 0 && { confirmed: never })',
    project: 'integration',
    test: 'test/integration/hec-acknowledgement.test.ts',
    only: 'without an id to ask for',
  },
  {
    safeguard: 'behind a refused event the rest of its request is sent',
    file: 'src/splunk/consequence.ts',
    find: 'rest: nonEmpty(slice(events, at + 1)), refused }',
    replace: 'rest: nonEmpty(slice(events, events.offsets.length)), refused }',
    project: 'fault',
    test: 'test/fault/peers-of-splunk.test.ts',
    only: 'poison event in a batch of 500',
  },
  {
    safeguard: 'what a refused token keeps out waits',
    file: 'src/splunk/consequence.ts',
    find: 'return { taken: 0, rest: [events] }',
    replace: 'return { taken: 0, rest: [] }',
    project: 'fault',
    test: 'test/fault/peers-of-splunk.test.ts',
    only: 'refused token',
  },
  {
    safeguard: 'an event without room among the dead letters waits',
    file: 'src/worker/letters.ts',
    find: '    troubles.raise(who, notWritten(written))\n    return false\n',
    replace: '    troubles.raise(who, notWritten(written))\n    return true\n',
    project: 'fault',
    test: 'test/fault/dead-letters-full.test.ts',
  },
  {
    safeguard: 'an event is given up for what it is, and not for what refuses everything',
    file: 'src/splunk/doubts.ts',
    find: '=> acceptances.inSecondAfter(atMs))',
    replace: '=> acceptances.inSecondAfter(atMs) || atMs > 0)',
    project: 'integration',
    test: 'test/integration/hec-doubts.test.ts',
  },
  {
    safeguard: 'a refusal counts only in the second behind an acceptance',
    file: 'src/splunk/doubts.ts',
    find: "if (!by.acceptances.inSecondBefore(by.sentAtMs)) return 'open'",
    replace: "if (by.sentAtMs < 0) return 'open'",
    project: 'unit',
    test: 'test/unit/splunk/doubts.test.ts',
  },
  {
    safeguard: 'a success before the request is written is no delivery',
    file: 'src/http.ts',
    find: 'if (isEarly && isSuccess(status))',
    replace: 'if (isEarly && status < 0)',
    project: 'fault',
    test: 'test/fault/splunk-connections-break.test.ts',
    only: 'reads the beginning',
  },
  {
    safeguard: 'a 2xx that is not 200 is no delivery',
    file: 'src/splunk/answers.ts',
    find: '  if (status > 200 && status < 300) return NOT_HEC\n',
    replace: '',
    project: 'unit',
    test: 'test/unit/splunk/answers.test.ts',
  },
  {
    safeguard: 'no two pages are ever in one place',
    file: 'src/worker/page-memory.ts',
    find: '      if (index >= 0) taken.splice(index, 1)',
    replace: '      taken.splice(index, 1)',
    project: 'unit',
    test: 'test/unit/worker/page-memory.test.ts',
  },
  {
    safeguard: 'a page lies in its place until all of it is settled',
    file: 'src/worker/round.ts',
    find: '      await Promise.allSettled(sends)\n      throw error\n',
    replace: '      throw error\n',
    project: 'unit',
    test: 'test/unit/worker/deliver-page.test.ts',
  },
]
