/** Indexer acknowledgement: ids per channel, in the memory of one server. */

export interface AckChannels {
  /** The id of a request that was taken: 0, 1, 2 … on each channel. */
  readonly issue: (channel: string, isIndexed: () => boolean) => number
  /** `true` at most once for an id; `false` for what is not indexed yet, unknown, or was answered before. */
  readonly poll: (channel: string, ids: readonly number[]) => Record<string, boolean>
  /** As a restart does: all ids are gone, the next one is 0 again. */
  readonly forget: () => void
  readonly pending: () => number
}

interface Channel {
  nextId: number
  /** Of each pending id: whether it is indexed. */
  readonly pending: Map<number, () => boolean>
}

export function createAckChannels(): AckChannels {
  const channels = new Map<string, Channel>()
  const channelOf = (name: string) => {
    const known = channels.get(name) ?? { nextId: 0, pending: new Map() }
    channels.set(name, known)
    return known
  }
  return {
    issue: (name, isIndexed) => {
      const channel = channelOf(name)
      channel.pending.set(channel.nextId, isIndexed)
      return channel.nextId++
    },
    poll: (name, ids) => {
      const { pending } = channelOf(name)
      return Object.fromEntries(ids.map(id => [id, takeWhenIndexed(pending, id)]))
    },
    forget: () => channels.clear(),
    pending: () => [...channels.values()].reduce((sum, { pending }) => sum + pending.size, 0),
  }
}

function takeWhenIndexed(pending: Map<number, () => boolean>, id: number): boolean {
  return pending.get(id)?.() === true && pending.delete(id)
}
