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
    .description('run the service until SIGTERM or SIGINT')
    .option(...CONFIG_OPTION)
    .addHelpText('after', exampleOf('run --config /etc/sls2splunk/config.yaml'))
    .action(async ({ config }: { config?: string }) => {
      const { run } = await import('./commands/run/run.ts')
      finish(await run(config))
    })

  program
    .command('check')
    .description('validate the configuration, then try every part of Log Service and Splunk for real')
    .option(...CONFIG_OPTION)
    .option('--offline', 'check only the file, not Log Service and Splunk', false)
    .option('--json', 'print JSON', false)
    .addHelpText('after', exampleOf('check --config /etc/sls2splunk/config.yaml'))
    .action(async ({ config, ...options }: CheckOptions & { config?: string }) => {
      const { check } = await import('./commands/check/check.ts')
      finish(await check(config, options))
    })

  program
    .command('demo')
    .description('run the service between an embedded Log Service and an embedded Splunk')
    .option('--seconds <n>', 'duration; default: until Ctrl-C', parsePositive)
    .option('--rate <MB/s>', 'raw log data per second, all shards together', parsePositive, 8)
    .option('--consumers <n>', 'number of worker threads', parsePositive, 4)
    .option('--shards <n>', 'number of shards of the logstore', parsePositive, 8)
    .option('--kill-worker', 'kill one worker thread half-way, to show that it comes back', false)
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
    .description('show events that Splunk can never accept, or send them again')

  deadLetters
    .command('show')
    .description('count them by reason, source and HEC code')
    .option(...CONFIG_OPTION)
    .option('--json', 'print JSON', false)
    .addHelpText('after', exampleOf('dead-letters show --config /etc/sls2splunk/config.yaml'))
    .action(async ({ config, json }: { config?: string; json: boolean }) => {
      const { show } = await import('./commands/dead-letters/show.ts')
      finish(await show(config, { json }))
    })

  deadLetters
    .command('replay')
    .description('send them again and remove those that Splunk accepts; also while the service runs')
    .option(...CONFIG_OPTION)
    .option('--source <name>', 'send only those of this source')
    .option('--reason <reason>', 'send only those of this reason, as show names it')
    .option('--yes', 'send without asking first', false)
    .addHelpText('after', exampleOf('dead-letters replay --reason too-large --yes'))
    .action(async ({ config, ...options }: ReplayOptions & { config?: string }) => {
      const { replay } = await import('./commands/dead-letters/replay.ts')
      finish(await replay(config, options))
    })
}

function addStatus(program: Command, finish: (status: number) => void): void {
  program
    .command('status')
    .description('show the running service: what is wrong, its consumers and shards')
    .option(...CONFIG_OPTION)
    .option(
      '--url <url>',
      'address of the service; default: http.listen of the configuration. Without --config no token is sent',
      parseUrl,
    )
    .addOption(
      new Option('--json', 'print the document of /api/status as it is').default(false).conflicts('watch'),
    )
    .option('--watch', 'print it every second until Ctrl-C', false)
    .addHelpText('after', exampleOf('status --config /etc/sls2splunk/config.yaml --watch'))
    .action(async ({ config, ...options }: StatusOptions & { config?: string }) => {
      const { status } = await import('./commands/status/status.ts')
      finish(await status(config, options))
    })
}

function addPreview(program: Command, finish: (status: number) => void): void {
  program
    .command('preview')
    .description('print the HEC events that the next logs would become; send and store nothing')
    .option(...CONFIG_OPTION)
    .option('--source <name>', 'source to read; default: the only one')
    .option('--shard <n>', 'read only this shard; default: all in turn', parseShard)
    .option(
      '--from <begin|end|TIME>',
      "start position; default: the group's checkpoint, else start_from of the source",
      parsePosition,
    )
    .option('--limit <n>', 'maximum number of events', parseCount, 10)
    .addHelpText('after', exampleOf('preview --source actiontrail --from 2026-01-31T08:00:00Z --limit 3'))
    .action(async ({ config, ...options }: PreviewOptions & { config?: string }) => {
      const { preview } = await import('./commands/preview/preview.ts')
      finish(await preview(config, options))
    })
}

function addCheckpoints(program: Command, finish: (status: number) => void): void {
  const checkpoints = program
    .command('checkpoints')
    .description('show where the consumer group stands in each shard, or move it')

  checkpoints
    .command('show')
    .description('show the checkpoint of each shard, its time and lag')
    .option(...CONFIG_OPTION)
    .option('--source <name>', 'show only this source; default: all')
    .option('--json', 'print JSON', false)
    .addHelpText('after', exampleOf('checkpoints show --config /etc/sls2splunk/config.yaml'))
    .action(async ({ config, ...options }: ShowOptions & { config?: string }) => {
      const { show } = await import('./commands/checkpoints/show.ts')
      finish(await show(config, options))
    })

  checkpoints
    .command('reset')
    .description(
      'move checkpoints back to send logs again, or forward to skip them; only while no consumer is alive',
    )
    .option(...CONFIG_OPTION)
    .requiredOption(
      '--to <begin|end|TIME>',
      'target position; a TIME is when Log Service received the logs',
      parsePosition,
    )
    .option('--shard <n>', 'move only this shard; default: all', parseShard)
    .option('--source <name>', 'source to move; default: the only one')
    .option('--yes', 'move without asking first', false)
    .option('--force', 'move also while consumers may be alive', false)
    .addHelpText('after', exampleOf('checkpoints reset --to 2026-01-31T08:00:00+08:00 --shard 3'))
    .action(async ({ config, ...options }: ResetOptions & { config?: string }) => {
      const { reset } = await import('./commands/checkpoints/reset.ts')
      finish(await reset(config, options))
    })
}

function addCompletion(program: Command): void {
  program
    .command('completion')
    .description('print a script with which a shell completes commands and options')
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
