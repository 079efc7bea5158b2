/** A question on a terminal. */

import { once } from 'node:events'
import { createInterface } from 'node:readline/promises'

/** `nobody`: there is no terminal to ask on. */
export type Asked = 'yes' | 'no' | 'nobody'

/** Asked on standard error, so that what a command prints stays its own. */
export async function ask(question: string): Promise<Asked> {
  if (!process.stdin.isTTY) return 'nobody'
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    // Ctrl-C rejects and Ctrl-D leaves the question without an answer: neither is a yes.
    const closed = once(terminal, 'close').then(() => '')
    const answer = await Promise.race([terminal.question(`${question} [y/N] `).catch(() => ''), closed])
    return /^y(es)?$/i.test(answer.trim()) ? 'yes' : 'no'
  } finally {
    terminal.close()
  }
}
