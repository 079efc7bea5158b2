/** The memory of one worker thread. */

import { getHeapStatistics } from 'node:v8'

/**
 * Adds up the heap of this thread and the buffers outside of it. `process.memoryUsage` says the same, but it also opens
 * a file of /proc: without a free file descriptor it throws, and would end a thread that only counts.
 */
export function threadMemoryBytes(): number {
  const { used_heap_size, external_memory } = getHeapStatistics()
  return used_heap_size + external_memory
}
