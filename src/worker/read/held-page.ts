/**
 * A page that is worked on, with the memory it takes. While events of it have to wait for somebody, the memory goes
 * back, so that the worker's other shards can read; the page is read again when it is time to try.
 */

import { RELEASABLE_BYTES } from '../../base/release.ts'
import type { Page } from '../../sls/page.ts'
import type { Pages, PulledPage } from './pages.ts'

export interface HeldPage {
  readonly page: Omit<Page, 'data' | 'release'>
  /** Empty while it is put away. */
  bytes(): Uint8Array
  /** Gives its memory back, when it is much. */
  putAway(): void
  /**
   * Has the bytes there again. False when they cannot be had, or are not the same any more: then nothing that was known
   * of the page's events holds.
   */
  fetch(): Promise<boolean>
  /** Gives everything back; for good. */
  release(): void
}

/** `mayPutAway`: what lies between two cursors is the same each time it is read, which a query does not promise. */
export function holdPage(pulled: PulledPage, pages: Pages, mayPutAway: boolean): HeldPage {
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
    putAway() {
      if (mayPutAway && length >= RELEASABLE_BYTES) release()
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
