/** Rules that make a simulated far end misbehave: which request, from which one on, how often. */

export interface FaultLimits {
  /** Matching requests that pass before the first one is hit. Default 0. */
  readonly after?: number
  /** How many are hit. Default: all, until the rule is removed. */
  readonly times?: number
}

export interface FaultHandle {
  /** Requests that were hit so far. */
  hits(): number
  remove(): void
}

export interface FaultBook<Rule, Facts> {
  add(rule: Rule): FaultHandle
  /** The first rule that hits this request, which counts it. */
  take(facts: Facts): Rule | undefined
  clear(): void
}

interface Entry<Rule> {
  readonly rule: Rule
  seen: number
  hits: number
}

export function createFaultBook<Rule extends FaultLimits, Facts>(
  matches: (rule: Rule, facts: Facts) => boolean,
): FaultBook<Rule, Facts> {
  const entries = new Set<Entry<Rule>>()
  return {
    add: rule => {
      const entry = { rule, seen: 0, hits: 0 }
      entries.add(entry)
      return { hits: () => entry.hits, remove: () => void entries.delete(entry) }
    },
    take: facts => [...entries].find(entry => matches(entry.rule, facts) && strike(entry))?.rule,
    clear: () => entries.clear(),
  }
}

function strike<Rule extends FaultLimits>(entry: Entry<Rule>): boolean {
  const { after = 0, times = Number.POSITIVE_INFINITY } = entry.rule
  entry.seen += 1
  if (entry.seen <= after || entry.hits >= times) return false
  entry.hits += 1
  return true
}
