/** The observer of the workers: tells everything that remembers, each as far as it concerns it. */

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
    consumerExpected: board.consumerExpected,
    reported(source, consumer, report) {
      const settled = board.reported(source, consumer, report)
      if (!settled) return
      account.reported(source, settled)
      metrics.reported(source, consumer, settled)
    },
    threadEnded: board.threadEnded,
    restarting(source, consumer, reason) {
      board.restarting(source, consumer)
      metrics.restarting(source, consumer, reason)
    },
    consumerGone(source, consumer) {
      board.consumerGone(source, consumer)
      metrics.consumerGone(source, consumer)
    },
    sourceGone(source) {
      for (const each of [board, account, history, metrics]) each.sourceGone(source)
    },
    forgetGoneShards() {
      for (const { source, shard } of board.takeGone())
        for (const each of [account, metrics]) each.shardGone(source, shard)
    },
  }
}
