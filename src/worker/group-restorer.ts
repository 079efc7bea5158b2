/** A consumer group that was deleted is made again by the supervisor, which knows the positions of all shards. */

import { aborted } from '../base/wait.ts'

export interface GroupRestorer {
  /** Asks for the group; resolves when it is there again, or when the signal is aborted. */
  restore(signal: AbortSignal): Promise<void>
  /** The supervisor says that the group is there again. */
  onRestored(): void
}

/** `ask`: tells the supervisor that the group is gone. */
export function createGroupRestorer(ask: () => void): GroupRestorer {
  let restored = new AbortController()
  return {
    async restore(signal) {
      restored = new AbortController()
      ask()
      await aborted(AbortSignal.any([restored.signal, signal]))
    },
    onRestored: () => restored.abort(),
  }
}
