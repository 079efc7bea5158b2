/** The command table. */

import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { VERSION } from './base/version.ts'
import type { CheckOptions } from './commands/check/check.ts'
import type { ResetOptions } from './commands/checkpoints/reset.ts'
import type { ShowOptions } from './commands/checkpoints/show.ts'
import { completionOf, SHELLS, type Shell } from './commands/completion/completion.ts'
import type { ReplayOptions } from './commands/dead-letters/replay.ts'
import type { PreviewOptions } from './commands/preview/preview.ts'
import type { StatusOptions } from './commands/status/status.ts'
import { EXIT } from './commands/terminal/exit.ts'
import { flushed } from './commands/terminal/flushed.ts'
import { parseStartPosition, START_POSITION_FORM } from './config/start-position.ts'
import type { StartPosition } from './config/types.ts'

const CONFIG_OPTION = [
  '-c, --config <file>',
  'the configuration; default ./config.yaml, then /etc/sls2splunk/config.yaml',
] as const

function createProgram(finish: (status: number) => void): Command {
  const program = new Command('sls2splunk')
    .description("Forwards Alibaba Cloud Log Service to Splunk's HTTP Event Collector, at least once.")
    .version(VERSION)
    .exitOverride()

  program
    .command('run')
    .description('the service: runs until SIGTERM or SIGINT')
    .option(...CONFIG_OPTION)
    .addHelpText('after', exampleOf('run --config /etc/sls2splunk/config.yaml'))
    .action(async ({ config }: { config?: string }) => {
      const { run } = await import('./commands/run/run.ts')
      finish(await run(config))
    })

  program
    .command('check')
    .description('validates the configuration, then tries every part of Log Service and Splunk for real')
    .option(...CONFIG_OPTION)
    .option('--offline', 'the file alone, without trying Log Service and Splunk', false)
    .option('--json', 'for programs', false)
    .addHelpText('after', exampleOf('check --config /etc/sls2splunk/config.yaml'))
    .action(async ({ config, ...options }: CheckOptions & { config?: string }) => {
      const { check } = await import('./commands/check/check.ts')
      finish(await check(config, options))
    })

  program
    .command('demo')
    .description('an embedded Log Service and an embedded Splunk, with the service between them')
    .option('--seconds <n>', 'how long; without it until Ctrl-C', parsePositive)
    .option('--rate <MB/s>', 'raw log data a second, all shards together', parsePositive, 8)
    .option('--consumers <n>', 'worker threads', parsePositive, 4)
    .option('--shards <n>', 'shards of the logstore', parsePositive, 8)
    .option('--kill-worker', 'kills one worker thread mid-way, to show that it comes back', false)
    .addHelpText('after', exampleOf('demo --seconds 60 --rate 20 --kill-worker'))
    .action(async options => {
      const { demo } = await import('./commands/demo/demo.ts')
      finish(await demo(options))
    })
  addDeadLetters(program, finish)
  addStatus(program, finish)
  addPreview(program, finish)
  addCheckpoints(program, finish)
  addCompletion(program)
  return program
}

function addDeadLetters(program: Command, finish: (status: number) => void): void {
  const deadLetters = program
    .command('dead-letters')
    .description('events that Splunk can never accept: what they are, and sending them again')

  deadLetters
    .command('show')
    .description('counts by reason, source and HEC code')
    .option(...CONFIG_OPTION)
    .option('--json', 'for programs', false)
    .addHelpText('after', exampleOf('dead-letters show --config /etc/sls2splunk/config.yaml'))
    .action(async ({ config, json }: { config?: string; json: boolean }) => {
      const { show } = await import('./commands/dead-letters/show.ts')
      finish(await show(config, { json }))
    })

  deadLetters
    .command('replay')
    .description('sends them again and removes what Splunk accepts; also while the service runs')
    .option(...CONFIG_OPTION)
    .option('--source <name>', 'those of this source alone')
    .option('--reason <reason>', 'those of this reason alone, as show names it')
    .option('--yes', 'without asking', false)
    .addHelpText('after', exampleOf('dead-letters replay --reason too-large --yes'))
    .action(async ({ config, ...options }: ReplayOptions & { config?: string }) => {
      const { replay } = await import('./commands/dead-letters/replay.ts')
      finish(await replay(config, options))
    })
}

