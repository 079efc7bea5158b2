/** Every metric that is exported: what a scrape declares, and what docs/metrics.md lists. */

import { CONSUMERS } from './consumers.ts'
import { LOG_SERVICE } from './log-service.ts'
import type { Metric } from './metric.ts'
import { SERVICE } from './service.ts'
import { SHARDS } from './shards.ts'
import { SOURCES } from './sources.ts'
import { SPLUNK } from './splunk.ts'

/** By what they are about, under the titles of docs/metrics.md. */
export const GROUPS = {
  Shards: SHARDS,
  Consumers: CONSUMERS,
  Splunk: SPLUNK,
  'Log Service': LOG_SERVICE,
  Sources: SOURCES,
  Service: SERVICE,
} as const satisfies Readonly<Record<string, readonly Metric[]>>

export const CATALOGUE = Object.values(GROUPS).flat()

type Entry = (typeof CATALOGUE)[number]

export type NameOf<T extends Metric['type']> = Extract<Entry, { readonly type: T }>['name']

/** A value for each label of a metric. */
export type LabelsOf<N extends Entry['name']> = Readonly<
  Record<Extract<Entry, { readonly name: N }>['labels'][number], string>
>
