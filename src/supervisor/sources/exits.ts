/** How runs of workers ended: what it means, and in words. */

import type { ChildExit } from './child.ts'

export const MEMORY_LIMIT = 'memory-limit'
/** What it told could not be taken: the page that it was at is not to blame. */
export const BAD_MESSAGE = 'bad-message'

/** Not for the stop's or somebody's sake, nor for passing the memory limit, which all shards do together. */
export function isDeath({ kind }: ChildExit): boolean {
  return kind === 'died' || kind === 'failed' || kind === 'stalled'
}

/** As a metric counts it. */
export function reasonOf(exit: ChildExit): string {
  if (exit.kind === 'killed') return exit.why
  return exit.kind === 'failed' ? exit.failure.code : exit.kind
}

export function describeExit(exit: ChildExit): string {
  switch (exit.kind) {
    case 'failed':
      return exit.failure.stack ?? exit.failure.message
    case 'died':
      return exit.message
    case 'stalled':
      return 'no sign of life; killed'
    case 'never-ready':
      return 'never became ready; killed'
    case 'undrained':
      return 'not drained in time; killed'
    case 'killed':
      return `killed: ${exit.why}`
    case 'drained':
      return 'it drained without being asked to'
  }
}
