/** The clock of this machine and that of Log Service are far apart: requests are refused for their time. */

import { readAgain } from './support/bounds.ts'
import { byItself, type Scenario, scenarios } from './support/scenario.ts'
import { notReady } from './support/splunk.ts'
import { delivered } from './support/waits.ts'

const MINUTE_MS = 60_000
const OFFSETS = [
  { case: '20 minutes ahead', ms: 20 * MINUTE_MS },
  { case: '20 minutes behind', ms: -20 * MINUTE_MS },
  { case: 'a day ahead', ms: 1_440 * MINUTE_MS },
  { case: 'a day behind', ms: -1_440 * MINUTE_MS },
]

function movableClock() {
  let offsetMs = 0
  return {
    nowMs: () => Date.now() + offsetMs,
    setOffset(ms: number) {
      offsetMs = ms
    },
  }
}

function fromTheStart(offset: (typeof OFFSETS)[number]): Scenario {
  const clock = movableClock()
  return {
    fault: 'the clock is off by 20 minutes or a day when the service starts, either way',
    case: offset.case,
    world: { sls: { wallClock: clock } },
    before: () => clock.setOffset(offset.ms),
    strikesWhen: 'starting',
    async strike({ far }) {
      await delivered(far, 100)
      return byItself
    },
  }
}

function whileRunning(offset: (typeof OFFSETS)[number]): Scenario {
  const clock = movableClock()
  return {
    fault: 'the clock leaps by 20 minutes or a day while the service runs, and back',
    case: offset.case,
    world: { sls: { wallClock: clock } },
    async strike({ far }) {
      clock.setOffset(offset.ms)
      await delivered(far, 100)
      return () => clock.setOffset(0)
    },
  }
}

/** The last moment that `Date` knows: with a second more there is no time to sign with. */
const END_OF_TIME_MS = 8.64e15

function endOfTime(): Scenario {
  let isOff = false
  return {
    fault: 'Log Service dates its answers with the year 275760, and refuses requests for their time',
    world: { sls: { wallClock: { nowMs: () => (isOff ? END_OF_TIME_MS : Date.now()) } } },
    async strike({ services: [running] }) {
      isOff = true
      if (running) await notReady(running, 'sls-RequestTimeExpired')
      return () => {
        isOff = false
      }
    },
    duplicates: readAgain,
  }
}

scenarios('Log Service', () => [...OFFSETS.map(fromTheStart), ...OFFSETS.map(whileRunning), endOfTime()])
