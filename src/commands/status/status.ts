/** `sls2splunk status`: prints the state of the running service. */

import { sleep } from '../../base/wait.ts'
import { EXIT } from '../terminal/exit.ts'
import { createFrame } from '../terminal/frame.ts'
import { paintRow } from '../terminal/paint.ts'
import { type Address, addressOf } from './address.ts'
import { type Asked, createQuestion } from './question.ts'
import { rowsOf } from './rows.ts'

export interface StatusOptions {
  /** Address of the service; default: `http.listen` of the configuration. */
  readonly url?: string
  readonly json: boolean
  readonly watch: boolean
}

const PERIOD_MS = 1_000

/** Returns 0 when the service answers, whatever its state. */
export async function status(config: string | undefined, options: StatusOptions): Promise<number> {
  const address = addressOf(config, options.url)
  if (address === undefined) return EXIT.config
  if (options.watch && process.stdout.isTTY) return watch(address)
  const asked = await once(address)
  if (asked.kind === 'failed') {
    process.stderr.write(`${asked.message}\n`)
    return EXIT.failed
  }
  process.stdout.write(options.json ? `${asked.text}\n` : printed(rowsOf(asked.answer)))
  return EXIT.ok
}

async function once(address: Address): Promise<Asked> {
  const question = createQuestion(address)
  try {
    return await question.ask(new AbortController().signal)
  } finally {
    question.close()
  }
}

const printed = (rows: readonly string[]) => rows.map(row => `${paintRow(row)}\n`).join('')

/** Prints the state every second until Ctrl-C, also while the service does not answer. */
async function watch(address: Address): Promise<number> {
  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort())
  const question = createQuestion(address)
  const frame = createFrame(process.stdout, paintRow)
  let asked: Asked | undefined
  while (!stop.signal.aborted) {
    asked = await askUntilStopped(question, stop.signal)
    if (asked)
      frame.draw(asked.kind === 'failed' ? [asked.message] : rowsOf(asked.answer, process.stdout.columns))
    await sleep(PERIOD_MS, stop.signal)
  }
  question.close()
  return asked?.kind === 'failed' ? EXIT.failed : EXIT.ok
}

/** Resolves with undefined when the signal cut the request short. */
async function askUntilStopped(
  question: ReturnType<typeof createQuestion>,
  signal: AbortSignal,
): Promise<Asked | undefined> {
  try {
    return await question.ask(signal)
  } catch (error) {
    if (signal.aborted) return undefined
    throw error
  }
}
