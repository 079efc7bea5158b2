/**
 * A page that is worked on, with the memory it takes. While events of it have to wait, the memory is released, so that the
 * worker's other shards can read; the page is read again when it is time to try.
 */

import { RELEASABLE_BYTES } from '../../base/release.ts'
import type { Page } from '../../sls/page.ts'
import type { Pages, PulledPage } from './pages.ts'

export interface HeldPage {
  readonly page: Omit<Page, 'data' | 'release'>
  /** Empty while the memory is released. */
  bytes(): Uint8Array
  /** Releases the memory until `fetch`, when it is much and the page can be read again. */
  releaseMemory(): void
  /**
   * Has the bytes there again. False when they cannot be had, or are not the same any more: then nothing that was known
   * of the page's events holds.
   */
  fetch(): Promise<boolean>
  /** Releases everything, for good. */
  release(): void
}

/**
 * Holds a page that was pulled. `mayReadAgain`: what lies between two cursors is the same each time it is read, which a
 * query does not promise.
 */
export function holdPage(pulled: PulledPage, pages: Pages, mayReadAgain: boolean): HeldPage {
  const { page } = pulled
  const length = page.data.length
  let held: PulledPage | undefined = pulled

  function release(): void {
    held?.page.release()
    held?.loan.release()
    held = undefined
  }

  return {
    page,
    bytes: () => held?.page.data ?? EMPTY,
    releaseMemory() {
      if (mayReadAgain && length >= RELEASABLE_BYTES) release()
    },
    async fetch() {
      if (held) return true
      const again = await pages.pull(page.from, { again: page.groups })
      if (again.kind !== 'page') return false
      held = again
      // What lies between two cursors never changes, but it can expire.
      return again.page.next === page.next && again.page.data.length === length
    },
    release,
  }
}

const EMPTY = new Uint8Array(0)
