/** The far ends of a benchmark, as whoever measures sees them: a process that takes orders. */

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type Certificate, createAuthority } from '../support/certificates.ts'
import type { Counts, Ends, LoadOptions, OrderKind, Orders } from './load-orders.ts'

export interface LoadSide extends Ends {
  /** PEM of the authority that vouches for both ends, when they speak HTTPS. */
  readonly ca: string | undefined
  pace(bytesPerSecond: number): Promise<void>
  flood(aheadBytes: number): Promise<void>
  count(): Promise<Counts>
  latencies(): Promise<readonly number[]>
  stall(): Promise<void>
  close(): Promise<void>
}

export interface LoadSideOptions extends Omit<LoadOptions, 'certificate'> {
  readonly tls?: boolean
}

const PROGRAM = fileURLToPath(new URL('load-process.ts', import.meta.url))

export async function startLoadSide({ tls = false, ...options }: LoadSideOptions): Promise<LoadSide> {
  const child = fork(PROGRAM, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const secured = tls ? secure() : undefined
  const ends = await ask(child, 'begin', {
    ...options,
    ...(secured && { certificate: secured.certificate }),
  })
  return {
    ...ends,
    ca: secured?.ca,
    pace: bytesPerSecond => ask(child, 'pace', bytesPerSecond),
    flood: aheadBytes => ask(child, 'flood', aheadBytes),
    count: () => ask(child, 'count', undefined),
    latencies: () => ask(child, 'latencies', undefined),
    stall: () => ask(child, 'stall', undefined),
    async close() {
      const exited = once(child, 'exit')
      child.disconnect()
      await exited
    },
  }
}

function secure(): { readonly ca: string; readonly certificate: Certificate } {
  const { ca, issue } = createAuthority()
  return { ca, certificate: issue('IP:127.0.0.1,DNS:*.localhost,DNS:localhost') }
}

/** One question at a time: answers come in the order of questions. */
async function ask<K extends OrderKind>(
  child: ChildProcess,
  kind: K,
  given: Orders[K]['given'],
): Promise<Orders[K]['answer']> {
  const answered = once(child, 'message')
  child.send({ kind, given })
  const [{ answer }] = await answered
  return answer
}
