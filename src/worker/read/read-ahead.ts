/** The page behind the one that is being delivered is read meanwhile: the only queue there is. */

import type { Cursor } from '../../sls/cursor.ts'
import type { Pages, Pulled } from './pages.ts'

export interface ReadAhead {
  begin(cursor: Cursor): void
  /** What was begun, or a pull from this cursor when nothing was. */
  next(cursor: Cursor): Promise<Pulled>
  /** Nobody waits for what was begun: its memory goes back. */
  drop(): Promise<void>
}

export function createReadAhead(pages: Pages): ReadAhead {
  let ahead: { readonly pulling: Promise<Pulled>; readonly cancel: AbortController } | undefined

  function take() {
    const taken = ahead
    ahead = undefined
    return taken
  }

  return {
    begin(cursor) {
      const cancel = new AbortController()
      ahead = { pulling: pages.pull(cursor, { cancel: cancel.signal }), cancel }
    },
    next: cursor => take()?.pulling ?? pages.pull(cursor),
    async drop() {
      const dropped = take()
      dropped?.cancel.abort()
      await pages.discard(dropped?.pulling)
    },
  }
}
