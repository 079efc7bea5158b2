/** What a run of the benchmark has written. */

import { readFileSync } from 'node:fs'
import { z } from 'zod'

const schema = z.object({
  at: z.string(),
  machine: z.object({ cpu: z.string(), cores: z.number(), memoryBytes: z.number(), node: z.string() }),
  runs: z.number(),
  seconds: z.number(),
  rows: z.array(
    z.object({ part: z.string(), name: z.string(), figures: z.record(z.string(), z.number().nullable()) }),
  ),
})

export type Results = z.infer<typeof schema>
export type ResultRow = Results['rows'][number]

export function readResults(file: string): Results {
  return schema.parse(JSON.parse(readFileSync(file, 'utf8')))
}
