/** What the official Python SDK makes of a logstore: its flattened logs, with Python's types told apart. */

import { z } from 'zod'
import { runScript, type ScriptInput } from './official-sdk.ts'

const text = z.union([
  z.string(),
  z.object({ bytes: z.string() }).transform(({ bytes }) => Buffer.from(bytes, 'base64')),
])
const value = z.union([
  text,
  z.number(),
  z.object({ tuple: z.array(z.number()) }).transform(({ tuple }) => tuple),
])
const flatLogs = z.array(z.array(z.tuple([text, value])))
const line = z.object({
  shard: z.int(),
  plain: flatLogs,
  decoded: flatLogs,
  source: text,
  tagNames: z.array(z.tuple([z.string(), text])),
  times: z.array(z.tuple([z.int(), z.int()])),
  names: z.array(z.array(text)),
})

/** A string, or bytes where Python could not decode them. */
export type SdkText = z.infer<typeof text>
export type SdkValue = z.infer<typeof value>
/** The entries of the dict that the SDK makes of a log, in its order. */
export type FlatLog = readonly (readonly [name: SdkText, value: SdkValue])[]

export interface SdkLog {
  readonly plain: FlatLog
  /** With `decode_bytes`. */
  readonly decoded: FlatLog
  /** Of the protobuf itself, before flattening: */
  readonly seconds: number
  readonly nanoseconds: number
  readonly names: readonly SdkText[]
  readonly source: SdkText
  /** How each tag is called in the flat log, and its key. */
  readonly tagNames: ReadonlyMap<string, SdkText>
}

/** All logs of a logstore by group, shard by shard, in order. */
export async function readWithSdk(input: ScriptInput): Promise<SdkLog[][]> {
  const lines = await runScript('read', input)
  return lines.map(each => logsOf(line.parse(each)))
}

function logsOf({ plain, decoded, source, tagNames, times, names }: z.infer<typeof line>): SdkLog[] {
  return plain.map((flat, index) => ({
    plain: flat,
    decoded: decoded[index] ?? [],
    seconds: times[index]?.[0] ?? Number.NaN,
    nanoseconds: times[index]?.[1] ?? Number.NaN,
    names: names[index] ?? [],
    source,
    tagNames: new Map(tagNames),
  }))
}
