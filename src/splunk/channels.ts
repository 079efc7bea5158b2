/**
 * Request channels of one endpoint. Splunk counts acknowledgement ids for each channel from 0, in the memory of one
 * indexer: after a restart, or behind a load balancer, the same channel gives the same ids to other events. So that no
 * acknowledgement can ever be taken for another one's, a channel has one request at a time, and is used again only
 * after that request was acknowledged; when anything is odd it is never used again. Then whoever says "indexed" for a
 * channel means the one request that is open on it, whichever indexer says so.
 *
 * But for an earlier request of the channel that a proxy has sent to two indexers: the one that nobody asked still has
 * it to say. On a channel whose ids have always grown its ids are all below the new one, so it cannot be mistaken.
 */

import { randomUUID } from 'node:crypto'

export interface Channel {
  /** A GUID, as Splunk demands. */
  readonly id: string
  /** The last id that was given on it; -1 before the first. */
  readonly lastAckId: number
  /** Of which server's memory, as far as we know. */
  readonly epoch: number
}

export interface Channels {
  take(): Channel
  /**
   * Whether "indexed" for this id can only mean the request that it was given for. One that does not grow shows several
   * memories, or one that was lost: from then on a channel serves one request.
   */
  trusts(channel: Channel, ackId: number): boolean
  /** The request is acknowledged, and nothing about it was odd: the channel may serve the next one. */
  giveBack(channel: Channel, ackId: number): void
  /** The server may have forgotten what it knew: no channel that was used so far is used again. */
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
