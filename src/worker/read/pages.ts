/** Pages of one shard: each pull waits for its share of the memory budget, and is tried until it is answered. */

import type { Budget, Loan } from '../../base/budget.ts'
import type { SlsClient } from '../../sls/client.ts'
import type { Cursor } from '../../sls/cursor.ts'
import type { SlsFailure } from '../../sls/errors.ts'
import type { Page } from '../../sls/page.ts'
import type { ShardMeter } from '../report/meter.ts'
import type { Troubles } from '../report/troubles.ts'
import type { QuarantineList } from './quarantine.ts'
import { untilAnswered } from './sls-calls.ts'

export interface PulledPage {
  readonly kind: 'page'
  readonly page: Page
  readonly loan: Loan
}

export type Pulled =
  | PulledPage
  /** Only the caller can answer to this failure. */
  | { readonly kind: 'failed'; readonly failure: SlsFailure }
  | { readonly kind: 'stopped' }

export interface Pages {
  /** Never rejects for a far end's sake, so that it can run ahead of whoever waits for it. */
  pull(cursor: Cursor, options?: PullOptions): Promise<Pulled>
  /** Gives back what a pull that nobody wants any more has brought. */
  discard(pulling: Promise<Pulled> | undefined): Promise<void>
}

export interface PullOptions {
  /** Log groups of a page that was read before, and counted then. */
  readonly again?: number
  /** Ends this pull alone. */
  readonly cancel?: AbortSignal
}

export interface PagesOptions {
  readonly client: SlsClient
  readonly shard: number
  readonly budget: Budget
  readonly meter: ShardMeter
  readonly troubles: Troubles
  readonly signal: AbortSignal
  readonly quarantine: QuarantineList
}

/** Lent before a pull and adjusted when its size is known: Log Service answers with about so much at most. */
const RESERVE_BYTES = 10 * 1024 * 1024

export function createPages(options: PagesOptions): Pages {
  const { client, shard, budget, meter, troubles, signal, quarantine } = options
  const reserveBytes = Math.min(RESERVE_BYTES, budget.capacityBytes)
  const persistent = { who: { work: 'read', shard } as const, operation: 'reading', troubles }

  async function pull(cursor: Cursor, { again, cancel }: PullOptions = {}): Promise<Pulled> {
    const ending = cancel ? AbortSignal.any([signal, cancel]) : signal
    const loan = await budget.take(reserveBytes, ending).catch(() => undefined)
    if (!loan) return { kind: 'stopped' }
    const groups = quarantine.isOneByOne(shard, cursor) ? 1 : again
    const result = await untilAnswered(until => client.pull(shard, cursor, until, groups), {
      ...persistent,
      signal: ending,
    })
    if (result?.kind !== 'ok') {
      loan.release()
      return result ?? { kind: 'stopped' }
    }
    loan.resize(result.value.data.length)
    if (again === undefined) meter.pulled(result.value.data.length)
    return { kind: 'page', page: result.value, loan }
  }

  return {
    pull,
    async discard(pulling) {
      const pulled = await pulling
      if (pulled?.kind !== 'page') return
      pulled.page.release()
      pulled.loan.release()
    },
  }
}
