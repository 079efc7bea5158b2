/**
 * Request channels of one endpoint. Splunk counts acknowledgement ids for each channel from 0, in the memory of one
 * indexer. After a restart, or behind a load balancer, the same channel gives the same ids to other events. So that no
 * acknowledgement is ever taken for another request's, a channel has one request at a time. It is used again only after
 * that request was acknowledged, and never after something odd. Then "indexed" on a channel means the one request that is
 * open on it, whichever indexer says so.
 *
 * One exception: a proxy has sent an earlier request of the channel to two indexers, and only one of them was asked. The
 * other can still say "indexed". On a channel whose ids have always grown its ids are all below the new one, so it cannot
 * be mistaken.
 */

import { randomUUID } from 'node:crypto'

export interface Channel {
  /** A GUID, as Splunk demands. */
  readonly id: string
  /** The last id that Splunk gave on it; -1 before the first. */
  readonly lastAckId: number
  /** Counts the times when the server may have lost its memory before the channel was made. */
  readonly epoch: number
}

export interface Channels {
  take(): Channel
  /**
   * Says whether "indexed" for this id can only mean the request that it was given for. An id that does not grow shows
   * several memories, or a lost one: from then on each channel serves one request.
   */
  trusts(channel: Channel, ackId: number): boolean
  /** Gives a channel back whose request was acknowledged with nothing odd about it: the next request may use it. */
  giveBack(channel: Channel, ackId: number): void
  /** Gives up every channel that was used so far: the server may have lost its memory. */
  rotate(): void
}

export function createChannels(): Channels {
  let idle: Channel[] = []
  let epoch = 0
  let servesAgain = true
  return {
    take: () => idle.pop() ?? { id: randomUUID(), lastAckId: -1, epoch },
    trusts(channel, ackId) {
      if (ackId > channel.lastAckId) return true
      servesAgain = false
      idle = []
      return false
    },
    giveBack(channel, ackId) {
      if (channel.epoch === epoch && servesAgain) idle.push({ ...channel, lastAckId: ackId })
    },
    rotate() {
      idle = []
      epoch++
    },
  }
}
