/** The page behind the one that is being delivered is read meanwhile: the only queue there is. */

import type { Cursor } from '../../sls/cursor.ts'
import { type HeldPage, holdPage } from './held-page.ts'
import type { Pages, Pulled, PulledPage } from './pages.ts'

export type Read = { readonly kind: 'page'; readonly held: HeldPage } | Exclude<Pulled, PulledPage>

export interface ReadAhead {
  /** Returns the page at this cursor, and begins to read the one behind it unless the end is reached. */
  next(cursor: Cursor): Promise<Read>
  /** Ends what is read ahead and releases its memory. */
  drop(): Promise<void>
}

/** `mayReadAgain`: as in `holdPage`. */
export function createReadAhead(pages: Pages, mayReadAgain: boolean): ReadAhead {
  let ahead: { readonly pulling: Promise<Pulled>; readonly cancel: AbortController } | undefined

  function begin(cursor: Cursor): void {
    const cancel = new AbortController()
    ahead = { pulling: pages.pull(cursor, { cancel: cancel.signal }), cancel }
  }

  function take() {
    const taken = ahead
    ahead = undefined
    return taken
  }

  return {
    async next(cursor) {
      const pulled = await (take()?.pulling ?? pages.pull(cursor))
      if (pulled.kind !== 'page') return pulled
      if (!pulled.page.atEnd) begin(pulled.page.next)
      return { kind: 'page', held: holdPage(pulled, pages, mayReadAgain) }
    },
    async drop() {
      const dropped = take()
      dropped?.cancel.abort()
      await pages.discard(dropped?.pulling)
    },
  }
}
