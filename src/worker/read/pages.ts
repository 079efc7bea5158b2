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
  /** A failure that only the caller can act on. */
  | { readonly kind: 'failed'; readonly failure: SlsFailure }
  | { readonly kind: 'stopped' }

export interface Pages {
  /** Pulls the page at `cursor`. Rejects only for a bug, so that it can run ahead of its caller. */
  pull(cursor: Cursor, options?: PullOptions): Promise<Pulled>
  /** Waits for a pull that is no longer wanted and releases what it has brought. */
  discard(pulling: Promise<Pulled> | undefined): Promise<void>
}

export interface PullOptions {
  /** Number of log groups of a page that was read before, and counted then. */
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

/** Bytes that are lent before a pull and adjusted when its size is known: about the most that Log Service answers with. */
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
