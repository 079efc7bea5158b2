/** What a preview has read, in words. */

import { count } from '../terminal/words.ts'
import type { ShardPreview } from './shard.ts'

/** Returns the last line: how many logs were read, what became of them, and where reading began. */
export function summaryOf(previews: readonly ShardPreview[]): string {
  const [shown, dropped] = [totalOf(previews, 'shown'), totalOf(previews, 'dropped')]
  const places = previews.map(({ shard, from }) => `shard ${shard} at ${from}`)
  const where = places.length === 0 ? '' : `; read from ${places.join(', ')}`
  return `${count(shown + dropped, 'log')} read: ${shown} shown, ${dropped} dropped by routes${where}`
}

/** Returns why nothing is shown and what to do; undefined where something is. */
export function nothingOf(previews: readonly ShardPreview[]): string | undefined {
  if (totalOf(previews, 'shown') > 0) return undefined
  const dropped = totalOf(previews, 'dropped')
  return dropped > 0
    ? `nothing to show: routes drop every log that was read. --from begin starts at the oldest log`
    : `nothing to show: no log lies behind where reading begins. --from begin starts at the oldest log`
}

/** Returns the line for a shard that has more than was read; undefined for any other. */
export function givenUpOf({ shard, end }: ShardPreview): string | undefined {
  return end.kind === 'given-up'
    ? `shard ${shard}: ended after ${end.pulls} pages; --from with a later time looks further on`
    : undefined
}

function totalOf(previews: readonly ShardPreview[], what: 'shown' | 'dropped'): number {
  return previews.reduce((sum, preview) => sum + preview[what], 0)
}
