/** One service against its load side, and what it takes for what it does. */

import { setTimeout as delay } from 'node:timers/promises'
import { configOf, type Setup } from './config.ts'
import type { Counts } from './load-orders.ts'
import { type LoadSide, type LoadSideOptions, startLoadSide } from './load-side.ts'
import { type ServiceProcess, startServiceProcess } from './service-process.ts'

export interface Bench {
  readonly load: LoadSide
  readonly service: ServiceProcess
}

/** Both are running while `use` does; both have ended afterwards. */
export async function withBench<T>(
  options: LoadSideOptions,
  setup: Setup,
  use: (bench: Bench) => Promise<T>,
): Promise<T> {
  return withLoad(options, load => withService(load, setup, service => use({ load, service })))
}

export async function withLoad<T>(options: LoadSideOptions, use: (load: LoadSide) => Promise<T>): Promise<T> {
  const load = await startLoadSide(options)
  try {
    return await use(load)
  } finally {
    await load.close()
  }
}

export async function withService<T>(
  load: LoadSide,
  setup: Setup,
  use: (service: ServiceProcess) => Promise<T>,
): Promise<T> {
  const service = await startServiceProcess(configOf(load, setup), load.ca, setup.environment)
  try {
    return await use(service)
  } finally {
    await service.stop()
  }
}

interface Sample extends Counts {
  readonly atMs: number
  readonly cpuSeconds: number
}

export interface Rates {
  /** Raw log data that Splunk got, uncompressed as Log Service counts it. */
  readonly rawBytesPerSecond: number
  readonly rawBytesPerCpuSecond: number
  /** CPU of the service's whole process, 1 is one core. */
  readonly cpuRatio: number
  readonly residentBytes: number
  /** CPU of the load side. Near 1 it, and not the service, sets the pace; no figure of the service's CPU changes by it. */
  readonly loadCpuRatio: number
  readonly bodyBytes: number
}

/** Of any process that carries logs from the one end to the other. */
export interface Carrier {
  cpuSeconds(): number
  residentBytes(): number
}

export async function ratesWithin(
  { load, service }: { readonly load: LoadSide; readonly service: Carrier },
  seconds: number,
): Promise<Rates> {
  const before = await sample(load, service)
  await delay(seconds * 1_000)
  const after = await sample(load, service)
  const lastedSeconds = (after.atMs - before.atMs) / 1_000
  const cpuSeconds = after.cpuSeconds - before.cpuSeconds
  const rawBytes = (after.storedEvents - before.storedEvents) * (after.producedBytes / after.producedEvents)
  return {
    rawBytesPerSecond: rawBytes / lastedSeconds,
    rawBytesPerCpuSecond: rawBytes / cpuSeconds,
    cpuRatio: cpuSeconds / lastedSeconds,
    residentBytes: service.residentBytes(),
    loadCpuRatio: (after.loadCpuSeconds - before.loadCpuSeconds) / lastedSeconds,
    bodyBytes: (after.storedBodyBytes - before.storedBodyBytes) / (after.requests - before.requests),
  }
}

async function sample(load: LoadSide, service: Carrier): Promise<Sample> {
  const counts = await load.count()
  return { ...counts, atMs: performance.now(), cpuSeconds: service.cpuSeconds() }
}

/** Until Splunk has so many more events than now: then everything is compiled and warm. */
export async function untilStored(load: LoadSide, events: number): Promise<void> {
  const { storedEvents: before } = await load.count()
  for (let stored = before; stored < before + events; stored = (await load.count()).storedEvents)
    await delay(20)
}

/** Until no more than so many raw bytes are on their way. */
export async function untilCaughtUp(load: LoadSide, bytes: number): Promise<void> {
  for (;;) {
    const { producedEvents, producedBytes, storedEvents } = await load.count()
    if ((producedEvents - storedEvents) * (producedBytes / producedEvents) < bytes) return
    await delay(100)
  }
}
