/**
 * Request channels of one endpoint. Splunk counts acknowledgement ids for each channel from 0, in the memory of one
 * indexer: after a restart, or behind a load balancer, the same channel gives the same ids to other events. So that no
 * acknowledgement can ever be taken for another one's, a channel has one request at a time, and is used again only
 * after that request was acknowledged; when anything is odd it is never used again. Then whoever says "indexed" for a
 * channel means the one request that is open on it, whichever indexer says so.
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
  /** The request is acknowledged, and nothing about it was odd: the channel may serve the next one. */
  giveBack(channel: Channel, ackId: number): void
  /** The server may have forgotten what it knew: no channel that was used so far is used again. */
  rotate(): void
}

export function createChannels(): Channels {
  let idle: Channel[] = []
  let epoch = 0
  return {
    take: () => idle.pop() ?? { id: randomUUID(), lastAckId: -1, epoch },
    giveBack(channel, ackId) {
      // An id that does not grow is another indexer's, or of one that has been started anew.
      if (channel.epoch === epoch && ackId > channel.lastAckId) idle.push({ ...channel, lastAckId: ackId })
    },
    rotate() {
      idle = []
      epoch++
    },
  }
}
