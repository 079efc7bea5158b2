/** `sls2splunk-simulator`: both far ends by hand, with audit logs written at a steady rate. */

import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { sleep } from '../base/wait.ts'
import { eachLogId } from './generator/log-id.ts'
import { createGenerator } from './generator.ts'
import { startHecReceiver } from './hec/receiver.ts'
import { createLedger } from './ledger.ts'
import { type SlsSimulator, startSlsSimulator } from './sls/index.ts'

interface Options {
  readonly host: string
  readonly slsPort: number
  readonly hecPort: number
  readonly project: string
  readonly logstore: string
  readonly shards: number
  readonly rate: number
  readonly accessKeyId: string
  readonly accessKeySecret: string
  readonly token: string
}

const TICK_MS = 100
const REPORT_EVERY_MS = 10_000
/** Older groups expire, as they do in a real logstore, so that a simulator left alone stays small. */
const MAX_GROUPS_PER_SHARD = 5_000

const program = new Command('sls2splunk-simulator')
  .description('A Log Service and a Splunk HTTP Event Collector to try sls2splunk with. Ctrl-C ends it.')
  .option('--host <address>', 'where both listen', '127.0.0.1')
  .option('--sls-port <n>', 'port of Log Service', parseCount, 8080)
  .option('--hec-port <n>', 'port of the HTTP Event Collector', parseCount, 8088)
  .option('--project <name>', 'project', 'demo-project')
  .option('--logstore <name>', 'logstore', 'audit')
  .option('--shards <n>', 'shards of the logstore', parseCount, 4)
  .option('--rate <MB/s>', 'raw log data written a second; 0: none', parseNumber, 1)
  .option('--access-key-id <id>', 'access key', 'simulator-key-id')
  .option('--access-key-secret <secret>', 'its secret', 'simulator-key-secret')
  .option('--token <token>', 'HEC token', '11111111-2222-3333-4444-555555555555')
  .exitOverride()

try {
  await serve(program.parse().opts<Options>())
} catch (error) {
  if (!(error instanceof CommanderError)) throw error
  process.exitCode = error.exitCode === 0 ? 0 : 2
}

async function serve(options: Options): Promise<void> {
  const { host, project, logstore, shards, token } = options
  const accessKey = { id: options.accessKeyId, secret: options.accessKeySecret }
  const ledger = createLedger()
  const sls = await startSlsSimulator({
    host,
    port: options.slsPort,
    accessKeys: [accessKey],
    maxGroupsPerShard: MAX_GROUPS_PER_SHARD,
  })
  const onBody = (body: Buffer) => void eachLogId(body, ledger.deliver)
  const hec = await startHecReceiver({
    host,
    port: options.hecPort,
    tokens: [{ token }],
    strict: false,
    onBody,
  })
  sls.createLogstore(project, logstore, { shards })
  say(environmentOf(options, sls.url, hec.url))

  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort())
  process.once('SIGTERM', () => stop.abort())
  await Promise.all([
    writeLogs(sls, options, { ledger, signal: stop.signal }),
    reportEvery(
      () => say(`written ${ledger.report().issued} logs, received ${hec.counters.events} events`),
      stop.signal,
    ),
  ])
  await sls.close()
  await hec.close()
}

/** The eight variables of the shipped configuration, to be pasted into a shell. */
function environmentOf(options: Options, slsUrl: string, hecUrl: string): string {
  const variables = {
    SLS_ENDPOINT: slsUrl,
    SLS_AK_ID: options.accessKeyId,
    SLS_AK_KEY: options.accessKeySecret,
    SLS_PROJECT: options.project,
    SLS_LOGSTORE: options.logstore,
    SLS_CG: 'sls2splunk',
    SPLUNK_HEC_URL: hecUrl,
    SPLUNK_HEC_TOKEN: options.token,
  }
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}=${value}`)
  return [...lines, '# an IP address tells no region: set sls.region to cn-hangzhou in config.yaml'].join(
    '\n',
  )
}

interface Writing {
  readonly ledger: ReturnType<typeof createLedger>
  readonly signal: AbortSignal
}

async function writeLogs(sls: SlsSimulator, options: Options, { ledger, signal }: Writing): Promise<void> {
  const { project, logstore, shards, rate } = options
  const generator = createGenerator({ seed: 1 })
  const startedAt = performance.now()
  for (let shard = 0, bytes = 0; !signal.aborted; await sleep(TICK_MS, signal)) {
    const dueBytes = ((performance.now() - startedAt) / 1_000) * rate * 1e6
    while (bytes < dueBytes) {
      const group = generator.nextGroup(shard, Math.floor(Date.now() / 1_000))
      ledger.issue(shard, group.firstSequence, group.logs)
      sls.append(project, logstore, shard, [group.bytes])
      bytes += group.rawBytes
      shard = (shard + 1) % shards
    }
  }
}

async function reportEvery(report: () => void, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(REPORT_EVERY_MS, signal)
    report()
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

function parseNumber(text: string): number {
  const value = Number(text)
  if (Number.isFinite(value) && value >= 0) return value
  throw new InvalidArgumentError('a number is needed')
}

function parseCount(text: string): number {
  const value = parseNumber(text)
  if (Number.isInteger(value)) return value
  throw new InvalidArgumentError('a whole number is needed')
}
