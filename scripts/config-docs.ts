/**
 * The reference of `config.yaml`, made from the schema that the program checks with. `npm run config-docs` writes
 * docs/configuration.md anew.
 */

import { writeFileSync } from 'node:fs'
import { configJsonSchema } from '../src/config/json-schema.ts'
import { LATER_OPTIONS } from '../src/config/later.ts'

interface Schema {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly enum?: readonly string[]
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
}

interface Row {
  readonly key: string
  readonly schema: Schema
  readonly required: boolean
}

const INTRODUCTION = `# config.yaml

Made by \`npm run config-docs\` from the schema that the program checks with. The README shows how the parts work
together; the shipped \`config.yaml\` shows most keys in place.

The file is YAML 1.2. Looked for as \`./config.yaml\`, then \`/etc/sls2splunk/config.yaml\`; \`--config FILE\` names another.
\`npx sls2splunk check --offline\` checks it and reports all problems at once, one line each with line and column.

- \`\${NAME}\` takes an environment variable, \`\${NAME:-default}\` gives it a default, \`$$\` is a literal \`$\`. Every value may
  hold variables, keys may not.
- duration: \`500ms\`, \`20s\`, \`5m\`, \`1h\`, \`1d\`. size: \`512KiB\`, \`1MiB\`, \`2MB\`.
- A key that ends in \`_file\` names a file, relative to the configuration; it is read at the start
  (\`splunk.token_file\` again whenever Splunk refuses the token). A key and its
  \`_file\` twin together are an error.
- \`config.schema.json\` beside the file lets editors complete and check it.
`

/** The text of docs/configuration.md. */
export function configDocs(): string {
  const root: Schema = JSON.parse(configJsonSchema())
  const entries = Object.entries(root.properties ?? {})
  const single = rowsOf({
    properties: Object.fromEntries(entries.filter(([, schema]) => !isSection(schema))),
  })
  const sections = entries.filter(([, schema]) => isSection(schema))
  return [
    INTRODUCTION,
    ...sections.map(([name, schema]) => sectionOf(name, schema)),
    `## Single keys\n\n${tableOf(single)}`,
    laterOf(),
  ].join('\n')
}

function isSection({ properties, items }: Schema): boolean {
  return properties !== undefined || items !== undefined
}

function sectionOf(name: string, schema: Schema): string {
  return `## ${name}\n\n${schema.description}.\n\n${tableOf(rowsOf(schema.items ?? schema))}`
}

/** Every key below a schema, with its path from there. */
function rowsOf({ properties = {}, required = [] }: Schema, path = ''): Row[] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const key = path + name
    const row = { key, schema, required: required.includes(name) }
    if (schema.items?.properties) return [row, ...rowsOf(schema.items, `${key}[].`)]
    return [row, ...rowsOf(schema, `${key}.`)]
  })
}

function tableOf(rows: readonly Row[]): string {
  const lines = rows.map(
    ({ key, schema, required }) =>
      `| \`${key}\` | ${valuesOf(schema)} | ${required ? 'required' : defaultOf(schema)} | ${escaped(schema.description ?? '')} |`,
  )
  return `${['| key | value | default | meaning |', '| --- | --- | --- | --- |', ...lines].join('\n')}\n`
}

function defaultOf({ default: value }: Schema): string {
  const isShown = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
  return isShown ? `\`${value}\`` : ''
}

/** In a word or two; the variant that stands for \`${NAME}\` is everywhere and left out. */
function valuesOf(schema: Schema): string {
  const variants = (schema.anyOf ?? [schema]).filter(({ pattern }) => pattern !== '\\$\\{')
  return [...new Set(variants.map(nameOf))].join(' or ')
}

function nameOf({ type, enum: words, pattern = '', minimum, maximum }: Schema): string {
  if (words) return words.map(word => `\`${word}\``).join(', ')
  if (pattern.includes('ms|s|m|h')) return 'duration'
  if (pattern.includes('KiB')) return 'size'
  if (type === 'boolean') return '`true`, `false`'
  if (type === 'integer') return `${minimum} to ${maximum}`
  if (type === 'array') return 'list'
  return type === 'object' ? 'mapping' : 'text'
}

function laterOf(): string {
  const named = LATER_OPTIONS.filter(({ at }) => at.at(-1) !== '*')
  const lines = named.map(({ at, meanwhile }) => `| \`${pathOf(at)}\` | ${escaped(meanwhile)} |`)
  return [
    '## Not available in this version',
    '',
    'These are refused by name, never ignored; a value that asks for nothing (`false`, one URL) is taken.',
    '',
    '| key | meanwhile |',
    '| --- | --- |',
    ...lines,
    '| `{field.NAME}` in a template | use `{topic}`, `{source}` or `{tag.NAME}` |',
    '',
  ].join('\n')
}

function pathOf(at: readonly string[]): string {
  return at.join('.').replaceAll('.*.', '[].').replace(/\*$/, 'NAME')
}

function escaped(text: string): string {
  return text.replaceAll(/[|*_]/g, '\\$&')
}

if (import.meta.main) writeFileSync(new URL('../docs/configuration.md', import.meta.url), configDocs())
