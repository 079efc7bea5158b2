/** The same call for several shards, side by side. */

import type { SlsResult } from '../../sls/errors.ts'

/** Returns every answer in order, or the first failure. */
export async function eachShard<Shard, Answer>(
  shards: readonly Shard[],
  ask: (shard: Shard) => Promise<SlsResult<Answer>>,
): Promise<SlsResult<readonly Answer[]>> {
  const answers: Answer[] = []
  for (const result of await Promise.all(shards.map(ask))) {
    if (result.kind === 'failed') return result
    answers.push(result.value)
  }
  return { kind: 'ok', value: answers }
}
