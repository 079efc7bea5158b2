/** The lines to the worker threads of one source: what is made of each message, and what is told to all of them. */

import type { Log } from '../../log/log.ts'
import { owned, sayBug } from '../../log/owned.ts'
import type { FromWorker, LogLine, Quarantined, ToWorker, WorkerStatus } from '../../thread/protocol.ts'
import { BAD_MESSAGE, MEMORY_LIMIT } from './exits.ts'
import type { Observer } from './observer.ts'

/** The worker at the other end of a line. */
export interface Sender {
  readonly consumer: string
  readonly memoryLimitBytes: number
  readonly reply: (answer: ToWorker) => void
  readonly kill: (why: string) => void
  /** To be called when the worker is ready. */
  readonly begun: () => void
}

export interface Lines {
  take(message: FromWorker, from: Sender): void
  /** Tells every worker that is ready. */
  tell(message: ToWorker): void
  /** The worker has ended. */
  close(consumer: string): void
}

export interface LinesParts {
  readonly source: string
  readonly observer: Observer
  readonly log: Log
  /** Where the shards stand, as far as is known. */
  readonly positions: () => ReadonlyMap<number, string>
  readonly quarantined: () => readonly Quarantined[]
  /** Called after the observer was told of a report. */
  readonly onReport: () => void
  readonly restoreGroup: () => Promise<void>
}

export function createLines(parts: LinesParts): Lines {
  const { source, observer, log } = parts
  const replies = new Map<string, Sender['reply']>()

  const tell = (message: ToWorker) => {
    for (const reply of replies.values()) reply(message)
  }
  const tellPositions = () => tell({ type: 'positions', positions: parts.positions() })

  function onReady({ consumer, reply, begun }: Sender): void {
    replies.set(consumer, reply)
    tellPositions()
    // Also what was added since the thread began: until now it could not be told.
    reply({ type: 'quarantine', entries: parts.quarantined() })
    begun()
  }

  function onReport({ consumer, memoryLimitBytes, kill }: Sender, report: WorkerStatus): void {
    observer.reported(source, consumer, report)
    parts.onReport()
    if (report.memoryBytes > memoryLimitBytes) kill(MEMORY_LIMIT)
  }

  function onLine({ consumer }: Sender, { level, message, fields }: LogLine): void {
    log.write(level, message, { source, consumer, ...fields })
  }

  function onGroupGone({ reply }: Sender): void {
    // Before the group is there again: a worker that gets a shard of it must not begin at the shard's beginning.
    tellPositions()
    const restored = parts.restoreGroup().then(() => reply({ type: 'group-restored' }))
    void owned(restored, `source ${source}: making its group again`, log)
  }

  function act(message: FromWorker, from: Sender): void {
    switch (message.type) {
      case 'ready':
        onReady(from)
        break
      case 'status':
        onReport(from, message.status)
        break
      case 'log':
        onLine(from, message.line)
        break
      case 'group-gone':
        onGroupGone(from)
        break
      case 'failed':
        // It is how the run ends: the one that runs the thread has taken it.
        break
      default:
        message satisfies never
    }
  }

  return {
    /** A message that this side stumbles over ends its worker, never the service. */
    take(message, from) {
      try {
        act(message, from)
      } catch (error) {
        sayBug(error, `${from.consumer}: taking its ${message.type} message`, log)
        from.kill(BAD_MESSAGE)
      }
    },
    tell,
    close: consumer => void replies.delete(consumer),
  }
}
