/** The command table. */

import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { check } from './commands/check.ts'
import { EXIT } from './commands/exit.ts'
import { run } from './commands/run.ts'
import { VERSION } from './version.ts'

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
    .action(async ({ config }: { config?: string }) => finish(await run(config)))

  program
    .command('check')
    .description('validates the configuration')
    .option(...CONFIG_OPTION)
    .option('--offline', 'the file alone, without trying Log Service and Splunk', false)
    .action(({ config, offline }: { config?: string; offline: boolean }) => finish(check(config, offline)))

  program
    .command('demo')
    .description('an embedded Log Service and an embedded Splunk, with the service between them')
    .option('--seconds <n>', 'how long; without it until Ctrl-C', parsePositive)
    .option('--rate <MB/s>', 'raw log data a second, all shards together', parsePositive, 8)
    .option('--consumers <n>', 'worker threads', parsePositive, 4)
    .option('--shards <n>', 'shards of the logstore', parsePositive, 8)
    .option('--kill-worker', 'kills one worker thread mid-way, to show that it comes back', false)
    .action(async options => {
      const { demo } = await import('./commands/demo.ts')
      finish(await demo(options))
    })
  return program
}

function parsePositive(text: string): number {
  const value = Number(text)
  if (Number.isFinite(value) && value > 0) return value
  throw new InvalidArgumentError('a number above 0 is needed')
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

process.exitCode = await main(process.argv)
