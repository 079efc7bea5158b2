/**
 * One shard while this consumer holds it: find the start, read pages, deliver each, move the checkpoint, let go.
 * Nothing here ever moves the checkpoint past an event that Splunk does not have.
 */

import { type BackoffRange, backoffMs } from '../backoff.ts'
import type { Budget, Loan } from '../budget.ts'
import type { EventMetadata, SourceConfig } from '../config/types.ts'
import type { ShardState, ShardStatus } from '../protocol.ts'
import type { SlsClient } from '../sls/client.ts'
import { describeFailure, type SlsFailure } from '../sls/errors.ts'
import type { Cursor, Page } from '../sls/page.ts'
import type { Deliver } from '../splunk/deliver.ts'
import { sleep } from '../wait.ts'
import type { Buffers } from './buffers.ts'
import { type Checkpoint, createCheckpoint } from './checkpoint.ts'
import { deliverPage } from './deliver-page.ts'
import { createEncode } from './encode/page-encoder.ts'
import { createPlanner } from './encode/plan.ts'
import type { Meter } from './meter.ts'
import { untilAnswered } from './sls-calls.ts'
import { examineRefused, findStart, type Start } from './start.ts'
import type { Troubles } from './troubles.ts'
import type { WorkerLog } from './log.ts'

/** What every shard of a worker shares. */
export interface ShardContext {
  readonly client: SlsClient
  readonly source: SourceConfig
  readonly defaults: EventMetadata
  /** Delivery on behalf of a shard, so that its trouble is told apart from its neighbours'. */
  readonly deliverFor: (shard: number) => Deliver
  readonly budget: Budget
  readonly buffers: Buffers
  readonly meter: Meter
  readonly troubles: Troubles
  readonly log: WorkerLog
}

/**
 * Why a shard is let go, weakest first: a stronger reason wins over a weaker one. `stop` and `taken` let the page under
 * way finish; `deadline` and `lost` cut it short; after `lost` the shard may be somebody else's, so nothing is saved.
 */
export type Release = 'stop' | 'taken' | 'deadline' | 'lost'
const RANK: Readonly<Record<Release, number>> = { stop: 0, taken: 1, deadline: 2, lost: 3 }

export interface ShardRunner {
  readonly shard: number
  release(reason: Release): void
  /** Settles when nothing of the shard is under way any more; never rejects. */
  readonly ended: Promise<void>
  status(): ShardStatus
}

/** Reserved before a pull, given back or adjusted when its size is known: SLS answers with about so much at most. */
const PULL_RESERVE_BYTES = 10 * 1024 * 1024
const FINAL_SAVE_MS = 10_000
const REFUSED_PACE: BackoffRange = { minMs: 2_000, maxMs: 60_000 }

type Pulled =
  | { readonly kind: 'page'; readonly page: Page; readonly loan: Loan }
  | { readonly kind: 'failed'; readonly failure: SlsFailure }
  | { readonly kind: 'stopped' }

