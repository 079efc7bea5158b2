/** Templates such as `sls:{project}/{logstore}`. */

import { ok, type Parsed, wrong } from '../base/parsed.ts'
import { LATER_TEMPLATE_VARIABLES, NOT_AVAILABLE } from './later.ts'
import { suggestion } from './nearest.ts'
import type { Template, TemplatePart } from './types.ts'

const VARIABLES = ['topic', 'source', 'project', 'logstore', 'shard'] as const
const TOKEN = /\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+/g

/** `{NAME}` is a variable, `{{` and `}}` are braces. */
export function parseTemplate(text: string): Parsed<Template> {
  const parts: TemplatePart[] = []
  for (const [token, name] of text.matchAll(TOKEN)) {
    const part = name === undefined ? parseText(token) : parseVariable(name)
    if (part.kind === 'wrong') return part
    append(parts, part.value)
  }
  return ok(parts)
}

/** As `parseTemplate`, for index names: what is written of one is not blank and holds no white space. */
export function parseIndexTemplate(text: string): Parsed<Template> {
  return /\s/.test(text) ? wrong('must be an index name, which holds no white space') : parseTemplate(text)
}

function parseText(token: string): Parsed<TemplatePart> {
  if (token === '{' || token === '}')
    return wrong(`has a single ${token}; write ${token}${token} for a brace`)
  return ok({ kind: 'text', text: token === '{{' ? '{' : token === '}}' ? '}' : token })
}

function parseVariable(name: string): Parsed<TemplatePart> {
  const later = LATER_TEMPLATE_VARIABLES.find(prefix => name.startsWith(prefix))
  if (later !== undefined)
    return wrong(`{${later}NAME} is ${NOT_AVAILABLE}; use {topic}, {source} or {tag.NAME}`)
  if (name.startsWith('tag.') && name.length > 4) return ok({ kind: 'tag', name: name.slice(4) })
  const known = VARIABLES.find(variable => variable === name)
  if (known !== undefined) return ok({ kind: 'variable', name: known })
  return wrong(`has an unknown variable {${name}}${suggestion(name, [...VARIABLES, 'tag.NAME'])}`)
}

/** Neighbouring texts are one. */
function append(parts: TemplatePart[], part: TemplatePart): void {
  const last = parts.at(-1)
  if (last?.kind === 'text' && part.kind === 'text')
    parts[parts.length - 1] = { kind: 'text', text: last.text + part.text }
  else parts.push(part)
}
