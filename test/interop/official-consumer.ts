/** A process with one consumer of the official Python SDK's consumer library. */

import { z } from 'zod'
import { type ScriptInput, startScript } from './official-sdk.ts'

export interface OfficialConsumer {
  /** Ids of the logs it has got so far, in its order. */
  ids(): string[]
  /** Ends as the library does when asked to: rejects when that fails. */
  stop(): Promise<void>
  /** Ends it where it stands. */
  kill(): Promise<void>
}

export interface ConsumerInput extends ScriptInput {
  readonly consumerGroup: string
  readonly consumer: string
}

const line = z.discriminatedUnion('type', [
  z.object({ type: z.literal('begins'), shard: z.int() }),
  z.object({ type: z.literal('logs'), shard: z.int(), ids: z.array(z.string()) }),
  z.object({ type: z.literal('ends'), shard: z.int() }),
])

export function startOfficialConsumer(input: ConsumerInput): OfficialConsumer {
  const { lines, stop, kill } = startScript('consume', input)
  return {
    ids: () =>
      lines.flatMap(each => {
        const said = line.parse(each)
        return said.type === 'logs' ? said.ids : []
      }),
    stop,
    kill,
  }
}
