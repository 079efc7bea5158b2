import type { z } from 'zod'
import { type Refusal, refuse } from './refusal.ts'

/** The body of a request as JSON of a given shape; wrapped, because the value may be anything. */
export function parseBody<Value>(body: Buffer, shape: z.ZodType<Value>): { value: Value } | Refusal {
  const parsed = shape.safeParse(parseJson(body.toString()))
  if (parsed.success) return { value: parsed.data }
  return refuse('JsonInfoInvalid', `the body is not what the call asks for: ${parsed.error.message}`)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
