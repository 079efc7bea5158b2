/** The first route that matches a group decides what becomes of its logs. */

import type { Matcher, Pattern, Route } from '../../config/types.ts'
import type { GroupHeader } from './group.ts'

/** Undefined where no route matches. */
export type Router = (group: GroupHeader) => Route['action'] | undefined

export function createRouter(routes: readonly Route[]): Router {
  const compiled = routes.map(compileRoute)
  return group => compiled.find(route => route.matches(group))?.action
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
