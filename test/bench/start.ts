/** How long it takes from the start of the process until Splunk has the first events. */

import { setTimeout as delay } from 'node:timers/promises'
import { withLoad, withService } from './measure.ts'
import { type Row, repeat } from './rows.ts'

const READY_BYTES = 1_000_000

export async function benchStart({ runs }: { readonly runs: number }): Promise<Row[]> {
  return [await repeat({ part: 'start', name: 'from exec to the first delivery' }, runs, start)]
}

async function start() {
  return withLoad({ shards: 1 }, async load => {
    await load.flood(READY_BYTES)
    return withService(load, {}, async ({ startedAtMs }) => {
      for (;;) {
        const { firstStoredAtMs } = await load.count()
        if (firstStoredAtMs !== undefined)
          return { firstDeliverySeconds: (firstStoredAtMs - startedAtMs) / 1_000 }
        await delay(10)
      }
    })
  })
}
