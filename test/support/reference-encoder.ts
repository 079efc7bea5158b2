/**
 * What the events of a page must be, written for reading and not for speed: every message decoded, every text a string,
 * every rule of the event's shape one line. The encoder that runs is compared with it.
 */

import type { EventMetadata, Matcher, Pattern, Template, TemplatePart } from '../../src/config/types.ts'
import { decodeLogGroupList, type KeyValue, type Log, type LogGroup } from '../../src/simulator/wire.ts'
import type { PlanContext } from '../../src/worker/encode/plan.ts'

interface Group {
  readonly topic: string
  readonly source: string
  readonly tags: ReadonlyMap<string, string>
}

/**
 * For each group of the page the JSON text of its events, in order and without line ends; undefined for a group that a
 * route drops. Every log must have its time, as Log Service requires.
 */
export function referenceEvents(page: Uint8Array, rules: PlanContext): (readonly string[] | undefined)[] {
  return decodeLogGroupList(page).map(encoded => {
    const group = groupOf(encoded)
    const action = rules.routes.find(route => route.match.every(matcher => matches(matcher, group)))?.action
    if (action?.kind === 'drop') return undefined
    return encoded.logs.map(log => eventOf(log, group, { rules, routed: action?.metadata ?? {} }))
  })
}

function groupOf({ topic, source, tags }: LogGroup<Buffer>): Group {
  return { topic: text(topic), source: text(source), tags: textMap(tags) }
}

interface Routing {
  readonly rules: PlanContext
  readonly routed: EventMetadata
}

function eventOf(log: Log<Buffer>, group: Group, { rules, routed }: Routing): string {
  const value = (key: keyof EventMetadata, builtIn: string) =>
    render(routed[key], rules, group) || render(rules.defaults[key], rules, group) || builtIn
  const metadata = {
    host: value('host', group.source),
    source: value('source', `sls:${rules.project}/${rules.logstore}`),
    sourcetype: value('sourcetype', 'aliyun:sls'),
    index: value('index', ''),
  }
  return object([
    ['time', timeOf(log)],
    ...Object.entries(metadata)
      .filter(([, text]) => text !== '')
      .map(([key, text]) => [key, JSON.stringify(text)] as const),
    ['event', object(textEntries(fieldsOf(log, group, rules.addMetadata)))],
  ])
}

function timeOf({ timeSeconds, timeNs = 0 }: Log<Buffer>): string {
  const hasFraction = timeNs > 0 && timeNs <= 999_999_999
  return hasFraction ? `${timeSeconds}.${String(timeNs).padStart(9, '0')}` : String(timeSeconds)
}

/** The fields, then what of the metadata no field is called like; an event that would be empty gets its metadata. */
function fieldsOf(log: Log<Buffer>, group: Group, addMetadata: boolean): Map<string, string> {
  const fields = textMap(log.contents)
  if (addMetadata || fields.size === 0) {
    for (const [name, value] of metadataOf(group)) if (!fields.has(name)) fields.set(name, value)
  }
  return fields.size === 0 ? new Map([['__topic__', '']]) : fields
}

function metadataOf({ topic, source, tags }: Group): [string, string][] {
  return [
    ...(topic === '' ? [] : [['__topic__', topic] satisfies [string, string]]),
    ...(source === '' ? [] : [['__source__', source] satisfies [string, string]]),
    ...[...tags].map(([name, value]): [string, string] => [`__tag__:${name}`, value]),
  ]
}

function matches({ on, patterns }: Matcher, group: Group): boolean {
  const value = on.kind === 'tag' ? (group.tags.get(on.name) ?? '') : group[on.kind]
  return patterns.some(pattern => fits(pattern, value))
}

function fits(pattern: Pattern, value: string): boolean {
  if (pattern.kind === 'exact') return value === pattern.text
  if (pattern.kind === 'regex') return new RegExp(pattern.source, pattern.flags).test(value)
  return fitsGlob([...pattern.glob], [...value])
}

function fitsGlob([first, ...glob]: readonly string[], value: readonly string[]): boolean {
  if (first === undefined) return value.length === 0
  if (first === '*')
    return fitsGlob(glob, value) || (value.length > 0 && fitsGlob(['*', ...glob], value.slice(1)))
  return value.length > 0 && (first === '?' || first === value[0]) && fitsGlob(glob, value.slice(1))
}

function render(template: Template | undefined, rules: PlanContext, group: Group): string {
  return (template ?? []).map(part => renderPart(part, rules, group)).join('')
}

function renderPart(part: TemplatePart, rules: PlanContext, group: Group): string {
  if (part.kind === 'text') return part.text
  if (part.kind === 'tag') return group.tags.get(part.name) ?? ''
  return String({ ...rules, ...group }[part.name])
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

function text(bytes: Uint8Array = new Uint8Array()): string {
  return decoder.decode(bytes)
}

/** Of several values of a key the last one counts, at the place of the first. */
function textMap(pairs: readonly KeyValue<Buffer>[]): Map<string, string> {
  return new Map(pairs.map(({ key, value }) => [text(key), text(value)]))
}

function textEntries(texts: ReadonlyMap<string, string>) {
  return [...texts].map(([key, value]) => [key, JSON.stringify(value)] as const)
}

/** Not an object of JavaScript, which would put keys such as `10` first and lose `__proto__`. */
function object(entries: readonly (readonly [string, string])[]): string {
  return `{${entries.map(([key, json]) => `${JSON.stringify(key)}:${json}`).join(',')}}`
}
