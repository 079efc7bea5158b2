/** The list `routes` of a source. */

import { z } from 'zod'
import { suggestion } from '../nearest.ts'
import { parsePattern } from '../pattern.ts'
import { type Complaint, type Presence, section } from '../section.ts'
import type { Matcher, Pattern, Route } from '../types.ts'
import { container, flag, listOf, oneOrMore, parsed } from '../values.ts'
import { METADATA_KEYS, metadataKeys, toMetadata } from './metadata.ts'

const MATCH_KEY = /^(topic|source|tag\..+)$/

export function routesSchema() {
  const route = section(keysOf(), toRoute, [{ reads: [], check: actionComplaints }])
  return listOf(route, 'a list of routes')
}

function keysOf() {
  return {
    match: container(
      z.record(matchKey(), oneOrMore(parsed('text or a list of texts', parsePattern)), mustMatch),
      {},
    )
      .prefault({})
      .describe(
        'All of topic, source and tag.NAME that stand here must match: exact text, a glob, /regex/, or a list. Empty: every log',
      ),
    drop: flag().prefault(false).describe('true: these logs are not sent'),
    ...metadataKeys(),
  }
}

const mustMatch = { error: 'must be a section with keys (topic, source, tag.NAME)' }

function matchKey() {
  const error = ({ input }: { readonly input?: unknown }) => {
    const tag = /\.(.+)/s.exec(String(input))?.[1] ?? 'NAME'
    return `unknown key${suggestion(String(input), ['topic', 'source', `tag.${tag}`])}`
  }
  return z.string().regex(MATCH_KEY, { error })
}

function actionComplaints(route: Presence): Complaint[] {
  const given = METADATA_KEYS.filter(key => route[key] !== undefined)
  if (route.drop === true)
    return given.map(key => ({ key, message: 'cannot stand beside drop: true; keep one of the two' }))
  const names = METADATA_KEYS.join(', ')
  return given.length === 0 ? [{ message: `does nothing; give it one of ${names}, or drop: true` }] : []
}

type RouteKeys = z.output<z.ZodObject<ReturnType<typeof keysOf>>>

function toRoute({ match, drop, ...metadata }: RouteKeys): Route {
  return {
    match: Object.entries(match).map(([key, patterns]) => toMatcher(key, [patterns].flat())),
    action: drop ? { kind: 'drop' } : { kind: 'send', metadata: toMetadata(metadata) },
  }
}

function toMatcher(key: string, patterns: readonly Pattern[]): Matcher {
  if (key === 'topic' || key === 'source') return { on: { kind: key }, patterns }
  return { on: { kind: 'tag', name: key.slice('tag.'.length) }, patterns }
}
