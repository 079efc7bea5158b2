/**
 * One shard while this consumer holds it: find the start, read pages, deliver each, move the checkpoint, let go.
 * Nothing here ever moves the checkpoint past an event that Splunk does not have.
 */

import { type BackoffRange, backoffMs } from '../backoff.ts'
import type { Budget } from '../budget.ts'
import type { EventMetadata, SourceConfig } from '../config/types.ts'
import { clearMark, setMark } from '../marker.ts'
import type { ShardState, ShardStatus, Unconfirmed, Unsaved } from '../protocol.ts'
import type { SlsClient } from '../sls/client.ts'
import { describeFailure, type SlsFailure } from '../sls/errors.ts'
import type { Cursor } from '../sls/page.ts'
import type { Deliver } from '../splunk/deliver.ts'
import { sleep } from '../wait.ts'
import type { Buffers } from './buffers.ts'
import { type Checkpoint, createCheckpoint } from './checkpoint.ts'
import type { DeadLetterBox } from './dead-letters.ts'
import { deliverPage, type PageDelivery } from './deliver-page.ts'
import type { ShardDelivery } from './delivery.ts'
import { createEncode } from './encode/page-encoder.ts'
import { createPlanner, type Planner } from './encode/plan.ts'
import { type HeldPage, holdPage } from './held-page.ts'
import type { IsOurs } from './lease.ts'
import { type Announce, bury, buryGroup } from './letters.ts'
import type { WorkerLog } from './log.ts'
import type { Meter } from './meter.ts'
import { createPages } from './pages.ts'
import type { QuarantineList } from './quarantine.ts'
import { createReadAhead } from './read-ahead.ts'
import { findStart, recoverPosition, type Start } from './start.ts'
import type { Troubles } from './troubles.ts'

/** What every shard of a worker shares. */
export interface ShardContext {
  readonly client: SlsClient
  readonly source: SourceConfig
  readonly defaults: EventMetadata
  /** Delivery on behalf of a shard, so that its trouble is told apart from its neighbours'. */
  readonly deliverFor: (delivery: ShardDelivery) => Deliver
  readonly deadLetters: DeadLetterBox
  readonly announce: Announce
  readonly quarantine: QuarantineList
  readonly marker: SharedArrayBuffer
  readonly budget: Budget
  readonly buffers: Buffers
  readonly meter: Meter
  readonly troubles: Troubles
  readonly log: WorkerLog
  /** Longest time for delivering what is held of a shard that another consumer is to have. */
  readonly drainTimeoutMs: number
}

/**
 * Why a shard is let go, weakest first: a stronger reason wins over a weaker one. `stop` and `taken` let the page under
 * way finish; `deadline` and `lost` cut it short; after `lost` the shard may be somebody else's, so nothing is saved.
 */
export type Release = 'stop' | 'taken' | 'deadline' | 'lost'
const RANK: Readonly<Record<Release, number>> = { stop: 0, taken: 1, deadline: 2, lost: 3 }

export interface ShardRunner {
  readonly shard: number
  /** False when it is being let go already for this reason or a stronger one. */
  release(reason: Release): boolean
  /** Settles when nothing of the shard is under way any more; rejects only for a bug. */
  readonly ended: Promise<void>
  /** What of a page was given up when the shard was let go; undefined when nothing. */
  unfinished(): Unconfirmed | undefined
  /** Undefined when the server has its last position, or it never had one. */
  unsaved(): Unsaved | undefined
  status(): ShardStatus
}

const FINAL_SAVE_MS = 10_000
/** A pull and a delivery may take so long before a shard that was caught up counts as behind. */
const LAG_GRACE_MS = 5_000
const TRY_AGAIN: BackoffRange = { minMs: 2_000, maxMs: 60_000 }

/** What is known of one shard only. */
export interface ShardOwnership {
  /** A position that was reached before, for a group that has lost its own. */
  readonly known: () => Cursor | undefined
  readonly isOurs: IsOurs
}

