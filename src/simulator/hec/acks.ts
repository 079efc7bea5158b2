/** Indexer acknowledgement: ids per channel, in the memory of one server. */

export interface AckChannels {
  /** The id of a stored request: 0, 1, 2 … on each channel. */
  readonly issue: (channel: string) => number
  /** `true` at most once for an id; `false` for what is not indexed yet, unknown, or was answered before. */
  readonly poll: (channel: string, ids: readonly number[]) => Record<string, boolean>
  /** From storing to `true`. Infinity: never. */
  readonly setDelayMs: (delayMs: number) => void
  /** As a restart does: all ids are gone, the next one is 0 again. */
  readonly forget: () => void
  readonly pending: () => number
}

interface Channel {
  nextId: number
  readonly storedAtMs: Map<number, number>
}

export function createAckChannels(initialDelayMs: number): AckChannels {
  const channels = new Map<string, Channel>()
  let delayMs = initialDelayMs
  const channelOf = (name: string) => {
    const known = channels.get(name) ?? { nextId: 0, storedAtMs: new Map() }
    channels.set(name, known)
    return known
  }
  return {
    issue: name => {
      const channel = channelOf(name)
      channel.storedAtMs.set(channel.nextId, performance.now())
      return channel.nextId++
    },
    poll: (name, ids) => {
      const { storedAtMs } = channelOf(name)
      return Object.fromEntries(ids.map(id => [id, takeWhenIndexed(storedAtMs, id, delayMs)]))
    },
    setDelayMs: ms => {
      delayMs = ms
    },
    forget: () => channels.clear(),
    pending: () => [...channels.values()].reduce((sum, { storedAtMs }) => sum + storedAtMs.size, 0),
  }
}

function takeWhenIndexed(storedAtMs: Map<number, number>, id: number, delayMs: number): boolean {
  const storedAt = storedAtMs.get(id)
  return storedAt !== undefined && performance.now() - storedAt >= delayMs && storedAtMs.delete(id)
}
