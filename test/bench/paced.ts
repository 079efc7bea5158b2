/** What it costs to keep up: consumers at 2 MB/s each, and the CPU the service takes for it. */

import { sleep } from '../../src/wait.ts'
import { startBenchFarEnds } from './far-ends.ts'
import { startServiceProcess } from './service-process.ts'

export interface PacedResult {
  readonly consumers: number
  readonly compression: 'gzip' | 'none'
  /** Raw log data a second, as the service read it. */
  readonly bytesPerSecond: number
  /** CPU of the whole service process, 1 is one core. */
  readonly processCpuRatio: number
  /** CPU of the consumers' threads, as the service's own metrics say. */
  readonly consumersCpuRatio: number
  readonly supervisorCpuRatio: number
  readonly residentBytes: number
}

export interface PacedOptions {
  readonly consumers: number
  readonly compression: 'gzip' | 'none'
  readonly seconds: number
}

export const PACE_BYTES_PER_SECOND = 2_000_000
const WARM_UP_MS = 8_000

export async function runPaced({ consumers, compression, seconds }: PacedOptions): Promise<PacedResult> {
  const farEnds = await startBenchFarEnds(consumers)
  const service = await startServiceProcess(configOf(consumers, compression), farEnds.env)
  const stop = new AbortController()
  const producing = farEnds.produce(PACE_BYTES_PER_SECOND * consumers, stop.signal)
  await sleep(WARM_UP_MS, stop.signal)

  const sum = async (name: string) => [...(await service.metric(name)).values()].reduce((a, b) => a + b, 0)
  const reading = async () => ({
    atMs: performance.now(),
    cpu: service.cpuSeconds(),
    bytes: await sum('sls2splunk_shard_read_bytes_total'),
    consumers: await sum('sls2splunk_consumer_cpu_seconds_total'),
    supervisor: await sum('sls2splunk_supervisor_cpu_seconds_total'),
  })
  const before = await reading()
  await sleep(seconds * 1_000, stop.signal)
  const after = await reading()
  const residentBytes = service.residentBytes()
  stop.abort()
  await producing
  await service.stop()
  await farEnds.close()

  const lastedSeconds = (after.atMs - before.atMs) / 1_000
  return {
    consumers,
    compression,
    bytesPerSecond: (after.bytes - before.bytes) / lastedSeconds,
    processCpuRatio: (after.cpu - before.cpu) / lastedSeconds,
    consumersCpuRatio: (after.consumers - before.consumers) / lastedSeconds,
    supervisorCpuRatio: (after.supervisor - before.supervisor) / lastedSeconds,
    residentBytes,
  }
}

/** The shipped configuration in short, on a free port and with the state beside it. */
function configOf(consumers: number, compression: 'gzip' | 'none'): string {
  return `
sls: { endpoint: "\${SLS_ENDPOINT}", region: cn-hangzhou, access_key_id: "\${SLS_AK_ID}", access_key_secret: "\${SLS_AK_KEY}" }
splunk: { url: "\${SPLUNK_HEC_URL}", token: "\${SPLUNK_HEC_TOKEN}", compression: ${compression} }
sources: [{ project: "\${SLS_PROJECT}", logstore: "\${SLS_LOGSTORE}", consumers: ${consumers}, start_from: begin }]
http: { listen: "127.0.0.1:0" }
log: { format: json }
`
}
