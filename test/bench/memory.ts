/** Resident memory: of one worker, of each further one, and of one whose Splunk answers nothing. */

import { setTimeout as delay } from 'node:timers/promises'
import { type Bench, untilStored, withBench } from './measure.ts'
import { PACE_BYTES_PER_SECOND } from './paced.ts'
import { type Figures, type Row, repeat } from './rows.ts'

const PACED_MS = 15_000
const STALLED_MS = 15_000
const AHEAD_BYTES = 60_000_000
const WARM_EVENTS = 100_000
const MANY = 5

export async function benchMemory({ runs }: { readonly runs: number }): Promise<Row[]> {
  const part = 'memory'
  const one = await repeat({ part, name: '1 worker at 2 MB/s' }, runs, () => atPace(1))
  const many = await repeat({ part, name: `${MANY} workers at 2 MB/s each` }, runs, () => atPace(MANY))
  const flooded = await repeat({ part, name: '1 worker at full speed' }, runs, () => busy(false))
  const stalled = await repeat({ part, name: '1 worker, Splunk stalled' }, runs, () => busy(true))
  return [one, many, further(one, many), flooded, stalled]
}

function further(one: Row, many: Row): Row {
  const each = (name: string) => ((many.figures[name] ?? 0) - (one.figures[name] ?? 0)) / (MANY - 1)
  const figures = { residentBytes: each('residentBytes'), peakBytes: each('peakBytes') }
  return { part: 'memory', name: 'each further worker', figures, runs: [] }
}

function atPace(consumers: number): Promise<Figures> {
  return withBench({ shards: consumers }, { consumers }, async bench => {
    await bench.load.pace(PACE_BYTES_PER_SECOND * consumers)
    await delay(PACED_MS)
    return memoryOf(bench)
  })
}

function busy(isStalled: boolean): Promise<Figures> {
  return withBench({ shards: 4 }, {}, async bench => {
    const { load } = bench
    await load.flood(AHEAD_BYTES * 4)
    if (isStalled) await load.stall()
    else await untilStored(load, WARM_EVENTS)
    await delay(STALLED_MS)
    return memoryOf(bench)
  })
}

function memoryOf({ service }: Bench): Figures {
  return { residentBytes: service.residentBytes(), peakBytes: service.peakResidentBytes() }
}
