/** The far ends of a benchmark, in the benchmark's own process: what they cost is never part of a figure. */

import { createGenerator } from '../../src/simulator/generator.ts'
import { startHecReceiver } from '../../src/simulator/hec/receiver.ts'
import { startSlsSimulator } from '../../src/simulator/sls/index.ts'
import { sleep } from '../../src/wait.ts'

export interface BenchFarEnds {
  /** The eight variables of the shipped configuration. */
  readonly env: Readonly<Record<string, string>>
  /** Appends logs at a steady pace until the signal is aborted; answers the raw bytes. */
  produce(bytesPerSecond: number, signal: AbortSignal): Promise<number>
  deliveredEvents(): number
  close(): Promise<void>
}

const PROJECT = 'bench-project'
const LOGSTORE = 'audit'
const TICK_MS = 50

export async function startBenchFarEnds(shards: number): Promise<BenchFarEnds> {
  const token = '11111111-2222-3333-4444-555555555555'
  const sls = await startSlsSimulator({
    accessKeys: [{ id: 'bench-key-id', secret: 'bench-key-secret' }],
    maxGroupsPerShard: 4_000,
  })
  const hec = await startHecReceiver({ tokens: [{ token }], strict: false })
  sls.createLogstore(PROJECT, LOGSTORE, { shards })
  const generator = createGenerator({ seed: 1 })
  return {
    env: {
      SLS_ENDPOINT: sls.url,
      SLS_AK_ID: 'bench-key-id',
      SLS_AK_KEY: 'bench-key-secret',
      SLS_PROJECT: PROJECT,
      SLS_LOGSTORE: LOGSTORE,
      SLS_CG: 'bench',
      SPLUNK_HEC_URL: hec.url,
      SPLUNK_HEC_TOKEN: token,
    },
    async produce(bytesPerSecond, signal) {
      const startedAt = performance.now()
      let bytes = 0
      for (let shard = 0; !signal.aborted; await sleep(TICK_MS, signal)) {
        const dueBytes = ((performance.now() - startedAt) / 1_000) * bytesPerSecond
        while (bytes < dueBytes) {
          const group = generator.nextGroup(shard, Math.floor(Date.now() / 1_000))
          sls.append(PROJECT, LOGSTORE, shard, [group.bytes])
          bytes += group.rawBytes
          shard = (shard + 1) % shards
        }
      }
      return bytes
    },
    deliveredEvents: () => hec.counters.events,
    async close() {
      await sls.close()
      await hec.close()
    },
  }
}