/** Starts to forward a shard. */
export function startShard(
  shard: number,
  context: ShardContext,
  { known, isOurs }: ShardOwnership,
): ShardRunner {
  const { client, source, troubles, log } = context
  const meter = context.meter.shard(shard)
  const soft = new AbortController()
  const hard = new AbortController()
  const lost = new AbortController()
  const over = new AbortController()
  const parts = { client, shard, troubles, signal: soft.signal }
  const { quarantine, marker } = context
  const pages = createPages({ ...parts, budget: context.budget, meter, quarantine })
  const ahead = createReadAhead(pages)
  const planner = plannerOf(shard, context)
  const encode = createEncode(planner)
  const letters = {
    box: context.deadLetters,
    source: source.name,
    shard,
    planner,
    meter,
    troubles,
    announce: context.announce,
  }
  let released: Release | undefined
  let state: ShardState = 'starting'
  let checkpoint: Checkpoint | undefined
  let heldSinceSeconds: number | undefined
  let endSeenAt = 0
  let held: HeldPage | undefined
  let unfinished: Unconfirmed | undefined

  function release(reason: Release): boolean {
    if (released !== undefined && RANK[released] >= RANK[reason]) return false
    released = reason
    state = 'draining'
    soft.abort()
    if (reason === 'deadline' || reason === 'lost') {
      noteUnfinished()
      hard.abort()
    }
    if (reason === 'lost') lost.abort()
    if (reason === 'taken') void giveUpLater()
    return true
  }

  /** Of a page that is about to be given up: all of it will be read and sent again. */
  function noteUnfinished(): void {
    const [events, repeated] = [meter.inFlightEvents(), meter.settledOfPage()]
    const from = checkpoint?.position() ?? ''
    if (held && events + repeated > 0) unfinished = { shard, events, repeated, from, to: held.page.next }
  }

  /** Whoever is to have the shard next may be able to deliver what we cannot. */
  async function giveUpLater(): Promise<void> {
    await sleep(context.drainTimeoutMs, over.signal)
    if (!over.signal.aborted) release('deadline')
  }

  async function run(): Promise<void> {
    const start = await findStart(parts)
    if (!start) return
    const from = start.stored ?? known() ?? start.cursor
    const current = createCheckpoint({
      ...parts,
      start: from,
      stored: start.stored,
      onLost,
      isOurs,
      cut: hard.signal,
      intervalMs: source.checkpointIntervalMs,
    })
    checkpoint = current
    log.info(`shard ${shard} taken`, { shard, from })
    await forwardAndSave(current, start)
    log.info(`shard ${shard} released (${released ?? 'ended'})`, { shard, position: current.position() })
  }

  function onLost(failure: SlsFailure): void {
    log.warn(`shard ${shard} is not ours any more: ${describeFailure(failure)}`, { shard })
    release('lost')
  }

  async function forwardAndSave(current: Checkpoint, start: Start): Promise<void> {
    const saving = new AbortController()
    const saved = current.keepSaving(saving.signal)
    try {
      await forward(current, start)
    } finally {
      saving.abort()
      await saved
      // A shard may be lost while its last position is being saved: from then on nothing more is tried.
      await flushWithin(FINAL_SAVE_MS, current)
      for (const work of ['read', 'page', 'send', 'dead-letters'] as const) troubles.clear({ work, shard })
    }
  }

  /** `AbortSignal.timeout` would not do: nothing keeps it alive while no request is under way. */
  async function flushWithin(ms: number, current: Checkpoint): Promise<void> {
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(), ms)
    await current.flush(AbortSignal.any([late.signal, lost.signal]))
    clearTimeout(timer)
    if (released === 'lost' || current.saved() === current.position()) return
    log.warn(`the last position of shard ${shard} could not be saved: logs will be sent again`, { shard })
  }

  async function forward(current: Checkpoint, start: Start): Promise<void> {
    let failures = 0
    while (!soft.signal.aborted) {
      const startedAt = performance.now()
      const pulled = await ahead.next(current.position())
      if (pulled.kind === 'stopped') return
      if (pulled.kind === 'failed') {
        const goesOn = await recover(pulled.failure, current, { start, failures: failures++ })
        if (!goesOn) return
        continue
      }
      const next = pulled.page
      if (!next.atEnd) ahead.begin(next.next)
      const delivered = await deliver(holdPage(pulled, pages, source.query === undefined))
      if (delivered) {
        failures = 0
        unfinished = undefined
        for (const work of ['page', 'send', 'dead-letters'] as const) troubles.clear({ work, shard })
        // Only here: the page is delivered, and so is everything before it.
        current.advance(next.next)
        if (next.atEnd) await rest(startedAt)
      } else {
        await ahead.drop()
        await sleep(backoffMs(failures++, TRY_AGAIN), soft.signal)
      }
    }
    await ahead.drop()
  }

  /** False when the page is corrupt, could not be finished, or was cut short by a release. */
  async function deliver(delivering: HeldPage): Promise<boolean> {
    const { page } = delivering
    held = delivering
    meter.pageBegins()
    try {
      if (soft.signal.aborted) return false
      state = 'reading'
      if (page.groups > 0) heldSinceSeconds = page.receivedAtSeconds
      const isBuried = page.groups === 1 && quarantine.isBuried(shard, page.from)
      const outcome = isBuried
        ? await buryGroup(held, letters)
        : await deliverPage(held, deliveryOf(held), hard.signal)
      if (outcome.kind === 'corrupt')
        troubles.raise({ work: 'page', shard }, corruptPage(shard, outcome.message))
      return outcome.kind === 'delivered'
    } catch (error) {
      if (!hard.signal.aborted) throw error
      return false
    } finally {
      delivering.release()
      held = undefined
    }
  }

  function deliveryOf(delivering: HeldPage): PageDelivery {
    const { inOrder } = source
    const deliver = context.deliverFor({
      shard,
      inOrder,
      beforePost() {
        if (!isOurs()) hard.signal.throwIfAborted()
      },
      onRefused: refusal => bury(refusal, delivering, letters),
    })
    return {
      encode,
      deliver,
      buffers: context.buffers,
      meter,
      inOrder,
      ending: soft.signal,
      onHold: () => void ahead.drop(),
      onUnfinished: noteUnfinished,
      uninterrupted: work => marked(delivering.page, work),
    }
  }

  /** What is done in one go may be what kills the thread: then the supervisor finds the mark. */
  function marked<T>({ from, next, groups }: HeldPage['page'], work: () => T): T {
    setMark(marker, { shard, cursor: from, next, groups })
    const result = work()
    clearMark(marker)
    return result
  }

  /** Caught up: the next pull begins one fetch interval after this one did. */
  async function rest(startedAt: number): Promise<void> {
    if (soft.signal.aborted) return
    state = 'caught-up'
    endSeenAt = performance.now()
    heldSinceSeconds = undefined
    await sleep(source.fetchIntervalMs - (performance.now() - startedAt), soft.signal)
  }

  /** Whether reading goes on after a failure that trying again cannot mend. */
  async function recover(
    failure: SlsFailure,
    current: Checkpoint,
    { start, failures }: Attempt,
  ): Promise<boolean> {
    if (failure.action !== 'cursor') {
      log.warn(`shard ${shard} cannot be read: ${describeFailure(failure)}`, { shard })
      if (failure.action !== 'shard-gone') release('lost')
      return false
    }
    const readUntilSeconds = heldSinceSeconds ?? start.savedAtSeconds
    const recovered = await recoverPosition({ ...parts, meter, log, readUntilSeconds }, current.position())
    if (recovered.kind === 'gone') return false
    if (recovered.kind === 'expired') current.advance(recovered.oldest)
    else await sleep(backoffMs(failures, TRY_AGAIN), soft.signal)
    return true
  }

  function lagSeconds(): number | undefined {
    // Caught up is what a shard was at its last answer; when no more come, it falls behind.
    const silentMs = performance.now() - endSeenAt - source.fetchIntervalMs
    if (state === 'caught-up') return silentMs > LAG_GRACE_MS ? silentMs / 1_000 : 0
    return heldSinceSeconds === undefined ? undefined : Math.max(0, Date.now() / 1_000 - heldSinceSeconds)
  }

  return {
    shard,
    release,
    ended: run().finally(() => over.abort()),
    unfinished: () => unfinished,
    unsaved() {
      const [from, to] = [checkpoint?.saved() ?? '', checkpoint?.position() ?? '']
      return from === to ? undefined : { shard, from, to }
    },
    status() {
      const position = checkpoint?.position()
      const lag = lagSeconds()
      return {
        shard,
        state,
        inFlightEvents: meter.inFlightEvents(),
        ...(position !== undefined && { position }),
        ...(lag !== undefined && { lagSeconds: lag }),
      }
    },
  }
}

interface Attempt {
  readonly start: Start
  readonly failures: number
}

function plannerOf(shard: number, { source, defaults }: ShardContext): Planner {
  const { project, logstore, routes } = source
  return createPlanner({ project, logstore, shard, routes, defaults, addMetadata: source.event.metadata })
}

function corruptPage(shard: number, message: string) {
  return {
    code: 'sls-corrupt-page',
    text: `a page of shard ${shard} is corrupt: ${message}`,
    remedy: 'nothing if it passes: the page is read again; else look for a proxy that changes answers',
  }
}
