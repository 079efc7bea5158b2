/** Pages as deliveries get them, without anybody to read them from again. */

import type { HeldPage } from '../../../../src/worker/read/held-page.ts'

/** One that keeps its bytes whatever happens. */
export function heldPage(bytes: Uint8Array): HeldPage {
  return {
    page: { from: 'MTA=', next: 'MTE=', groups: 1, atEnd: true },
    bytes: () => bytes,
    releaseMemory: () => {},
    fetch: async () => true,
    release: () => {},
  }
}
