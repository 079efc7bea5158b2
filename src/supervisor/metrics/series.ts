/** Series by the labels that were set, so that those of something that is gone can be removed. */

export type Labels = Readonly<Record<string, string>>

/** A metric of which single series can be removed. */
export interface Removable {
  remove(labels: Labels): void
}

export interface SeriesList {
  /** Remembers a series; one that is known already stays as it is. */
  keep(metric: Removable, labels: Labels): void
  /** Removes every series that has all these labels, of whichever metric. */
  forget(labels: Labels): void
}

export function createSeriesList(): SeriesList {
  const known = new Map<Removable, Map<string, Labels>>()
  return {
    keep(metric, labels) {
      const series = known.get(metric) ?? new Map<string, Labels>()
      known.set(metric, series)
      series.set(JSON.stringify(labels), labels)
    },
    forget(labels) {
      const wanted = Object.entries(labels)
      for (const [metric, series] of known)
        for (const [key, each] of series)
          if (wanted.every(([label, value]) => each[label] === value)) {
            metric.remove(each)
            series.delete(key)
          }
    },
  }
}
