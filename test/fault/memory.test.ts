/** Splunk takes nothing while 64 shards of one consumer have pages of 10 MB: what is held stays within its bound. */

import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import { readMetric } from '../bench/service-process.ts'
import { eventually } from '../support/eventually.ts'
import { owedArrives, uncommitted } from '../support/invariants.ts'
import { createWorkplace, drained, type ServiceProcess, yamlOf } from '../support/process.ts'
import { memoryOf } from './support/proc.ts'
import { scenarios } from './support/scenario.ts'

const MIB = 1024 * 1024
const BOUND_BYTES = 64 * MIB
/** A page is lent before its size is known, and may be larger than what was lent. */
const ONE_PAGE_BYTES = 10 * MIB
/** `worker.memory_limit` of the one worker, as shipped, and the program around it. */
const PROCESS_BYTES = (512 + 128) * MIB
/** What a process may grow by that waits and does nothing. */
const STILL_BYTES = 64 * MIB
const SHARDS = 64
/** Four times what may be held; the others have little, but nobody knows before they are read. */
const FULL_SHARDS = 24
/** Of three logs of 10 kB each. */
const GROUPS_OF_A_PAGE = 350
/** The metric is told once a second. */
const STALLED_MS = 4_000
const WATCH_MS = 300

let service: ServiceProcess | undefined
/** Of every time that somebody asked. */
let mostHeldBytes = 0

scenarios('Service', () => [
  {
    fault: 'Splunk answers no request, with 64 shards of one consumer and pages of up to 10 MB',
    world: { shards: SHARDS, bytesPerLog: 10_000, sls: { lz4: 'literals', pullByteCap: ONE_PAGE_BYTES } },
    streamEveryMs: 2_000,
    before: far => void far.produce(far.writable().slice(0, FULL_SHARDS), GROUPS_OF_A_PAGE),
    services: [],
    strikesWhen: 'starting',
    async strike({ far, onEnd }) {
      mostHeldBytes = 0
      const stalled = far.hec.faults.add({ fault: { kind: 'hang' } })
      const process = createWorkplace(onEnd).run(
        yamlOf(far, {
          splunk: { compression: 'none', timeout: '5m' },
          // A busy machine is no fault: no shard is lost because of it. A pull is lent its page before it is answered:
          // asked seldom, 64 shards that are caught up leave moments when nothing is lent.
          source: { consumers: 1, heartbeat_interval: '20s', fetch_interval: '4s' },
        }),
      )
      service = process
      onEnd(watch(process))
      await eventually(() => mostHeldBytes > 0.9 * BOUND_BYTES, {
        withinMs: 60_000,
        what: 'nine tenths of what may be held are held',
        state: process.output,
      })
      await delay(STALLED_MS)
      const { now: atFirst } = memoryOf(process.pid)
      await delay(STALLED_MS)
      const { now: atLast } = memoryOf(process.pid)
      expect(mostHeldBytes, 'bytes in flight').toBeLessThanOrEqual(BOUND_BYTES + ONE_PAGE_BYTES)
      expect(atLast - atFirst, 'growth of a process that waits').toBeLessThan(STILL_BYTES)
      return async () => {
        stalled.remove()
        // Whoever waits for an answer waits no more.
        far.hec.restart()
        await owedArrives(far, 120_000)
      }
    },
    disorder: {
      atMost: ({ far }) => far.ledger.report().issued,
      because: 'requests of one page overlap',
    },
    async after({ far }) {
      expect(mostHeldBytes, 'bytes in flight').toBeLessThanOrEqual(BOUND_BYTES + ONE_PAGE_BYTES)
      const { most } = memoryOf(service?.pid ?? 0)
      expect(most, 'most memory, also while it catches up').toBeLessThanOrEqual(PROCESS_BYTES)
      await eventually(async () => (await heldBytes(service)) === 0, {
        withinMs: 40_000,
        what: 'nothing is held any more',
      })
      if (service) await drained(service)
      expect(uncommitted(far), 'shards without a checkpoint at their end').toEqual([])
    },
  },
])

/** Asks again and again until the answer is called. */
function watch(process: ServiceProcess): () => void {
  const timer = setInterval(() => void heldBytes(process).catch(() => undefined), WATCH_MS)
  return () => clearInterval(timer)
}

async function heldBytes(process: ServiceProcess | undefined): Promise<number | undefined> {
  const { text } = (await process?.get('/metrics')) ?? { text: '' }
  const [held] = readMetric(text, 'sls2splunk_in_flight_bytes').values()
  mostHeldBytes = Math.max(mostHeldBytes, held ?? 0)
  return held
}
