/** What the article promises of one consumer: 2 MB/s of raw logs on 20 % of a core. */
export const TARGET = { bytesPerSecond: 2_000_000, cpuRatio: 0.2 } as const

/** Says whether CPU per byte is within the target's; undefined while idle, when no byte costs anything. */
export function isTargetMet(bytesPerSecond: number, cpuRatio: number): boolean | undefined {
  if (bytesPerSecond === 0) return undefined
  return cpuRatio / bytesPerSecond <= TARGET.cpuRatio / TARGET.bytesPerSecond
}
