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
    find: '      const delivered = !soft.signal.aborted && (await deliver(next))\n',
    replace:
      '      current.advance(next.next)\n      const delivered = !soft.signal.aborted && (await deliver(next))\n',
    project: 'fault',
    test: 'test/fault/peers.test.ts',
  },
  {
    safeguard: 'an answer that is not the Event Collector’s is no delivery',
    file: 'src/splunk/answers.ts',
    find: "  if (!reply) return { kind: 'hold', reason: 'not-hec' }\n",
    replace: "  if (!reply) return isSuccess ? DELIVERED : { kind: 'hold', reason: 'not-hec' }\n",
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
    safeguard: 'a page whose length is not what Log Service says is read again',
    file: 'src/sls/page.ts',
    find: '  if (groups !== announced) return bad(',
    replace: '  if (false) return bad(',
    project: 'unit',
    test: 'test/unit/sls/page.test.ts',
  },
]
