/**
 * What happens to the logs of a group, decided once for each group: dropped by a route, or sent between a head and a
 * tail that are the same for all of them.
 */

import type { Route } from '../../config/types.ts'
import { type EnvelopeContext, envelopeOf, envelopeText } from './envelope.ts'
import type { GroupHeader } from './group.ts'
import { createRouter } from './routes.ts'

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
      readonly metadata: () => ReadonlyMap<string, string>
    }

export interface PlanContext extends EnvelopeContext {
  readonly routes: readonly Route[]
  /** `event.metadata`. */
  readonly addMetadata: boolean
}

export type Planner = (group: GroupHeader) => GroupPlan

export function createPlanner(context: PlanContext): Planner {
  const decide = createDecide(context)
  const membersOfTags = createTagMembers()
  return group => {
    const decision = decide(group)
    if (decision.kind === 'drop') return decision
    const { index, head } = decision
    const members = joined(decision.members, membersOfTags(group.tags))
    const metadata = () => (context.addMetadata ? metadataOf(group) : NONE)
    return { kind: 'send', index, head, ...tailsOf(members, context.addMetadata), metadata }
  }
}

const NONE: ReadonlyMap<string, string> = new Map()

type Decision =
  | { readonly kind: 'drop' }
  | {
      readonly kind: 'send'
      readonly index: string
      readonly head: Uint8Array
      /** Topic and source as members of the event. */
      readonly members: string
    }

/**
 * Groups of one topic and source follow each other by the thousand: what routes and templates make of them is
 * remembered, by these and by the tags that routes and templates look at.
 */
function createDecide(context: PlanContext): (group: GroupHeader) => Decision {
  const route = createRouter(context.routes)
  const tagNames = tagNamesIn(context)
  const keyOf = ({ topic, source, tags }: GroupHeader) =>
    unambiguous([topic, source, ...tagNames.map(name => tags.get(name) ?? '')])
  return remembering(keyOf, group => {
    const action = route(group)
    if (action?.kind === 'drop') return { kind: 'drop' }
    const envelope = envelopeOf(context, group, action?.metadata ?? {})
    const head = Buffer.from(`${envelopeText(envelope)}"event":{`)
    return { kind: 'send', index: envelope.index, head, members: membersOf(headerOf(group)) }
  })
}

/** No two lists give the same text. */
function unambiguous(values: readonly string[]): string {
  return values.map(value => `${value.length}:${value}`).join('')
}

function tagNamesIn({ routes, defaults }: PlanContext): readonly string[] {
  const matched = routes.flatMap(({ match }) => match.map(({ on }) => on))
  const shaping = [
    defaults,
    ...routes.flatMap(({ action }) => (action.kind === 'send' ? action.metadata : [])),
  ]
  const parts = shaping.flatMap(({ host, source, sourcetype, index }) =>
    [host, source, sourcetype, index].flatMap(template => template ?? []),
  )
  return [...new Set([...matched, ...parts].flatMap(each => (each.kind === 'tag' ? each.name : [])))]
}

/** Values are of groups, which may be different each time: most are worth keeping, and none is worth much memory. */
const MAX_REMEMBERED = 1_000
const MAX_KEY_LENGTH = 1_000

function remembering<Of, Value>(keyOf: (of: Of) => string, make: (of: Of) => Value): (of: Of) => Value {
  const known = new Map<string, Value>()
  return of => {
    const key = keyOf(of)
    const before = known.get(key)
    if (before !== undefined) return before
    const value = make(of)
    if (known.size >= MAX_REMEMBERED) known.clear()
    if (key.length <= MAX_KEY_LENGTH) known.set(key, value)
    return value
  }
}

/** `"__tag__:a":"1","__tag__:b":"2"`. Names are few and come again and again, values need not. */
function createTagMembers(): (tags: GroupHeader['tags']) => string {
  const nameText = remembering(
    (name: string) => name,
    name => `${JSON.stringify(tagField(name))}:`,
  )
  return tags => {
    let text = ''
    for (const [name, value] of tags) text = joined(text, nameText(name) + JSON.stringify(value))
    return text
  }
}

function joined(one: string, other: string): string {
  return one === '' || other === '' ? one + other : `${one},${other}`
}

function tailsOf(members: string, isShown: boolean) {
  if (isShown && members !== '') {
    const tail = Buffer.from(`,${members}}}\n`)
    return { tail, tailAlone: tail.subarray(1) }
  }
  // HEC refuses an empty event, so a log without fields carries its metadata even where they are not asked for.
  return { tail: END, tailAlone: Buffer.from(`${members || '"__topic__":""'}}}\n`) }
}

const END = Buffer.from('}}\n')

const tagField = (name: string) => `__tag__:${name}`

function metadataOf(group: GroupHeader): ReadonlyMap<string, string> {
  return new Map([
    ...headerOf(group),
    ...[...group.tags].map(([name, value]) => [tagField(name), value] as const),
  ])
}

/** Empty topic and source are left out, as if they were not there. */
function headerOf({ topic, source }: GroupHeader): readonly (readonly [string, string])[] {
  const header = [
    ['__topic__', topic],
    ['__source__', source],
  ] as const
  return header.filter(([, value]) => value !== '')
}

/** `"a":"1","b":"2"`, the inside of a JSON object. */
export function membersOf(entries: Iterable<readonly [string, string]>): string {
  return [...entries].map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')
}
