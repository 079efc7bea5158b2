/** What a piece of work costs that is done in this process, again and again. */

export interface Stage {
  readonly rawBytes: number
  readonly run: () => void
}

const WARM_UP_RUNS = 20

/** CPU seconds for each raw byte. */
export function costOf({ rawBytes, run }: Stage, seconds: number): number {
  for (let i = 0; i < WARM_UP_RUNS; i++) run()
  const before = process.cpuUsage()
  const startedAtMs = performance.now()
  let bytes = 0
  while (performance.now() - startedAtMs < seconds * 1_000) {
    run()
    bytes += rawBytes
  }
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6 / bytes
}
