/** How much a service gets through when there is always more to read, and what a megabyte costs. */

import type { Setup } from './config.ts'
import type { LoadSideOptions } from './load-side.ts'
import { type Rates, ratesWithin, untilStored, withBench } from './measure.ts'
import { type Figures, type Row, repeat } from './rows.ts'

export interface MaxOptions {
  readonly runs: number
  readonly seconds: number
}

const AHEAD_BYTES = 60_000_000
/** More than a gigabyte: then everything is compiled, as in a service that has run for a while. */
const WARM_EVENTS = 1_500_000

interface Variant {
  readonly name: string
  readonly load?: Partial<LoadSideOptions>
  readonly setup?: Setup
}

const VARIANTS: readonly Variant[] = [
  { name: 'plain HTTP' },
  { name: 'gzip', setup: { compression: 'gzip' } },
  { name: 'TLS', load: { tls: true } },
  { name: 'TLS + gzip', load: { tls: true }, setup: { compression: 'gzip' } },
  {
    name: 'plain HTTP, acknowledgement',
    load: { acknowledgement: true },
    setup: { acknowledgement: true },
  },
]

export async function benchMax({ runs, seconds }: MaxOptions): Promise<Row[]> {
  const rows: Row[] = []
  for (const { name, load, setup } of VARIANTS)
    rows.push(
      await repeat({ part: 'max', name }, runs, () => flooded({ shards: 4, ...load }, setup, seconds)),
    )
  return rows
}

export async function flooded(load: LoadSideOptions, setup: Setup = {}, seconds: number): Promise<Figures> {
  return withBench(load, setup, async bench => {
    await bench.load.flood(AHEAD_BYTES * load.shards)
    await untilStored(bench.load, WARM_EVENTS)
    return figuresOf(await ratesWithin(bench, seconds))
  })
}

export function figuresOf(rates: Rates): Figures {
  return { ...rates }
}
