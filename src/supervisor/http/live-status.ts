/** Those who watch the status live, as server-sent events: one message a second, the same for all of them. */

import { PassThrough, type Readable } from 'node:stream'

export interface Watchers {
  /** What this watcher is to be sent, the first message at once; undefined when there are too many already. */
  add(): Readable | undefined
  /** Ends all streams; whoever watches is told by that. */
  close(): void
}

const MAX_WATCHERS = 32
const PERIOD_MS = 1_000
/** How soon a browser is back after the service was restarted. */
const PREAMBLE = ': one StatusDocument a second\nretry: 1000\n\n'

/** `text`, one line, is asked for once a second for all together, and only while somebody watches. */
export function createWatchers(text: () => string): Watchers {
  const streams = new Set<PassThrough>()
  let timer: NodeJS.Timeout | undefined

  const message = () => Buffer.from(`data: ${text()}\n\n`)

  /** A message that cannot be made ends the streams: a browser asks again, and is told why there is none. */
  function tell(): void {
    const bytes = attempt(message)
    if (!bytes) close()
    // Whoever reads slowly gets fewer messages, never a queue of old ones.
    for (const stream of streams) if (!stream.writableNeedDrain) stream.write(bytes)
  }

  function forget(stream: PassThrough): void {
    streams.delete(stream)
    if (streams.size > 0) return
    clearInterval(timer)
    timer = undefined
  }

  function close(): void {
    for (const stream of [...streams]) {
      stream.end()
      forget(stream)
    }
  }

  return {
    add() {
      if (streams.size >= MAX_WATCHERS) return undefined
      const first = message()
      const stream = new PassThrough()
      streams.add(stream)
      stream.once('close', () => forget(stream))
      stream.on('error', () => {})
      stream.write(PREAMBLE)
      stream.write(first)
      timer ??= setInterval(tell, PERIOD_MS)
      return stream
    },
    close,
  }
}

function attempt<T>(make: () => T): T | undefined {
  try {
    return make()
  } catch {
    return undefined
  }
}
