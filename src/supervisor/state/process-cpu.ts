/** CPU of the whole process over the last seconds. */

import { createRate } from './rate.ts'

export interface ProcessCpu {
  /** To be called about once a second. */
  sample(): void
  /** 1 is one core. */
  ratio(): number
}

export function createProcessCpu(): ProcessCpu {
  const rate = createRate()
  let before = process.cpuUsage()
  return {
    sample() {
      const now = process.cpuUsage()
      rate.add((now.user + now.system - before.user - before.system) / 1e6, performance.now())
      before = now
    },
    ratio: () => rate.perSecond(performance.now()),
  }
}
