/** The JSON Schema of `config.yaml`, by which editors complete and check it. */

import { z } from 'zod'
import { filesOf } from './files.ts'
import { configSchema } from './schema/config.ts'

type Json = Readonly<Record<string, unknown>>

/** Made from the schema that the program itself checks with; the text of `config.schema.json`. */
export function configJsonSchema(): string {
  const around = {
    file: '',
    files: filesOf(''),
    instance: '',
    stateDirectory: '',
    logFormat: 'json',
  } as const
  const { $schema, ...schema } = z.toJSONSchema(configSchema(around), { io: 'input' })
  const titled = { $schema, title: 'config.yaml of sls2splunk', ...Object(allowVariables(schema)) }
  return `${JSON.stringify(titled, undefined, 2)}\n`
}

/** Keywords whose subschemas stand for values; `propertyNames` stands for keys, which take no variables. */
const NESTED = new Set(['properties', 'additionalProperties', 'items', 'anyOf'])

/** Every single value may be `${NAME}` as well, whatever its type. */
function allowVariables(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(allowVariables)
  if (!isObject(schema)) return schema
  const nested = Object.fromEntries(
    Object.entries(schema).map(([keyword, value]) => [
      keyword,
      NESTED.has(keyword) ? descend(keyword, value) : value,
    ]),
  )
  return isNarrow(schema) ? orVariable(nested) : nested
}

function descend(keyword: string, value: unknown): unknown {
  if (keyword !== 'properties' || !isObject(value)) return allowVariables(value)
  return Object.fromEntries(Object.entries(value).map(([key, schema]) => [key, allowVariables(schema)]))
}

function isNarrow(schema: Json): boolean {
  return 'enum' in schema || 'pattern' in schema || ['integer', 'boolean'].includes(String(schema.type))
}

function orVariable({ description, default: value, ...narrow }: Json): Json {
  return {
    ...(description === undefined ? {} : { description }),
    ...(value === undefined ? {} : { default: value }),
    anyOf: [narrow, { type: 'string', pattern: '\\$\\{' }],
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
