/** Where a metric is registered: the two formats of a scrape. */

import type { OpenMetricsContentType, Registry } from 'prom-client'

export type Registers = (Registry | Registry<OpenMetricsContentType>)[]
