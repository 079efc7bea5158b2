/** Both far ends of the demonstration, a producer of audit logs, and a ledger of what was produced and what arrived. */

import { sleep } from '../../base/wait.ts'
import { eachLogId } from '../../simulator/generator/log-id.ts'
import { createGenerator } from '../../simulator/generator.ts'
import { startHecReceiver } from '../../simulator/hec/receiver.ts'
import { createLedger, type LedgerReport } from '../../simulator/ledger.ts'
import { startSlsSimulator } from '../../simulator/sls/index.ts'

export interface FarEnds {
  readonly slsUrl: string
  readonly splunkUrl: string
  readonly project: string
  readonly logstore: string
  readonly accessKey: { readonly id: string; readonly secret: string }
  readonly token: string
  stopProducing(): void
  /** Resolves when all that was produced has arrived, or when the signal is aborted. */
  allDelivered(signal: AbortSignal): Promise<void>
  report(): LedgerReport
  close(): Promise<void>
}

export interface FarEndsOptions {
  readonly shards: number
  /** Megabytes (10^6) of raw log data a second. */
  readonly rate: number
}

const PROJECT = 'demo-project'
const LOGSTORE = 'audit'
const TICK_MS = 100
/** Number of log groups kept in each shard, which bounds the memory of a long demonstration. */
const MAX_GROUPS_PER_SHARD = 1_000
const MAX_UNREAD_LOGS_PER_SHARD = 20_000

export async function startFarEnds({ shards, rate }: FarEndsOptions): Promise<FarEnds> {
  const accessKey = { id: 'demo-key-id', secret: 'demo-key-secret' }
  const token = '11111111-2222-3333-4444-555555555555'
  const ledger = createLedger()
  const sls = await startSlsSimulator({ accessKeys: [accessKey], maxGroupsPerShard: MAX_GROUPS_PER_SHARD })
  const hec = await startHecReceiver({
    tokens: [{ token }],
    strict: false,
    onBody: body => eachLogId(body, ledger.deliver),
  })
  sls.createLogstore(PROJECT, LOGSTORE, { shards })
  const stop = new AbortController()
  const producing = produce(stop.signal)

  async function produce(signal: AbortSignal): Promise<void> {
    const generator = createGenerator({ seed: 1 })
    const startedAt = performance.now()
    for (let shard = 0, bytes = 0; !signal.aborted; ) {
      const dueBytes = ((performance.now() - startedAt) / 1_000) * rate * 1e6
      while (bytes < dueBytes) {
        bytes += appendGroup(generator, shard)
        shard = (shard + 1) % shards
      }
      await sleep(TICK_MS, signal)
    }
  }

  /** Appends a group and returns its raw bytes. A shard that is far behind gets none: no unread group may be dropped. */
  function appendGroup(generator: ReturnType<typeof createGenerator>, shard: number): number {
    const counts = ledger.report().shards.get(shard)
    const group = generator.nextGroup(shard, Math.floor(Date.now() / 1_000))
    if (counts && counts.lost > MAX_UNREAD_LOGS_PER_SHARD) return group.rawBytes
    ledger.issue(shard, group.firstSequence, group.logs)
    sls.append(PROJECT, LOGSTORE, shard, [group.bytes])
    return group.rawBytes
  }

  return {
    slsUrl: sls.url,
    splunkUrl: hec.url,
    project: PROJECT,
    logstore: LOGSTORE,
    accessKey,
    token,
    stopProducing: () => stop.abort(),
    async allDelivered(signal) {
      while (ledger.report().lost > 0 && !signal.aborted) await sleep(TICK_MS, signal)
    },
    report: () => ledger.report(),
    async close() {
      stop.abort()
      await producing
      await sls.close()
      await hec.close()
    },
  }
}
