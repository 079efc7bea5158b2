/**
 * The time for which a shard is this consumer's: it is held, and then released for a reason that a stronger one may
 * replace. The one place that changes this, and that ends what each reason ends.
 */

import { sleep } from '../../base/wait.ts'
import type { Release } from './runner.ts'

export interface Tenure {
  /** Returns why the shard is being released; undefined while it is held. */
  reason(): Release | undefined
  /** Releases the shard; false when it is being released already for this reason or a stronger one. */
  release(reason: Release): boolean
  /** Aborted by every release: nothing new is begun, the page under way is finished. */
  readonly ending: AbortSignal
  /** Aborted when the page under way has to be cut short. */
  readonly cut: AbortSignal
  /** Aborted when another consumer may hold the shard: nothing is saved any more. */
  readonly lost: AbortSignal
  /** Says that nothing of the shard is under way any more. */
  end(): void
}

export interface TenureOptions {
  /** Milliseconds that a shard which another consumer waits for may take to finish its page. */
  readonly drainTimeoutMs: number
  /** Called right before `cut` is aborted, when what is about to be cut short can still be seen. */
  readonly beforeCut: () => void
}

type State = { readonly kind: 'held' } | { readonly kind: 'released'; readonly reason: Release }

interface Rule {
  /** The higher of two ranks wins. */
  readonly rank: number
  readonly aborts: readonly ('ending' | 'cut' | 'lost')[]
}

const RULES: Readonly<Record<Release, Rule>> = {
  stop: { rank: 0, aborts: ['ending'] },
  taken: { rank: 1, aborts: ['ending'] },
  deadline: { rank: 2, aborts: ['ending', 'cut'] },
  lost: { rank: 3, aborts: ['ending', 'cut', 'lost'] },
}

export function createTenure({ drainTimeoutMs, beforeCut }: TenureOptions): Tenure {
  const controllers = {
    ending: new AbortController(),
    cut: new AbortController(),
    lost: new AbortController(),
  }
  const over = new AbortController()
  let state: State = { kind: 'held' }

  function release(reason: Release): boolean {
    const rule = RULES[reason]
    if (state.kind === 'released' && RULES[state.reason].rank >= rule.rank) return false
    state = { kind: 'released', reason }
    for (const each of rule.aborts) {
      if (each === 'cut') beforeCut()
      controllers[each].abort()
    }
    if (reason === 'taken') void cutLater()
    return true
  }

  /** The consumer that is to have the shard next may be able to deliver what this one cannot. */
  async function cutLater(): Promise<void> {
    await sleep(drainTimeoutMs, over.signal)
    if (!over.signal.aborted) release('deadline')
  }

  return {
    reason: () => (state.kind === 'released' ? state.reason : undefined),
    release,
    ending: controllers.ending.signal,
    cut: controllers.cut.signal,
    lost: controllers.lost.signal,
    end: () => over.abort(),
  }
}
