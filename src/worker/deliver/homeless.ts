/** Events that Splunk refuses and the dead letters have no room for: asking Splunk about each again makes no room. */

/** The homeless events of one page, over all its rounds. */
export interface Homeless {
  startRound(): HomelessRound
}

export interface HomelessRound {
  /** True when this round may deliver the event: any that is not homeless, and only a few of those that are. */
  mayTry(number: number): boolean
  /** Adds events that Splunk has refused and the dead letters had no room for. */
  add(numbers: readonly number[]): void
  /** Sets how many the next round may try: twice as many as this one, or a single one when this one found no room. */
  end(): void
}

export function createHomeless(): Homeless {
  const homeless = new Set<number>()
  let limit = 1
  return {
    startRound() {
      const tried = new Set<number>()
      let hasRoom = true
      return {
        mayTry(number) {
          // The encoder may ask twice about a log: the second time when it did not fit into the body before.
          if (!homeless.has(number) || tried.has(number)) return true
          if (tried.size >= limit) return false
          tried.add(number)
          return true
        },
        add(numbers) {
          for (const number of numbers) homeless.add(number)
          hasRoom = false
        },
        end() {
          limit = hasRoom ? limit * 2 : 1
        },
      }
    },
  }
}
