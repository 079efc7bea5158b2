/**
 * One page after the other of a shard: each is delivered, or becomes a dead letter unread when its only group ends
 * workers.
 */

import type { Unconfirmed } from '../../thread/protocol.ts'
import { deliverPage, type PageOutcome } from '../deliver/deliver-page.ts'
import { bury, buryGroup } from '../deliver/refusals.ts'
import { createEncode } from '../encode/page-encoder.ts'
import { createPlanner, type Planner } from '../encode/plan.ts'
import type { HeldPage } from '../read/held-page.ts'
import type { ShardMeter } from '../report/meter.ts'
import type { ShardContext } from './context.ts'
import type { Claim } from './lease.ts'
import { createMarking, type Marking } from './marking.ts'
import type { Tenure } from './tenure.ts'
import { createUnfinished } from './unfinished.ts'

export interface ShardPage {
  /** Delivers the page and releases it. False when it is corrupt, could not be finished, or was cut short. */
  deliver(page: HeldPage): Promise<boolean>
  /** Notes what of the page under way will be read and sent again: it is about to be given up. */
  noteUnfinished(): void
  /** Returns what of a page was given up and has not been delivered since; undefined when nothing. */
  unfinished(): Unconfirmed | undefined
}

/** The kinds of work on a page that can be in trouble: over when a page is delivered. */
export const PAGE_WORK = ['page', 'send', 'dead-letters'] as const

export interface ShardPageParts {
  readonly shard: number
  readonly context: ShardContext
  readonly meter: ShardMeter
  readonly claim: Claim
  readonly tenure: Tenure
  /** Called before events of the page wait: what was read ahead only takes up room. */
  readonly onHold: () => void
}

export function createShardPage(parts: ShardPageParts): ShardPage {
  const { shard, context, tenure } = parts
  const { troubles } = context
  const unfinished = createUnfinished(shard, parts.meter)
  const marking = createMarking(shard, context.marker)
  const settle = createSettle(parts, marking, unfinished.note)

  async function isSettled(held: HeldPage): Promise<boolean> {
    const outcome = await settle(held)
    if (outcome.kind === 'corrupt')
      troubles.raise({ work: 'page', shard }, corruptPage(shard, outcome.message))
    return outcome.kind === 'delivered'
  }

  return {
    async deliver(held) {
      unfinished.begin(held.page)
      try {
        const isDelivered = !tenure.ending.aborted && (await isSettled(held))
        if (isDelivered) {
          unfinished.forget()
          for (const work of PAGE_WORK) troubles.clear({ work, shard })
        }
        return isDelivered
      } catch (error) {
        if (!tenure.cut.aborted || marking.isBroken()) throw error
        return false
      } finally {
        held.release()
        unfinished.end()
      }
    },
    noteUnfinished: unfinished.note,
    unfinished: unfinished.noted,
  }
}

type Settle = (held: HeldPage) => Promise<PageOutcome>

/** Makes the one way in which all pages of a shard are settled. */
function createSettle(parts: ShardPageParts, marking: Marking, onUnfinished: () => void): Settle {
  const { shard, context, meter, claim, onHold } = parts
  const { ending, cut } = parts.tenure
  const { source, quarantine, troubles, announce, buffers, vector, deliverFor } = context
  const { inOrder } = source
  const planner = plannerOf(shard, context)
  const encode = createEncode(planner, vector)
  const letters = { box: context.deadLetters, source: source.name, shard, planner, meter, troubles, announce }
  const ofShard = { encode, vector, buffers, meter, inOrder, ending, onHold, onUnfinished }

  /**
   * Throws when the shard is no longer ours. After the process stood still, a request may be about to go out before any
   * timer fires: it asks, hears that the lease is over, and tells the consumer; the consumer releases every shard, which
   * aborts `cut` of this one; so the request is never made.
   */
  function beforePost(): void {
    if (claim.isOurs()) return
    claim.onLapsed()
    cut.throwIfAborted()
  }

  return held => {
    const { groups, from } = held.page
    if (groups === 1 && quarantine.isBuried(shard, from)) return buryGroup(held, letters)
    const onRefused = (refusal: Parameters<typeof bury>[0]) => bury(refusal, held, letters)
    const deliver = deliverFor({ shard, inOrder, beforePost, onRefused })
    const uninterrupted = <T>(work: () => T) => marking.run(held.page, work)
    return deliverPage(held, { ...ofShard, deliver, uninterrupted }, cut)
  }
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
