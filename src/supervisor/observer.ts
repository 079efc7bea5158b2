/** The observer of the workers: hands on what happens to what is known, what is counted, and what is exported. */

import type { Metrics } from './metrics/metrics.ts'
import type { Observer } from './sources/observer.ts'
import type { Account } from './state/account.ts'
import type { Board } from './state/board.ts'
import type { StatusHistory } from './state/history.ts'

export interface ObserverParts {
  readonly board: Board
  readonly account: Account
  readonly history: StatusHistory
  readonly metrics: Metrics
}

export function createObserver({ board, account, history, metrics }: ObserverParts): Observer {
  return {
    consumerExpected: board.expect,
    reported(source, consumer, report) {
      const settled = board.onStatus(consumer, report)
      metrics.onStatus(source, consumer, settled)
      account.add(source, settled)
    },
    threadEnded: board.onEnded,
    restarting(source, consumer, reason) {
      board.onRestart(consumer)
      metrics.onRestart(source, consumer, reason)
    },
    consumerGone(source, consumer) {
      board.forget(consumer)
      metrics.forgetConsumer(source, consumer)
    },
    sourceGone(source) {
      for (const each of [board, account, history, metrics]) each.forgetSource(source)
    },
  }
}
