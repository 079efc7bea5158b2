/** Work on a page's bytes, which may be what kills the thread: then the supervisor finds the page's mark. */

import type { Page } from '../../sls/page.ts'
import { clearMark, keepMark, setMark } from '../../thread/marker.ts'

export interface Marking {
  /** Runs `work`, which never awaits, with the page's mark set; the mark stays when `work` throws. */
  run<T>(page: Pick<Page, 'from' | 'next' | 'groups'>, work: () => T): T
  /** True from the first throw on: the thread ends for it, also when the shard is being released at the same time. */
  isBroken(): boolean
}

export function createMarking(shard: number, marker: SharedArrayBuffer): Marking {
  let isBroken = false
  return {
    run({ from, next, groups }, work) {
      setMark(marker, { shard, cursor: from, next, groups })
      try {
        const result = work()
        clearMark(marker)
        return result
      } catch (error) {
        isBroken = true
        keepMark(marker)
        throw error
      }
    },
    isBroken: () => isBroken,
  }
}
