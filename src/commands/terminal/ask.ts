/** A question on a terminal. */

import { once } from 'node:events'
import { createInterface } from 'node:readline/promises'

/** The answer; `unasked` when there is no terminal to ask on. */
export type Asked = 'yes' | 'no' | 'unasked'

/** Asks on standard error: standard output has what the command prints, and nothing else. */
export async function ask(question: string): Promise<Asked> {
  if (!process.stdin.isTTY) return 'unasked'
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
