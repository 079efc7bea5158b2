/** What surrounds an event on its way to Splunk: host, source, sourcetype and index, as templates fill them in. */

import type { EventMetadata, Template, TemplatePart } from '../../config/types.ts'
import type { GroupHeader } from './group.ts'

/** What templates can say. */
export interface EnvelopeContext {
  readonly project: string
  readonly logstore: string
  readonly shard: number
  /** `splunk.index` and its siblings. */
  readonly defaults: EventMetadata
}

/** The envelope's keys before `event`, in their order. */
export interface Envelope {
  readonly host: string
  readonly source: string
  readonly sourcetype: string
  readonly index: string
}

/** `routed`: what the route that matches says, before the defaults. */
export function envelopeOf(context: EnvelopeContext, group: GroupHeader, routed: EventMetadata): Envelope {
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

/** `"host":"…",…,`: one whose value is empty is left out. */
export function envelopeText(envelope: Envelope): string {
  const present = Object.entries(envelope).filter(([, text]) => text !== '')
  return present.map(([key, text]) => `"${key}":${JSON.stringify(text)},`).join('')
}

function render(template: Template | undefined, context: EnvelopeContext, group: GroupHeader): string {
  return (template ?? []).map(part => renderPart(part, context, group)).join('')
}

function renderPart(part: TemplatePart, context: EnvelopeContext, group: GroupHeader): string {
  if (part.kind === 'text') return part.text
  if (part.kind === 'tag') return group.tags.get(part.name) ?? ''
  if (part.name === 'topic' || part.name === 'source') return group[part.name]
  return String(context[part.name])
}