function addStatus(program: Command, finish: (status: number) => void): void {
  program
    .command('status')
    .description('the running service: what is wrong, its consumers and shards')
    .option(...CONFIG_OPTION)
    .option(
      '--url <url>',
      'of the service, instead of what http.listen says; a token is sent only when --config names one, too',
      parseUrl,
    )
    .addOption(
      new Option('--json', 'the document of /api/status as it came').default(false).conflicts('watch'),
    )
    .option('--watch', 'every second anew, until Ctrl-C', false)
    .addHelpText('after', exampleOf('status --config /etc/sls2splunk/config.yaml --watch'))
    .action(async ({ config, ...options }: StatusOptions & { config?: string }) => {
      const { status } = await import('./commands/status/status.ts')
      finish(await status(config, options))
    })
}

function addPreview(program: Command, finish: (status: number) => void): void {
  program
    .command('preview')
    .description('the HEC events that the next logs would become; sends and stores nothing')
    .option(...CONFIG_OPTION)
    .option('--source <name>', 'of which source; default: the only one')
    .option('--shard <n>', 'of this shard alone; default: all in turn', parseShard)
    .option(
      '--from <begin|end|TIME>',
      "where to begin; default: the group's checkpoint, else start_from of the source",
      parsePosition,
    )
    .option('--limit <n>', 'so many events', parseCount, 10)
    .addHelpText('after', exampleOf('preview --source actiontrail --from 2026-01-31T08:00:00Z --limit 3'))
    .action(async ({ config, ...options }: PreviewOptions & { config?: string }) => {
      const { preview } = await import('./commands/preview/preview.ts')
      finish(await preview(config, options))
    })
}

function addCheckpoints(program: Command, finish: (status: number) => void): void {
  const checkpoints = program
    .command('checkpoints')
    .description('where the consumer group stands in each shard, and moving it')

  checkpoints
    .command('show')
    .description('checkpoint, its time and lag, of each shard')
    .option(...CONFIG_OPTION)
    .option('--source <name>', 'of this source alone')
    .option('--json', 'for programs', false)
    .addHelpText('after', exampleOf('checkpoints show --config /etc/sls2splunk/config.yaml'))
    .action(async ({ config, ...options }: ShowOptions & { config?: string }) => {
      const { show } = await import('./commands/checkpoints/show.ts')
      finish(await show(config, options))
    })

  checkpoints
    .command('reset')
    .description('moves checkpoints, back to send again or forward to skip; while no consumer is alive')
    .option(...CONFIG_OPTION)
    .requiredOption('--to <begin|end|TIME>', 'where to: a time is of receipt by Log Service', parsePosition)
    .option('--shard <n>', 'of this shard alone; default: all', parseShard)
    .option('--source <name>', 'of which source; default: the only one')
    .option('--yes', 'without asking', false)
    .option('--force', 'also while consumers may be alive', false)
    .addHelpText('after', exampleOf('checkpoints reset --to 2026-01-31T08:00:00+08:00 --shard 3'))
    .action(async ({ config, ...options }: ResetOptions & { config?: string }) => {
      const { reset } = await import('./commands/checkpoints/reset.ts')
      finish(await reset(config, options))
    })
}

function addCompletion(program: Command): void {
  program
    .command('completion')
    .description('a script with which a shell completes commands and options')
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .addHelpText('after', exampleOf('completion bash > /etc/bash_completion.d/sls2splunk'))
    .action((shell: Shell) => void process.stdout.write(completionOf(program, shell)))
}

const exampleOf = (command: string) => `\nExample:\n  sls2splunk ${command}`

function parsePositive(text: string): number {
  const value = Number(text)
  if (Number.isFinite(value) && value > 0) return value
  throw new InvalidArgumentError('a number above 0 is needed')
}

function parseCount(text: string): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new InvalidArgumentError('a whole number above 0 is needed')
}

function parseShard(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('the number of a shard is needed')
}

function parsePosition(text: string): StartPosition {
  const position = parseStartPosition(text)
  if (position) return position
  throw new InvalidArgumentError(`needed is ${START_POSITION_FORM}`)
}

function parseUrl(text: string): string {
  if (/^https?:$/.test(URL.parse(text)?.protocol ?? '')) return text
  throw new InvalidArgumentError('an address as http://127.0.0.1:9464 is needed')
}

/** Commander's own exits: 0 for help and version, 2 for wrong usage. */
async function main(argv: readonly string[]): Promise<number> {
  let status: number = EXIT.ok
  try {
    await createProgram(value => {
      status = value
    }).parseAsync(argv)
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage
  }
  return status
}

// Whatever is still open then has had its time: a thread that cannot be ended must not keep the process.
const status = await main(process.argv)
await Promise.all([flushed(process.stdout), flushed(process.stderr)])
process.exit(status)
