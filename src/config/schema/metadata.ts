/** The four envelope keys of a HEC event, as defaults and in routes. */

import type { z } from 'zod'
import { present } from '../present.ts'
import { parseIndexTemplate, parseTemplate } from '../template.ts'
import type { EventMetadata } from '../types.ts'
import { parsed } from '../values.ts'

const VARIABLES = '{topic}, {source}, {tag.NAME}, {project}, {logstore}, {shard}'

const template = (what: string) =>
  parsed('text', parseTemplate).describe(`${what}; may hold ${VARIABLES}`).optional()

/** The keys `index`, `sourcetype`, `source` and `host`. */
export const metadataKeys = () => ({
  index: parsed('an index name', parseIndexTemplate)
    .describe(`Index of the events, else the token's own; may hold ${VARIABLES}`)
    .optional(),
  sourcetype: template('Source type of the events, else aliyun:sls'),
  source: template('Source of the events, else sls:PROJECT/LOGSTORE'),
  host: template("Host of the events, else the log's source address"),
})

export const METADATA_KEYS = ['index', 'sourcetype', 'source', 'host'] as const

type MetadataKeys = z.output<z.ZodObject<ReturnType<typeof metadataKeys>>>

export function toMetadata({ index, sourcetype, source, host }: MetadataKeys): EventMetadata {
  return present({ index, sourcetype, source, host })
}
