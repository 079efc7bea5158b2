/**
 * What happens to the logs of a group, decided once for each group: dropped by a route, or sent between a head and a
 * tail that are the same for all of them.
 */

import type { EventMetadata, Matcher, Pattern, Route, Template, TemplatePart } from '../../config/types.ts'
import type { GroupHeader } from './group.ts'

export type GroupPlan =
  | { readonly kind: 'drop' }
  | {
      readonly kind: 'send'
      /** What the events ask for; '' where they leave it to the token. */
      readonly index: string
      /** `"host":"…",…,"event":{` — what follows `{"time":…,`. */
      readonly head: Uint8Array
      /** `,"__topic__":"…",…}}` and a line end: what follows the fields of the log. */
      readonly tail: Uint8Array
      /** The same for a log without fields: no comma in front, and never an empty event. */
      readonly tailAlone: Uint8Array
      /** The metadata by name, for logs that have a field of such a name. */
      readonly metadata: ReadonlyMap<string, string>
    }

export interface PlanContext {
  readonly project: string
  readonly logstore: string
  readonly shard: number
  readonly routes: readonly Route[]
  /** `splunk.index` and its siblings. */
  readonly defaults: EventMetadata
  /** `event.metadata`. */
  readonly addMetadata: boolean
}

export type Planner = (group: GroupHeader) => GroupPlan

export function createPlanner(context: PlanContext): Planner {
  const routes = context.routes.map(compileRoute)
  return group => {
    const action = routes.find(route => route.matches(group))?.action
    if (action?.kind === 'drop') return { kind: 'drop' }
    return sendPlan(context, group, action?.metadata ?? {})
  }
}

function sendPlan(context: PlanContext, group: GroupHeader, routed: EventMetadata): GroupPlan {
  const metadata = metadataOf(group)
  const members = membersOf(metadata)
  const shown = context.addMetadata ? members : ''
  const envelope = envelopeOf(context, group, routed)
  return {
    kind: 'send',
    index: envelope.index,
    head: Buffer.from(`${textOf(envelope)}"event":{`),
    tail: Buffer.from(`${shown && `,${shown}`}}}\n`),
    // HEC refuses an empty event, so a log without fields carries its metadata even where they are not asked for.
    tailAlone: Buffer.from(`${members || '"__topic__":""'}}}\n`),
    metadata: context.addMetadata ? metadata : NONE,
  }
}

const NONE: ReadonlyMap<string, string> = new Map()

/** Empty topic and source are left out, as if they were not there. */
function metadataOf({ topic, source, tags }: GroupHeader): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>()
  if (topic !== '') metadata.set('__topic__', topic)
  if (source !== '') metadata.set('__source__', source)
  for (const [name, value] of tags) metadata.set(`__tag__:${name}`, value)
  return metadata
}

/** `"a":"1","b":"2"`, the inside of a JSON object. */
export function membersOf(entries: Iterable<readonly [string, string]>): string {
  return [...entries].map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')
}

/** The envelope's keys before `event`, in their order. */
interface Envelope {
  readonly host: string
  readonly source: string
  readonly sourcetype: string
  readonly index: string
}

function envelopeOf(context: PlanContext, group: GroupHeader, routed: EventMetadata): Envelope {
  const { defaults, project, logstore } = context
  const value = (key: keyof EventMetadata, builtIn: string) =>
    render(routed[key], context, group) || render(defaults[key], context, group) || builtIn
  return {
    host: value('host', group.source),
    source: value('source', `sls:${project}/${logstore}`),
    sourcetype: value('sourcetype', 'aliyun:sls'),
    index: value('index', ''),
  }
}

/** One whose value is empty is left out. */
function textOf(envelope: Envelope): string {
  const present = Object.entries(envelope).filter(([, text]) => text !== '')
  return present.map(([key, text]) => `"${key}":${JSON.stringify(text)},`).join('')
}

function render(template: Template | undefined, context: PlanContext, group: GroupHeader): string {
  return (template ?? []).map(part => renderPart(part, context, group)).join('')
}

function renderPart(part: TemplatePart, context: PlanContext, group: GroupHeader): string {
  if (part.kind === 'text') return part.text
  if (part.kind === 'tag') return group.tags.get(part.name) ?? ''
  if (part.name === 'topic' || part.name === 'source') return group[part.name]
  return String(context[part.name])
}

interface CompiledRoute {
  readonly action: Route['action']
  matches(group: GroupHeader): boolean
}

function compileRoute({ match, action }: Route): CompiledRoute {
  const tests = match.map(compileMatcher)
  return { action, matches: group => tests.every(test => test(group)) }
}

function compileMatcher({ on, patterns }: Matcher): (group: GroupHeader) => boolean {
  const tests = patterns.map(compilePattern)
  const textOf = (group: GroupHeader) =>
    on.kind === 'tag' ? (group.tags.get(on.name) ?? '') : group[on.kind]
  return group => {
    const value = textOf(group)
    return tests.some(test => test(value))
  }
}

function compilePattern(pattern: Pattern): (value: string) => boolean {
  if (pattern.kind === 'exact') return value => value === pattern.text
  const regex =
    pattern.kind === 'regex' ? new RegExp(pattern.source, pattern.flags) : globToRegex(pattern.glob)
  // A regex with g or y remembers where it stopped; search() starts at the front every time.
  return value => value.search(regex) >= 0
}

function globToRegex(glob: string): RegExp {
  const escaped = glob.replace(/[.+^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${escaped.replaceAll('*', '[^]*').replaceAll('?', '[^]')}$`, 'u')
}
