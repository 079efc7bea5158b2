/** What a megabyte costs with more shards, and with more workers. */

import { flooded } from './max.ts'
import { type Row, repeat } from './rows.ts'

export interface ScaleOptions {
  readonly runs: number
  readonly seconds: number
}

const SHARDS = [1, 4, 16]
const CONSUMERS = [1, 2, 4, 8]
const MOST_SHARDS = 16

export async function benchScale({ runs, seconds }: ScaleOptions): Promise<Row[]> {
  const rows: Row[] = []
  const add = async (shards: number, consumers: number) => {
    const name = `${shards} ${shards === 1 ? 'shard' : 'shards'}, ${consumers} ${consumers === 1 ? 'worker' : 'workers'}`
    rows.push(await repeat({ part: 'scale', name }, runs, () => flooded({ shards }, { consumers }, seconds)))
  }
  for (const shards of SHARDS) await add(shards, 1)
  for (const consumers of CONSUMERS.slice(1)) await add(MOST_SHARDS, consumers)
  return rows
}
