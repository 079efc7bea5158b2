/** Options that are promised for a later version: refused by name, never ignored. A version that brings one deletes its row. */

import { isFilled } from './interpolate.ts'

export const NOT_AVAILABLE = 'not available in this version'

/** Variables of templates, by prefix. */
export const LATER_TEMPLATE_VARIABLES = ['field.']

export interface LaterOption {
  /** `*` is any key or list position, `field.*` any key that begins so. */
  readonly at: readonly string[]
  /** Asks for nothing that is not there: taken, without effect. */
  readonly accepts?: (value: unknown) => boolean
  /** This version knows the key, only not this value. */
  readonly known?: true
  readonly meanwhile: string
}

const is = (expected: boolean | string) => (value: unknown) =>
  isFilled(value) ? value.text === String(expected) : value === expected
const inEvent = (key: string) => ['sources', '*', 'event', key]

const WHOLE_EVENT = 'remove it: every event carries all fields of its log as JSON'

export const LATER_OPTIONS: readonly LaterOption[] = [
  {
    at: ['splunk', 'fallback_index'],
    meanwhile: 'remove it: events of a refused index hold their shard and are tried again',
  },
  {
    at: ['sources', '*', 'routes', '*', 'match', 'field.*'],
    meanwhile: 'match on topic, source or tag.NAME, or filter fields with query',
  },
  { at: inEvent('format'), accepts: is('json'), meanwhile: WHOLE_EVENT },
  { at: inEvent('raw_field'), meanwhile: WHOLE_EVENT },
  { at: inEvent('include'), meanwhile: 'remove it, or project fields on the server with query' },
  { at: inEvent('exclude'), meanwhile: 'remove it, or project fields away on the server with query' },
  { at: inEvent('parse_json'), meanwhile: 'remove it, and use spath in the search' },
  {
    at: inEvent('indexed_fields'),
    meanwhile: 'remove it: Splunk extracts the fields of JSON events at search time',
  },
  { at: inEvent('event_id'), accepts: is(false), meanwhile: 'remove it' },
]
