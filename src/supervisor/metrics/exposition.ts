/** The metrics of the catalogue as prom-client keeps them, and the two formats of a scrape. */

import { Counter, Gauge, Histogram, type OpenMetricsContentType, Registry } from 'prom-client'
import { CATALOGUE, type LabelsOf, type NameOf } from './catalogue/catalogue.ts'
import { exportedName } from './catalogue/metric.ts'
import { createSeriesList, type Labels } from './series.ts'

type CounterName = NameOf<'counter'>
type GaugeName = NameOf<'gauge'>
type HistogramName = NameOf<'histogram'>

export interface Exposition {
  count<N extends CounterName>(name: N, labels: LabelsOf<N>, amount: number): void
  /** Takes over a total that is counted elsewhere. */
  total<N extends CounterName>(name: N, labels: LabelsOf<N>, value: number): void
  observe<N extends HistogramName>(name: N, labels: LabelsOf<N>, values: readonly number[]): void
  set<N extends GaugeName>(name: N, labels: LabelsOf<N>, value: number): void
  /** Forgets what all gauges say; those without labels are 0 until they are set again. */
  clearGauges(): void
  /** Removes every series of a counter or histogram that has all these labels. */
  forget(labels: Labels): void
  render(accept: string | undefined): Promise<Scrape>
}

export interface Scrape {
  readonly text: string
  readonly contentType: string
}

const DURATION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

/** Declares every family of the catalogue. */
export function createExposition(): Exposition {
  const prometheus = new Registry()
  const openMetrics = new Registry<OpenMetricsContentType>()
  openMetrics.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
  const counters = new Map<string, Counter>()
  const gauges = new Map<string, Gauge>()
  const histograms = new Map<string, Histogram>()
  const series = createSeriesList()

  for (const metric of CATALOGUE) {
    const { name, type, help, labels: labelNames } = metric
    const options = { name: exportedName(metric), help, labelNames, registers: [prometheus, openMetrics] }
    if (type === 'counter') counters.set(name, new Counter(options))
    if (type === 'gauge') gauges.set(name, new Gauge(options))
    if (type === 'histogram') histograms.set(name, new Histogram({ ...options, buckets: DURATION_BUCKETS }))
  }

  return {
    count(name, labels, amount) {
      const counter = counters.get(name)
      counter?.inc(labels, amount)
      if (counter) series.keep(counter, labels)
    },
    total(name, labels, value) {
      const counter = counters.get(name)
      counter?.remove(labels)
      counter?.inc(labels, value)
    },
    observe(name, labels, values) {
      const histogram = histograms.get(name)
      for (const value of values) histogram?.observe(labels, value)
      if (histogram && values.length > 0) series.keep(histogram, labels)
    },
    set: (name, labels, value) => gauges.get(name)?.set(labels, value),
    clearGauges() {
      for (const gauge of gauges.values()) gauge.reset()
    },
    forget: series.forget,
    async render(accept) {
      const registry = accept?.includes('application/openmetrics-text') ? openMetrics : prometheus
      return { text: await registry.metrics(), contentType: registry.contentType }
    },
  }
}