/** Starts to forward a shard; `known` is a position this worker reached before, for a group that lost its own. */
export function startShard(shard: number, context: ShardContext, known: Cursor | undefined): ShardRunner {
  const { client, source, troubles, log } = context
  const meter = context.meter.shard(shard)
  const soft = new AbortController()
  const hard = new AbortController()
  const read = { work: 'read', shard } as const
  const send = { work: 'send', shard } as const
  const planner = createPlanner({
    project: source.project,
    logstore: source.logstore,
    shard,
    routes: source.routes,
    defaults: context.defaults,
    addMetadata: source.event.metadata,
  })
  const delivery = {
    encode: createEncode(planner),
    deliver: context.deliverFor(shard),
    buffers: context.buffers,
    meter,
    inOrder: source.inOrder,
  }
  let released: Release | undefined
  let state: ShardState = 'starting'
  let checkpoint: Checkpoint | undefined
  let oldestHeldAtSeconds: number | undefined

  function release(reason: Release): void {
    if (released !== undefined && RANK[released] >= RANK[reason]) return
    released = reason
    state = 'draining'
    soft.abort()
    if (reason === 'deadline' || reason === 'lost') hard.abort()
  }

  async function run(): Promise<void> {
    const start = await findStart({ client, shard, troubles, signal: soft.signal }, source.startFrom)
    if (!start) return
    const begin = start.stored === undefined && known !== undefined ? known : start.cursor
    checkpoint = createCheckpoint({
      client,
      shard,
      start: begin,
      stored: start.stored,
      intervalMs: source.checkpointIntervalMs,
      troubles,
      onLost: failure => {
        log.warn(`shard ${shard} is not ours any more: ${describeFailure(failure)}`, { shard })
        release('lost')
      },
    })
    log.info(`shard ${shard} taken`, { shard, from: begin })
    await forwardAndSave(checkpoint, start)
    log.info(`shard ${shard} released (${released ?? 'ended'})`, { shard, position: checkpoint.position() })
  }

  async function forwardAndSave(current: Checkpoint, start: Start): Promise<void> {
    const saving = new AbortController()
    const saved = current.keepSaving(saving.signal)
    try {
      await forward(current, start)
    } finally {
      saving.abort()
      await saved
      if (released !== 'lost') await current.flush(AbortSignal.timeout(FINAL_SAVE_MS))
      troubles.clear(read)
      troubles.clear(send)
    }
  }

  /** Reads one page ahead while one is delivered: the only queue there is. */
  async function forward(current: Checkpoint, start: Start): Promise<void> {
    let refusals = 0
    let position = current.position()
    let ahead: Promise<Pulled> | undefined
    try {
      while (!soft.signal.aborted) {
        const startedAt = performance.now()
        const pulled = await (ahead ?? pull(position))
        ahead = undefined
        if (pulled.kind === 'stopped') return
        if (pulled.kind === 'failed') {
          const next = await afterFailure(pulled.failure, position, { start, refusals: refusals++ })
          if (next === undefined) return
          position = next
          current.advance(next)
          continue
        }
        const { page, loan } = pulled
        if (soft.signal.aborted) return loan.release()
        // Saving while the last page is still under way is right: the checkpoint stays where that page began.
        if (!page.atEnd) ahead = pull(page.next)
        const delivered = await deliver(page, loan)
        if (!delivered) {
          await discard(ahead)
          ahead = undefined
          await sleep(backoffMs(refusals++, REFUSED_PACE), soft.signal)
          continue
        }
        refusals = 0
        position = page.next
        current.advance(position)
        if (page.atEnd) await rest(startedAt)
      }
    } finally {
      await discard(ahead)
    }
  }

  async function pull(cursor: Cursor): Promise<Pulled> {
    const reserve = Math.min(PULL_RESERVE_BYTES, context.budget.capacityBytes)
    const loan = await context.budget.take(reserve, soft.signal).catch(() => undefined)
    if (!loan) return { kind: 'stopped' }
    const call = (signal: AbortSignal) => client.pull(shard, cursor, signal)
    const result = await untilAnswered(call, {
      who: read,
      operation: 'reading',
      troubles,
      signal: soft.signal,
    })
    if (result?.kind !== 'ok') {
      loan.release()
      return result ?? { kind: 'stopped' }
    }
    loan.resize(result.value.data.length)
    meter.pulled(result.value.data.length)
    return { kind: 'page', page: result.value, loan }
  }

  async function deliver(page: Page, loan: Loan): Promise<boolean> {
    if (!soft.signal.aborted) state = 'reading'
    oldestHeldAtSeconds = page.groups > 0 ? page.receivedAtSeconds : oldestHeldAtSeconds
    try {
      const outcome = await deliverPage(page.data, delivery, hard.signal)
      if (outcome.kind === 'delivered') return true
      troubles.raise(read, corruptPage(shard, outcome.message))
      return false
    } catch (error) {
      if (!hard.signal.aborted) throw error
      return false
    } finally {
      loan.release()
    }
  }

  /** Caught up: the next pull begins one fetch interval after this one did. */
  async function rest(startedAt: number): Promise<void> {
    if (soft.signal.aborted) return
    state = 'caught-up'
    oldestHeldAtSeconds = undefined
    await sleep(Math.max(0, source.fetchIntervalMs - (performance.now() - startedAt)), soft.signal)
  }

  /** Where to go on, or undefined when the shard is not ours to read any more. */
  async function afterFailure(failure: SlsFailure, position: Cursor, { start, refusals }: Refusal) {
    if (failure.action !== 'cursor') {
      if (failure.action !== 'shard-gone') release('lost')
      log.warn(`shard ${shard} cannot be read: ${describeFailure(failure)}`, { shard })
      return undefined
    }
    const expiry = await examineRefused({ client, shard, troubles, signal: soft.signal }, position)
    if (expiry.kind === 'gone') return undefined
    if (expiry.kind === 'refused') {
      troubles.raise(read, refusedPosition(shard, position))
      await sleep(backoffMs(refusals, REFUSED_PACE), soft.signal)
      return position
    }
    const from = oldestHeldAtSeconds ?? start.savedAtSeconds
    const lostSeconds = from === undefined ? 0 : Math.max(0, expiry.oldestReceivedAtSeconds - from)
    meter.expired(lostSeconds)
    log.error(expiredMessage(shard, from, expiry.oldestReceivedAtSeconds), {
      shard,
      from: position,
      to: expiry.oldest,
    })
    return expiry.oldest
  }

  function lagSeconds(): number | undefined {
    if (state === 'caught-up') return 0
    return oldestHeldAtSeconds === undefined
      ? undefined
      : Math.max(0, Date.now() / 1_000 - oldestHeldAtSeconds)
  }

  return {
    shard,
    release,
    ended: run(),
    status() {
      const lag = lagSeconds()
      return {
        shard,
        state,
        inFlightEvents: meter.inFlightEvents(),
        ...(checkpoint && { position: checkpoint.position() }),
        ...(lag !== undefined && { lagSeconds: lag }),
      }
    },
  }
}

interface Refusal {
  readonly start: Start
  readonly refusals: number
}

async function discard(ahead: Promise<Pulled> | undefined): Promise<void> {
  const pulled = await ahead
  if (pulled?.kind === 'page') pulled.loan.release()
}

function corruptPage(shard: number, message: string) {
  return {
    code: 'sls-corrupt-page',
    text: `a page of shard ${shard} is corrupt: ${message}`,
    remedy: 'nothing if it passes: the page is read again; else look for a proxy that changes answers',
  }
}

function refusedPosition(shard: number, position: Cursor) {
  return {
    code: 'sls-InvalidCursor',
    text: `Log Service refuses the position of shard ${shard} (${position}) although it has not expired`,
    remedy: 'reset the checkpoint of the shard if it was set by hand or belongs to another logstore',
  }
}

function expiredMessage(shard: number, from: number | undefined, to: number): string {
  const iso = (seconds: number) => new Date(seconds * 1_000).toISOString()
  const range = from === undefined ? `before ${iso(to)}` : `between ${iso(from)} and ${iso(to)}`
  return `logs of shard ${shard} received ${range} have expired before they were read: raise the logstore's retention`
}
