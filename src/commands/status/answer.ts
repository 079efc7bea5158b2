/** The service's answer, checked before it is used: another version may have written it. */

import { z } from 'zod'
import { plain } from '../terminal/words.ts'

/** A text on one line that cannot steer a terminal: far ends wrote much of it. */
const text = z.string().transform(plain)
const shards = z.array(z.number())
const seconds = z.number().nullable()

const reason = z.object({
  text,
  remedy: text,
  source: text,
  shards,
  endpoint: text.exactOptional(),
  tries: z.number(),
  since: text,
  needs_person: z.boolean(),
  runbook: text,
})

const consumer = z.object({
  name: text,
  state: z.enum(['starting', 'working', 'standby', 'draining', 'down']),
  restarts: z.number(),
  throughput_bytes_per_second: z.number(),
  cpu_ratio: z.number(),
  target_met: z.boolean().nullable(),
  memory_bytes: z.number(),
  shards,
})

const shard = z.object({
  shard: z.number(),
  owner: text,
  state: z.enum(['starting', 'reading', 'caught-up', 'draining', 'held']),
  throughput_bytes_per_second: z.number(),
  cpu_ratio: z.number(),
  lag_seconds: seconds,
  delivered_events: z.number(),
  dead_letter_events: z.number(),
  in_flight_events: z.number(),
  catch_up_seconds: seconds,
  retention_overrun_seconds: seconds,
})

const source = z.object({
  name: text,
  project: text,
  logstore: text,
  consumer_group: text,
  state: z.enum(['starting', 'ok', 'degraded', 'down', 'stopping', 'paused']),
  consumers: z.array(consumer),
  shards: z.array(shard),
})

const answer = z.object({
  version: text,
  instance: text,
  state: z.enum(['starting', 'ok', 'degraded', 'down', 'stopping']),
  summary: text,
  since: text,
  time: text,
  throughput_bytes_per_second: z.number(),
  delivered_events_per_second: z.number(),
  cpu_ratio: z.number(),
  lag_seconds: seconds,
  target: z.object({ bytes_per_second: z.number(), cpu_ratio: z.number() }),
  reasons: z.array(reason),
  advice: z.array(z.object({ text, source: text })),
  sources: z.array(source),
})

export type Answer = z.output<typeof answer>
export type AnswerSource = Answer['sources'][number]

/** Returns undefined for what is no status document that this version can read. */
export function readAnswer(body: unknown): Answer | undefined {
  return answer.safeParse(body).data
}
