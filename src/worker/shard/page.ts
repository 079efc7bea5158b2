/**
 * What is done with one page after the other of a shard: it is delivered, or, when its only group ends workers, put
 * aside. Knows how much of a page is lost when it is cut short.
 */

import type { Cursor } from '../../sls/cursor.ts'
import { clearMark, keepMark, setMark } from '../../thread/marker.ts'
import type { Unconfirmed } from '../../thread/protocol.ts'
import { deliverPage, type PageDelivery } from '../deliver/deliver-page.ts'
import { bury, buryGroup } from '../deliver/refusals.ts'
import { createEncode } from '../encode/page-encoder.ts'
import { createPlanner, type Planner } from '../encode/plan.ts'
import type { HeldPage } from '../read/held-page.ts'
import type { ShardMeter } from '../report/meter.ts'
import type { ShardContext } from './context.ts'
import type { IsOurs } from './lease.ts'

export interface ShardPage {
  /** Ends with the page's memory given back. False: it is corrupt, could not be finished, or was cut short. */
  deliver(page: HeldPage): Promise<boolean>
  /** Of a page that is about to be given up: all of it will be read and sent again. */
  noteUnfinished(): void
  /** What of a page was given up and has not been delivered since; undefined when nothing. */
  unfinished(): Unconfirmed | undefined
}

export interface ShardPageParts {
  readonly shard: number
  readonly context: ShardContext
  readonly meter: ShardMeter
  readonly isOurs: IsOurs
  /** Where the shard stands: before the page that is delivered. */
  readonly position: () => Cursor
  /** Aborted when the shard is to be let go: the page under way is finished. */
  readonly ending: AbortSignal
  /** Aborted when it has to be let go at once. */
  readonly cut: AbortSignal
  /** Something of the page has to wait, so that what was read ahead only takes up room. */
  readonly onHold: () => void
}

export function createShardPage(parts: ShardPageParts): ShardPage {
  const { shard, context, meter, isOurs, ending, cut } = parts
  const { source, quarantine, troubles, marker, buffers, vector } = context
  const planner = plannerOf(shard, context)
  const encode = createEncode(planner, vector)
  const letters = {
    box: context.deadLetters,
    source: source.name,
    shard,
    planner,
    meter,
    troubles,
    announce: context.announce,
  }
  let current: HeldPage['page'] | undefined
  let unfinished: Unconfirmed | undefined
  /** Work on a page has thrown: the thread ends for it, also when the shard is to be let go at the same time. */
  let isBroken = false

  function noteUnfinished(): void {
    const [events, repeated] = [meter.inFlightEvents(), meter.settledOfPage()]
    if (!current || events + repeated === 0) return
    unfinished = { shard, events, repeated, from: parts.position(), to: current.next }
  }

  async function deliver(held: HeldPage): Promise<boolean> {
    current = held.page
    meter.pageBegins()
    try {
      const isDelivered = !ending.aborted && (await isSettled(held))
      if (isDelivered) unfinished = undefined
      return isDelivered
    } catch (error) {
      if (!cut.aborted || isBroken) throw error
      return false
    } finally {
      held.release()
      current = undefined
    }
  }

  async function isSettled(held: HeldPage): Promise<boolean> {
    const { groups, from } = held.page
    const isBuried = groups === 1 && quarantine.isBuried(shard, from)
    const outcome = isBuried ? await buryGroup(held, letters) : await deliverPage(held, deliveryOf(held), cut)
    if (outcome.kind === 'corrupt')
      troubles.raise({ work: 'page', shard }, corruptPage(shard, outcome.message))
    return outcome.kind === 'delivered'
  }

  function deliveryOf(held: HeldPage): PageDelivery {
    const { inOrder } = source
    const deliver = context.deliverFor({
      shard,
      inOrder,
      beforePost() {
        if (!isOurs()) cut.throwIfAborted()
      },
      onRefused: refusal => bury(refusal, held, letters),
    })
    return {
      encode,
      vector,
      deliver,
      buffers,
      meter,
      inOrder,
      ending,
      onHold: parts.onHold,
      onUnfinished: noteUnfinished,
      uninterrupted: work => marked(held.page, work),
    }
  }

  /** What is done in one go may be what kills the thread: then the supervisor finds the mark. */
  function marked<T>({ from, next, groups }: HeldPage['page'], work: () => T): T {
    setMark(marker, { shard, cursor: from, next, groups })
    try {
      const result = work()
      clearMark(marker)
      return result
    } catch (error) {
      isBroken = true
      keepMark(marker)
      throw error
    }
  }

  return { deliver, noteUnfinished, unfinished: () => unfinished }
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
