/** Connections to Splunk that break, hang, drip or carry one way: what was stored unheard comes again, nothing is lost. */

import type { Fault } from '../../src/simulator/hec/faults.ts'
import { type CableMode, startCable } from '../support/cable.ts'
import { eventually } from '../support/eventually.ts'
import { byItself, type Scenario, scenarios } from './support/scenario.ts'
import { createCounted, moreStored, storedIn, strikeEvents } from './support/splunk.ts'

const TIMEOUT_MS = 1_500
const impatient = [{ consumers: 1, overrides: { splunk: { timeoutMs: TIMEOUT_MS } } }]

/** Nothing of these requests is stored. */
function unstored(fault: string, kinds: readonly Fault[]): Scenario {
  return {
    fault,
    cases: kinds.length,
    services: impatient,
    async strike({ far }) {
      for (const kind of kinds) await strikeEvents(far.hec, kind, 2)
      return byItself
    },
  }
}

/** All of these requests are stored, and the sender does not learn it. */
function unheard(fault: string, kinds: readonly Fault[]): Scenario {
  const twice = createCounted('events that were stored, which nobody could know')
  return {
    fault,
    cases: kinds.length,
    services: impatient,
    async strike({ far }) {
      for (const kind of kinds) {
        twice.add(await strikeEvents(far.hec, kind, 2))
        await moreStored(far)
      }
      return byItself
    },
    duplicates: twice.bound,
    disorder: twice.bound,
  }
}

/** The cable to Splunk is so for a while, then as before. */
function carried(fault: string, mode: CableMode, until: 'silent' | 'through'): Scenario {
  const twice = createCounted('events that were stored while their answers were lost')
  let cable: Awaited<ReturnType<typeof startCable>> | undefined
  return {
    fault,
    world: {
      async splunkUrls([hec], atEnd) {
        cable = await startCable({ port: Number(new URL(hec?.url ?? '').port) })
        atEnd(cable.close)
        return [cable.url]
      },
    },
    services: impatient,
    async strike({ far, services: [running] }) {
      const before = storedIn(far)
      twice.addUnheard(far)
      await cable?.set(mode)
      const failures = () =>
        running?.logLines.filter(line => /Splunk (does not answer|cannot be reached)/.test(line)).length ?? 0
      if (until === 'through') await moreStored(far, 20)
      else await eventually(() => failures() > 0, { withinMs: 30_000, what: 'the service has noticed' })
      return async () => {
        await cable?.set({ kind: 'pass' })
        await moreStored(far)
        twice.add(storedIn(far) - before)
      }
    },
    duplicates: twice.bound,
    disorder: twice.bound,
  }
}

/** Longer than what systems buffer: the rest of the request cannot be on its way yet. */
const LONG_BODY_BYTES = 20 * 1024 * 1024

/** Nothing is stored, and success is answered before the request is written. */
function tooEarly(): Scenario {
  return {
    fault: 'something reads the beginning of a request, answers "Success", code 0, and resets the connection',
    world: { shards: 1, logsPerGroup: 800, bytesPerLog: 10_000 },
    streamEveryMs: 3_000,
    services: [{ consumers: 1, overrides: { splunk: { compression: 'none', batchBytes: LONG_BODY_BYTES } } }],
    async strike({ far }) {
      const { remove, strikes } = far.hec.faults.add({
        fault: { kind: 'early-success', afterBytes: 130_000 },
        match: ({ headers }) => Number(headers['content-length']) > LONG_BODY_BYTES / 4,
      })
      await eventually(() => strikes() > 1, { withinMs: 60_000, what: 'it has answered twice' })
      return remove
    },
  }
}

scenarios('Network', () => [
  tooEarly(),
  unstored('Splunk resets the connection before or behind the body, or never answers, and stores nothing', [
    { kind: 'reset-before-read' },
    { kind: 'reset-before-store' },
    { kind: 'hang' },
  ]),
  unheard('Splunk stores events and resets the connection, or answers half, too late, or never', [
    { kind: 'reset-before-reply' },
    { kind: 'truncated-reply' },
    { kind: 'hang-before-reply' },
    { kind: 'slow-reply', delayMs: 2 * TIMEOUT_MS },
    { kind: 'drip-reply', everyMs: 200 },
  ]),
  unstored('Splunk answers slowly, byte by byte, and in time', [
    { kind: 'slow-reply', delayMs: TIMEOUT_MS / 5 },
    { kind: 'drip-reply', everyMs: 5 },
  ]),
  carried('the connection to Splunk is reset in the middle of requests', { kind: 'reset' }, 'through'),
  carried('Splunk is gone without a word: connections stay open', { kind: 'black-hole' }, 'silent'),
  carried('requests reach Splunk, answers do not come back', { kind: 'upstream-only' }, 'silent'),
  carried('requests do not reach Splunk any more', { kind: 'downstream-only' }, 'silent'),
  carried('answers of Splunk are cut after some bytes', { kind: 'truncate', afterBytes: 100 }, 'silent'),
  carried('the line to Splunk is slow', { kind: 'slow', bytesPerSecond: 20_000 }, 'through'),
])
